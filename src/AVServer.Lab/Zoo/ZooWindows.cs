using System.Runtime.InteropServices;
using AVServer.Lab.Augmentation;
using AVServer.Lab.Data;
using AVServer.Networks;
using AVServer.Signal;
using TorchSharp;

namespace AVServer.Lab.Zoo;

/// <summary>Windows of a split as features with their labels, made once and kept on disk.</summary>
internal sealed class ZooWindows
{
    /// <summary>Frames more than a network is given, so that training can move the window.</summary>
    internal const int Spare = 20;

    private const int Hop = 160;
    private const int FrameSamples = 400;
    private const int Variants = 2;
    private const int MostOfALabel = 600;
    private const int MostRest = 4_500;

    // Recordings of a sound are few and long, and hold it everywhere.
    private const int WindowsOfASound = 100;

    private ZooWindows(Half[][] fbank, int[] labels) => (Fbank, Labels) = (fbank, labels);

    /// <summary>Log-mel values, [windows, frames + spare, mels].</summary>
    internal Half[][] Fbank { get; }

    /// <summary>What each holds.</summary>
    internal int[] Labels { get; }

    /// <summary>Mean and inverse deviation of each mel value, as a front end gives it where there is one.</summary>
    internal (float[] Mean, float[] Istd) Statistics(Pcen? frontEnd = null)
    {
        const int mels = ZooRecipe.Mels;
        var (sum, squares, frames) = (new double[mels], new double[mels], 0L);
        foreach (var window in Fbank)
        {
            var values = Array.ConvertAll(window, value => (float)value);
            if (frontEnd is not null)
            {
                using var given = torch.tensor(values, [1, window.Length / mels, mels]);
                using var made = frontEnd.forward(given);
                values = made.data<float>().ToArray();
            }

            for (var i = 0; i < window.Length; i++)
            {
                var value = (double)values[i];
                sum[i % mels] += value;
                squares[i % mels] += value * value;
            }

            frames += window.Length / mels;
        }

        var mean = Array.ConvertAll(sum, value => (float)(value / frames));
        return (mean, [.. squares.Select((square, i) => (float)(1 / Math.Sqrt(Math.Max(1e-3, (square / frames) - (mean[i] * mean[i])))))]);
    }

    /// <summary>Reads the windows of a split, or makes and writes them: for training twice each, once in noise, else as they are.</summary>
    internal static ZooWindows LoadOrMake(string path, ZooRecipe recipe, Corpora corpora, Split split)
    {
        if (!File.Exists(path)) Write(path, Make(recipe, corpora, split));
        const int length = (ZooRecipe.Frames + Spare) * ZooRecipe.Mels;
        using var reader = new BinaryReader(new BufferedStream(File.OpenRead(path), 1 << 20));
        var windows = new List<(Half[] Fbank, int Label)>();
        while (reader.BaseStream.Position < reader.BaseStream.Length)
        {
            var label = reader.ReadInt32();
            windows.Add((MemoryMarshal.Cast<byte, Half>(reader.ReadBytes(2 * length)).ToArray(), label));
        }

        return new([.. windows.Select(window => window.Fbank)], [.. windows.Select(window => window.Label)]);
    }

    /// <summary>What a network is given of a window that isn't moved.</summary>
    internal static float[] Middle(Half[] fbank) => Array.ConvertAll(fbank, value => (float)value)
        .AsSpan(Spare / 2 * ZooRecipe.Mels, ZooRecipe.Frames * ZooRecipe.Mels).ToArray();

    /// <summary>Around which sample a word lies: the middle of the sound, or of its loudest second where it is longer.</summary>
    internal static int Centre(ReadOnlySpan<float> samples)
    {
        const int second = 16_000, step = 800;
        var (start, end) = SpeechEdges.Find(samples);
        if (end - start <= second) return (start + end) / 2;
        var (best, most) = ((start + end) / 2, -1f);
        for (var at = start; at + second <= end; at += step)
            if (Waveform.Rms(samples.Slice(at, second)) is var rms && rms > most) (best, most) = (at + (second / 2), rms);
        return best;
    }

    private static IEnumerable<(float[] Fbank, int Label)> Make(ZooRecipe recipe, Corpora corpora, Split split)
    {
        var random = new Random(recipe.Seed);
        var computer = new FbankComputer(new FbankOptions { Mels = ZooRecipe.Mels });
        var noises = split == Split.Train ? new NoiseBank(corpora, split, recipe.Seed) : null;
        var clips = corpora.Of(split).Where(clip => clip.Role != ClipRole.Room && clip.Set != recipe.HeldOut)
            .GroupBy(clip => recipe.LabelOf(clip, corpora.LabelOf(clip)))
            .SelectMany(group => group.OrderBy(clip => clip.Set == recipe.Synthetic).ThenBy(_ => random.Next())
                .Take(group.Key == 0 ? MostRest : MostOfALabel)
                .SelectMany(clip => Enumerable.Repeat(
                    (Clip: clip, Label: group.Key), group.Key < recipe.WordLabels ? 1 : WindowsOfASound)));
        foreach (var (clip, label) in clips)
        {
            var samples = corpora.Read(clip);
            if (Waveform.Rms(samples) <= 0) continue;
            for (var variant = 0; variant < (noises is null ? 1 : Variants); variant++)
            {
                var centre = label == 0 || label >= recipe.WordLabels ? random.Next(samples.Length) : Centre(samples);
                var window = Cut(samples, centre);
                if (variant > 0)
                {
                    if (random.NextDouble() < 0.3) noises!.Reverberate(window, random);
                    noises!.Mix(window, Waveform.ActiveRms(window), 20 * random.NextDouble(), random);
                }

                yield return (Signal.Fbank.Compute(window, computer), label);
            }
        }
    }

    private static float[] Cut(ReadOnlySpan<float> samples, int centre)
    {
        var window = new float[((ZooRecipe.Frames + Spare - 1) * Hop) + FrameSamples];
        Waveform.Add(window, samples, (window.Length / 2) - centre, 1);
        return window;
    }

    private static void Write(string path, IEnumerable<(float[] Fbank, int Label)> windows)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using (var writer = new BinaryWriter(new BufferedStream(File.Create(path + ".part"), 1 << 20)))
        {
            foreach (var (fbank, label) in windows)
            {
                writer.Write(label);
                writer.Write(MemoryMarshal.AsBytes<Half>(Array.ConvertAll(fbank, value => (Half)value)));
            }
        }

        File.Move(path + ".part", path, overwrite: true);
    }
}
