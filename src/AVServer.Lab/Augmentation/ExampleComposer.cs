using AVServer.Lab.Data;

namespace AVServer.Lab.Augmentation;

/// <summary>Makes training examples: a recording in the middle, speech around it, a room, noise, a line, a level.</summary>
/// <remarks>
/// Keyword and filler go through the same steps with the same chances, so that nothing but the word tells them apart:
/// neither silence around it, nor level, nor noise. An example depends on its seed alone.
/// </remarks>
public sealed class ExampleComposer
{
    private const int Rate = 16_000;
    private readonly ExampleRecipe _recipe;
    private readonly Func<Clip, float[]> _read;
    private readonly Clip[][] _keywordsOfContributors;
    private readonly double[] _contributorWeights;
    private readonly Clip[] _syntheticKeywords;
    private readonly Clip[][] _fillerSets;
    private readonly double[] _fillerWeights;
    private readonly Clip[] _nearMisses;
    private readonly Clip[] _noises;
    private readonly Clip[] _rooms;

    /// <param name="recipe">How they are made.</param>
    /// <param name="clips">Recordings that may be used, all of one split.</param>
    /// <param name="read">Gives a recording's samples in [-1, 1).</param>
    public ExampleComposer(ExampleRecipe recipe, IEnumerable<Clip> clips, Func<Clip, float[]> read)
    {
        (_recipe, _read) = (recipe, read);
        var all = clips.ToArray();
        var keywords = all.Where(clip => clip.Role == ClipRole.Keyword && clip.Word is not null && clip.Set != SpeechSynthesis.Set)
            .ToArray();
        _keywordsOfContributors = [.. keywords.GroupBy(clip => clip.Contributor).Select(group => group.ToArray())];
        // By the root of their number: whoever gave most of the recordings must not be what the word sounds like.
        _contributorWeights = [.. _keywordsOfContributors.Select(clips => Math.Sqrt(clips.Length))];
        _syntheticKeywords = [.. all.Where(clip => clip.Role == ClipRole.Keyword && clip.Set == SpeechSynthesis.Set)];
        var filler = all.Where(clip => clip.Role == ClipRole.Filler).ToArray();
        _nearMisses = [.. filler.Where(clip => clip.Set == SpeechSynthesis.Set && clip.Path.StartsWith("near/", StringComparison.Ordinal))];
        _fillerSets = [.. filler.GroupBy(clip => clip.Set).Select(group => group.ToArray())];
        // By the root of its length: a long corpus counts more, but a small one is heard as well.
        _fillerWeights =
            [.. _fillerSets.Select(set => Math.Sqrt(set.Sum(clip => (double)clip.Samples.End.Value - clip.Samples.Start.Value)))];
        _noises = [.. all.Where(clip => clip.Role == ClipRole.Noise)];
        _rooms = [.. all.Where(clip => clip.Role == ClipRole.Room)];
        if (keywords.Length == 0 || filler.Length == 0)
            throw new ArgumentException(
                $"Expected keyword recordings with times and filler, got {keywords.Length} and {filler.Length}.", nameof(clips));
    }

    /// <summary>Makes one example.</summary>
    /// <param name="seed">All of its chances.</param>
    public Example Compose(int seed)
    {
        var random = new Random(seed);
        var canvas = new float[(int)(_recipe.Seconds * Rate)];
        var kind = random.NextDouble();
        var isKeyword = kind < _recipe.KeywordShare;
        var middle = new WordTimes(_recipe.Seconds / 3, _recipe.Seconds / 2);
        if (isKeyword) middle = PlaceWord(canvas, Keyword(random), random);
        else if (kind < _recipe.KeywordShare + _recipe.BrokenShare) middle = PlaceWord(canvas, Broken(random), random);
        else if (kind < 1 - _recipe.NoiseOnlyShare) middle = PlaceWord(canvas, Filler(random), random);
        Distort(canvas, random);
        Silence(canvas, middle, random);
        return new Example(Quantise(canvas, random), isKeyword ? middle : null);
    }

