using AVServer.Lab.Data;

namespace AVServer.Lab.Augmentation;

/// <summary>Makes the sound of a window.</summary>
/// <param name="bank">Noise, babble and rooms.</param>
public sealed class WindowSound(NoiseBank bank)
{
    private const int Rate = 16_000;

    // Between a quiet room's 60 dB and a poor line's 40 dB below speech; where nothing is shown, this alone is heard.
    private const double DeepestFloorDb = -60, HighestFloorDb = -40;
    private const double FadeSeconds = 0.005;
    private const float LeastRms = 1e-3f;
    private const double Sqrt3 = 1.7320508;      // an even spread over ±√3 has the deviation 1

    /// <summary>The window with noise at a stated ratio; absent: as recorded.</summary>
    public float[] At(double? snrDb, LipRecording recording, in AudioVisualWindow window, Random random)
    {
        var (canvas, rms) = Record(recording, null, window, 1, 1, random);
        if (snrDb is { } snr) bank.Mix(canvas, rms, snr, random);
        return Limited(canvas, 0.9f);
    }

    /// <summary>The window as training hears it.</summary>
    /// <param name="recipe">How much may change.</param>
    /// <param name="recording">The window's recording.</param>
    /// <param name="before">The recording before it, where the window has one.</param>
    /// <param name="window">What to show of them.</param>
    /// <param name="speed">1.1 is 10 % faster, pitch and formants with it; of both recordings.</param>
    /// <param name="random">Its chances.</param>
    /// <returns>[<see cref="AudioVisualWindow.Samples"/>], 16 kHz.</returns>
    public float[] Augmented(
        SoundRecipe recipe, LipRecording recording, LipRecording? before, in AudioVisualWindow window, double speed, Random random)
    {
        var (canvas, rms) = Record(recording, before, window, speed, speed, random);
        if (random.NextDouble() < recipe.RoomShare) bank.Reverberate(canvas, random);
        if (random.NextDouble() < recipe.NoiseShare)
            bank.Mix(canvas, rms, recipe.MinSnrDb + (random.NextDouble() * (recipe.MaxSnrDb - recipe.MinSnrDb)), random);
        if (random.NextDouble() < recipe.FilterShare)
        {
            Biquad.Peak(canvas, random.Next(200, 6_000), (random.NextDouble() * 12) - 6, 0.5 + random.NextDouble());
            if (random.NextDouble() < 0.5) Biquad.HighPass(canvas, random.Next(60, 300));
            if (random.NextDouble() < 0.5) Biquad.LowPass(canvas, random.Next(3_500, 7_500));
        }
        return Limited(canvas, (float)Math.Pow(10, random.NextDouble() * -30 / 20));
    }

    /// <summary>What is recorded, and a noise floor under all of the window; with the level of its speech.</summary>
    private static (float[] Samples, float SpeechRms) Record(
        LipRecording recording, LipRecording? before, in AudioVisualWindow window, double speed, double beforeSpeed, Random random)
    {
        var canvas = new float[AudioVisualWindow.Samples];
        for (var i = 0; i < canvas.Length; i++)
        {
            var moment = window.At(i / (double)Rate, speed, beforeSpeed);
            if (!moment.IsShown) continue;
            var toEdge = moment.IsBefore ? window.BeforeEnd - moment.Seconds
                : Math.Min(moment.Seconds - window.From, window.To - moment.Seconds);
            canvas[i] = (float)Math.Min(1, toEdge / FadeSeconds) * Sample(
                (moment.IsBefore ? before! : recording).Samples, moment.Seconds * Rate);
        }
        var rms = Math.Max(Waveform.ActiveRms(canvas), LeastRms);
        var floor = rms * Math.Pow(10, (DeepestFloorDb + (random.NextDouble() * (HighestFloorDb - DeepestFloorDb))) / 20);
        foreach (ref var sample in canvas.AsSpan()) sample += (float)(floor * Sqrt3 * ((2 * random.NextDouble()) - 1));
        return (canvas, rms);
    }

    private static float Sample(short[] samples, double at)
    {
        var left = (int)Math.Floor(at);
        if (left < 0 || left + 1 >= samples.Length) return 0;
        return (samples[left] + ((float)(at - left) * (samples[left + 1] - samples[left]))) / 32768;
    }

    private static float[] Limited(float[] canvas, float peak)
    {
        var highest = 1e-6f;
        foreach (var sample in canvas) highest = Math.Max(highest, Math.Abs(sample));
        for (var i = 0; i < canvas.Length; i++) canvas[i] *= peak / highest;
        return canvas;
    }
}
