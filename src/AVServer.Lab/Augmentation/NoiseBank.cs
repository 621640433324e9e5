using AVServer.Lab.Data;

namespace AVServer.Lab.Augmentation;

/// <summary>Noises, babble and rooms of one split, ready to be mixed.</summary>
public sealed class NoiseBank
{
    private const int Strips = 64;
    private const int StripSamples = 12 * 16_000;
    private const int LongestVoice = 4 * 16_000;
    private const int MostTalkers = 6;
    private const int ShortestNoise = 16_000;
    private readonly float[][] _noises;
    private readonly float[][] _babble;
    private readonly float[][] _rooms;

    /// <param name="corpora">Recordings; filler gives the talkers of the babble.</param>
    /// <param name="split">Only recordings of this split are used.</param>
    /// <param name="seed">Which talkers babble together.</param>
    /// <exception cref="ArgumentException">The split has no noise, or nobody to babble.</exception>
    public NoiseBank(Corpora corpora, Split split, int seed)
        : this(
            Read(corpora, split, ClipRole.Noise), [.. corpora.Of(split).Where(clip => clip.Role == ClipRole.Filler)], corpora.Read,
            Read(corpora, split, ClipRole.Room), seed)
    {
    }

    internal NoiseBank(float[][] noises, Clip[] talkers, Func<Clip, float[]> read, float[][] rooms, int seed)
    {
        _noises = [.. noises.Where(noise => noise.Length >= ShortestNoise && Waveform.Rms(noise) > 0)];
        _rooms = rooms;
        if (_noises.Length == 0 || talkers.Length == 0)
            throw new ArgumentException($"Expected noise and talkers, got {_noises.Length} and {talkers.Length}.", nameof(noises));
        var random = new Random(seed);
        _babble = [.. Enumerable.Range(0, Strips).Select(i => Babble(read, talkers, 1 + (i % MostTalkers), random))];
    }

    /// <summary>Adds noise or babble, each half of the time.</summary>
    /// <param name="canvas">Speech, in place.</param>
    /// <param name="speechRms">Level of the speech.</param>
    /// <param name="snrDb">Its ratio to the noise.</param>
    /// <param name="random">Which, and from where on.</param>
    public void Mix(Span<float> canvas, float speechRms, double snrDb, Random random)
    {
        var kind = random.NextDouble() < 0.5 ? _noises : _babble;
        var noise = kind[random.Next(kind.Length)];
        NoiseMixer.Mix(canvas, noise, random.Next(noise.Length), snrDb, speechRms);
    }

    /// <summary>Adds noise, never babble.</summary>
    /// <inheritdoc cref="Mix"/>
    public void MixNoise(Span<float> canvas, float speechRms, double snrDb, Random random)
    {
        var noise = _noises[random.Next(_noises.Length)];
        NoiseMixer.Mix(canvas, noise, random.Next(noise.Length), snrDb, speechRms);
    }

    /// <summary>Puts sound into a recorded room or a made-up one.</summary>
    public void Reverberate(Span<float> canvas, Random random) => RoomSimulator.Apply(canvas, _rooms.Length > 0 && random.NextDouble() < 0.5
        ? _rooms[random.Next(_rooms.Length)]
        : RoomSimulator.Response(random, 0.1 + (0.6 * random.NextDouble()), (random.NextDouble() * 18) - 3));

    private static float[] Babble(Func<Clip, float[]> read, Clip[] talkers, int count, Random random)
    {
        var strip = new float[StripSamples];
        for (var talker = 0; talker < count; talker++)
        {
            for (var at = -random.Next(16_000); at < strip.Length;)
            {
                var voice = read(talkers[random.Next(talkers.Length)]);
                if (voice.Length > LongestVoice) voice = voice[..LongestVoice];
                var rms = Waveform.ActiveRms(voice);
                if (rms > 0) Waveform.Add(strip, voice, at, 0.1f / rms);
                at += voice.Length + random.Next(1_600);
            }
        }
        return strip;
    }

    private static float[][] Read(Corpora corpora, Split split, ClipRole role) =>
        [.. corpora.Of(split).Where(clip => clip.Role == role).Select(corpora.Read)];
}
