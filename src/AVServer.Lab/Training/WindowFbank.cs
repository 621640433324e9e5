using AVServer.Lab.Augmentation;
using AVServer.Signal;
using static TorchSharp.torch;

namespace AVServer.Lab.Training;

/// <summary>Sound of windows as the models take it: fbank [B, 256, 80].</summary>
/// <param name="recipe">How training changes the sound.</param>
/// <param name="set">Recordings of the windows.</param>
/// <param name="sound">Makes the sound.</param>
public sealed class WindowFbank(SoundRecipe recipe, AudioVisualSet set, WindowSound sound)
{
    /// <summary>Fbank frames of a window.</summary>
    public const int Frames = 256;

    /// <summary>Values of a frame.</summary>
    public const int Mels = 80;

    private readonly FbankComputer _computer = new(new FbankOptions());

    /// <summary>Windows as training hears them, with masks of SpecAugment.</summary>
    /// <param name="windows">Windows, and the speed of each; absent: drawn.</param>
    /// <param name="seed">Seed of the first window's chances; the others follow.</param>
    public Tensor Augmented(IReadOnlyList<(AudioVisualWindow Window, double? Speed)> windows, int seed) => Batch(windows.Count, i =>
    {
        var random = new Random(unchecked(seed + i));
        var (window, given) = windows[i];
        var speed = given ?? DrawSpeed(random);
        var fbank = Fbank.Compute(sound.Augmented(recipe, set[window.Clip], set.Find(window.Before), window, speed, random), _computer);
        if (recipe.TractSpread > 0) VocalTract.Warp(fbank, Mels, 1 + (recipe.TractSpread * ((2 * random.NextDouble()) - 1)));
        SpecAugment.Mask(fbank, Mels, random);
        return fbank;
    });

    /// <summary>Windows with noise at a ratio; absent: as recorded.</summary>
    public Tensor At(IReadOnlyList<AudioVisualWindow> windows, double? snrDb, int seed) =>
        Batch(
            windows.Count,
            i => Fbank.Compute(sound.At(snrDb, set[windows[i].Clip], windows[i], new Random(unchecked(seed + i))), _computer));

    /// <summary>Draws a speed.</summary>
    public double DrawSpeed(Random random) => 1 + (recipe.SpeedSpread * ((2 * random.NextDouble()) - 1));

    private static Tensor Batch(int count, Func<int, float[]> make)
    {
        const int size = Frames * Mels;
        var values = new float[count * size];
        Parallel.For(
            0, count, new ParallelOptions { MaxDegreeOfParallelism = 2 }, i => make(i).AsSpan(0, size).CopyTo(values.AsSpan(i * size)));
        return tensor(values, [count, Frames, Mels]);
    }
}