    private (float[] Samples, int Start, int End) Keyword(Random random)
    {
        if (_syntheticKeywords.Length > 0 && random.NextDouble() < _recipe.SyntheticShare)
        {
            var voice = _read(_syntheticKeywords[random.Next(_syntheticKeywords.Length)]);
            var (from, to) = SpeechEdges.Find(voice);
            return Warp(voice, from, to, random);
        }
        var contributor = _keywordsOfContributors[Draw(_contributorWeights, random)];
        var clip = contributor[random.Next(contributor.Length)];
        var (start, end) = ((int)(clip.Word!.Value.StartSeconds * Rate), (int)(clip.Word.Value.EndSeconds * Rate));
        return Warp(_read(clip), start, end, random);
    }

    private (float[] Samples, int Start, int End) Warp(float[] samples, int start, int end, Random random)
    {
        // Some of what surrounds the word stays: its cut must not be the tell-tale.
        var (from, to) = (Math.Max(0, start - random.Next(400, 4000)), Math.Min(samples.Length, end + random.Next(800, 4000)));
        var speed = 1 + (_recipe.SpeedSpread * ((2 * random.NextDouble()) - 1));
        var cut = Waveform.ChangeSpeed(samples.AsSpan(from, to - from), speed);
        Fade(cut);
        return (cut, Math.Max(0, (int)((start - from) / speed)), Math.Min(cut.Length, (int)((end - from) / speed)));
    }

    private (float[] Samples, int Start, int End) Broken(Random random)
    {
        var (samples, start, end) = Keyword(random);
        var length = end - start;
        switch (random.Next(3))
        {
            case 0: // its beginning only
                samples = samples[..(start + (int)(length * (0.3 + (0.3 * random.NextDouble()))))];
                break;
            case 1: // its end only
                samples = samples[(start + (int)(length * (0.4 + (0.3 * random.NextDouble()))))..];
                break;
            default:
                Array.Reverse(samples);
                break;
        }
        Fade(samples);
        return (samples, 0, samples.Length);
    }

    private (float[] Samples, int Start, int End) Filler(Random random)
    {
        var samples = Speech(random, random.Next(8_000, 40_000));
        return (samples, 0, samples.Length);
    }

    private float[] Speech(Random random, int longest)
    {
        var clip = _nearMisses.Length > 0 && random.NextDouble() < 0.2 ? _nearMisses[random.Next(_nearMisses.Length)] : Pick(random);
        var samples = _read(clip);
        var (start, end) = SpeechEdges.Find(samples);
        if (end - start > longest) start = random.Next(start, end - longest);
        var cut = Waveform.ChangeSpeed(
            samples.AsSpan(start, Math.Min(longest, end - start)), 1 + (_recipe.SpeedSpread * ((2 * random.NextDouble()) - 1)));
        Fade(cut);
        return cut;
    }

    private Clip Pick(Random random)
    {
        var set = _fillerSets[Draw(_fillerWeights, random)];
        return set[random.Next(set.Length)];
    }

    private static int Draw(double[] weights, Random random)
    {
        var at = random.NextDouble() * weights.Sum();
        var index = 0;
        while (index < weights.Length - 1 && (at -= weights[index]) > 0) index++;
        return index;
    }

    private WordTimes PlaceWord(float[] canvas, (float[] Samples, int Start, int End) middle, Random random)
    {
        var (samples, start, end) = middle;
        var earliest = Math.Min(end - start, canvas.Length * 3 / 4) + 1600;
        var wordEnd = random.Next(earliest, canvas.Length - 800);
        var offset = wordEnd - end;
        var level = Level(random);
        Put(canvas, samples, offset, level);
        if (random.NextDouble() < _recipe.NeighbourShare)
        {
            var before = Speech(random, 40_000);
            Put(canvas, before, offset + start - before.Length - random.Next(0, 6_000), level * Level(random, 4));
        }
        if (random.NextDouble() < _recipe.NeighbourShare)
            Put(canvas, Speech(random, 32_000), wordEnd + random.Next(200, 8_000), level * Level(random, 4));
        return new WordTimes((offset + start) / (double)Rate, wordEnd / (double)Rate);
    }

