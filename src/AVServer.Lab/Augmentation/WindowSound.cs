using AVServer.Lab.Data;

namespace AVServer.Lab.Augmentation;

/// <summary>Makes the sound of a window.</summary>
/// <param name="bank">Noise, babble and rooms.</param>
public sealed class WindowSound(NoiseBank bank)
{
    private const int Rate = 16_000;

    // Between a quiet room's 60 dB and a poor line's 40 dB below speech; where nothing is shown, this alone is heard.
    private const double DeepestFloorDb = -60, HighestFloorDb = -40;

    /// <summary>The window as recorded, with a noise floor under all of it.</summary>
    /// <param name="recording">The recording.</param>
    /// <param name="window">What to show of it.</param>
    /// <param name="speed">1.1 is 10 % faster, pitch and formants with it.</param>
    /// <param name="random">The floor.</param>
    /// <returns>[<see cref="AudioVisualWindow.Samples"/>], 16 kHz, and the level of its speech.</returns>
    public static (float[] Samples, float SpeechRms) Record(LipRecording recording, in AudioVisualWindow window, double speed, Random random)
    {
        var canvas = new float[AudioVisualWindow.Samples];
        var (first, last) = (Math.Max(0, window.From), Math.Min((recording.Samples.Length - 1) / (double)Rate, window.To));
        for (var i = 0; i < canvas.Length; i++)
        {
            var moment = window.MomentAt(i / (double)Rate, speed);
            if (moment < first || moment >= last) continue;
            var at = moment * Rate;
            var left = (int)at;
            var edge = (float)Math.Min(1, 200 * Math.Min(moment - first, last - moment));        // fades over 5 ms
            canvas[i] = edge * (recording.Samples[left] + ((float)(at - left) * (recording.Samples[Math.Min(left + 1, recording.Samples.Length - 1)] - recording.Samples[left]))) / 32768;
        }
        var rms = Sound.ActiveRms(canvas);
        if (rms <= 0) rms = 0.01f;
        var floor = rms * Math.Pow(10, (DeepestFloorDb + (random.NextDouble() * (HighestFloorDb - DeepestFloorDb))) / 20);
        foreach (ref var sample in canvas.AsSpan()) sample += (float)(floor * 1.2 * (random.NextDouble() + random.NextDouble() + random.NextDouble() + random.NextDouble() - 2));
        return (canvas, rms);
    }

    /// <summary>The window with noise at a stated ratio; absent: as recorded.</summary>
    public float[] At(double? snrDb, LipRecording recording, in AudioVisualWindow window, Random random)
    {
        var (canvas, rms) = Record(recording, window, 1, random);
        if (snrDb is { } snr) bank.Mix(canvas, rms, snr, random);
        return Limited(canvas, 0.9f);
    }

    /// <summary>The window as training hears it.</summary>
    public float[] Augmented(SoundRecipe recipe, LipRecording recording, in AudioVisualWindow window, double speed, Random random)
    {
        var (canvas, rms) = Record(recording, window, speed, random);
        if (random.NextDouble() < recipe.RoomShare) bank.Reverberate(canvas, random);
        if (random.NextDouble() < recipe.NoiseShare) bank.Mix(canvas, rms, recipe.MinSnrDb + (random.NextDouble() * (recipe.MaxSnrDb - recipe.MinSnrDb)), random);
        if (random.NextDouble() < recipe.FilterShare)
        {
            Biquad.Peak(canvas, random.Next(200, 6_000), (random.NextDouble() * 12) - 6, 0.5 + random.NextDouble());
            if (random.NextDouble() < 0.5) Biquad.HighPass(canvas, random.Next(60, 300));
            if (random.NextDouble() < 0.5) Biquad.LowPass(canvas, random.Next(3_500, 7_500));
        }
        return Limited(canvas, (float)Math.Pow(10, random.NextDouble() * -30 / 20));
    }

    private static float[] Limited(float[] canvas, float peak)
    {
        var highest = 1e-6f;
        foreach (var sample in canvas) highest = Math.Max(highest, Math.Abs(sample));
        for (var i = 0; i < canvas.Length; i++) canvas[i] *= peak / highest;
        return canvas;
    }
}