    private void Distort(float[] canvas, Random random)
    {
        var speech = Waveform.ActiveRms(canvas);
        if (speech > 0 && random.NextDouble() < _recipe.RoomShare) RoomSimulator.Apply(canvas, Room(random));
        if (speech <= 0 || random.NextDouble() < _recipe.NoiseShare) AddNoise(canvas, speech > 0 ? speech : 0.05f, random);
        if (speech > 0 && random.NextDouble() < _recipe.FloorShare)
            NoiseMixer.Mix(canvas, MicrophoneNoise.Make(canvas.Length, random), 0, 12 + (33 * random.NextDouble()), speech);
        if (random.NextDouble() >= _recipe.FilterShare) return;
        if (random.NextDouble() < 0.5) Biquad.HighPass(canvas, random.Next(60, 350));
        if (random.NextDouble() < 0.5) LowPassTwice(canvas, random.Next(3_000, 7_500));
        if (random.NextDouble() < 0.7)
            Biquad.Peak(canvas, random.Next(200, 6_000), (random.NextDouble() * 16) - 8, 0.5 + random.NextDouble());
    }

    private void AddNoise(float[] canvas, float speech, Random random)
    {
        var snr = _recipe.MinSnrDb + (random.NextDouble() * (_recipe.MaxSnrDb - _recipe.MinSnrDb));
        if (_noises.Length == 0 || random.NextDouble() < 0.25)
        {
            var babble = new float[canvas.Length];
            for (var talker = random.Next(1, 5); talker > 0; talker--)
                for (var at = -random.Next(16_000); at < babble.Length;)
                {
                    var voice = Speech(random, 48_000);
                    Put(babble, voice, at, 1);
                    at += voice.Length + random.Next(3_000);
                }
            NoiseMixer.Mix(canvas, babble, 0, Math.Max(snr, 3), speech);
            return;
        }
        var noise = _read(_noises[random.Next(_noises.Length)]);
        NoiseMixer.Mix(canvas, noise, random.Next(Math.Max(1, noise.Length)), snr, speech);
    }

    private float[] Room(Random random) => _rooms.Length > 0 && random.NextDouble() < 0.5
        ? _read(_rooms[random.Next(_rooms.Length)])
        : RoomSimulator.Response(random, 0.1 + (0.8 * random.NextDouble()), (random.NextDouble() * 18) - 6);

    // A file begins and ends somewhere, and a stream stands still: exact zeros, around keyword and filler alike.
    private void Silence(float[] canvas, WordTimes middle, Random random)
    {
        var (start, end) = ((int)(middle.StartSeconds * Rate) - 800, (int)(middle.EndSeconds * Rate) + 480);
        if (random.NextDouble() < _recipe.SilenceShare && start > 0) canvas.AsSpan(0, random.Next(start)).Clear();
        if (random.NextDouble() < _recipe.SilenceShare && end < canvas.Length) canvas.AsSpan(random.Next(end, canvas.Length)).Clear();
    }

    private static short[] Quantise(float[] canvas, Random random)
    {
        var peak = 1e-6f;
        foreach (var sample in canvas) peak = Math.Max(peak, Math.Abs(sample));
        // From a whisper into a far microphone to a clipped shout; few recordings lie at one level.
        var target = Math.Pow(10, ((random.NextDouble() * 45) - 43) / 20);
        var samples = new short[canvas.Length];
        for (var i = 0; i < samples.Length; i++)
            samples[i] = (short)Math.Clamp(Math.Round(canvas[i] / peak * target * 32768), short.MinValue, short.MaxValue);
        return samples;
    }

    private static void Put(float[] canvas, float[] samples, int offset, float level)
    {
        var rms = Waveform.ActiveRms(samples);
        if (rms > 0) Waveform.Add(canvas, samples, offset, level / rms);
    }

    private static float Level(Random random, double spreadDb = 0) =>
        spreadDb == 0 ? 0.1f : (float)Math.Pow(10, ((2 * random.NextDouble()) - 1) * spreadDb / 20);

    private static void LowPassTwice(float[] canvas, double hz)
    {
        Biquad.LowPass(canvas, hz);
        Biquad.LowPass(canvas, hz);
    }

    private static void Fade(float[] samples)
    {
        var edge = Math.Min(160, samples.Length / 2);
        for (var i = 0; i < edge; i++)
        {
            samples[i] *= i / (float)edge;
            samples[^(i + 1)] *= i / (float)edge;
        }
    }
}
