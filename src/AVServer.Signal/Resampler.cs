using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace AVServer.Signal;

/// <summary>Converts one stream of samples to another rate as it arrives. Any chunking gives the same samples, bit for bit.</summary>
/// <remarks>
/// The per-stream state around a shared <see cref="ResamplerKernel"/>; not for several threads; allocates nothing after construction.
/// </remarks>
public sealed class Resampler
{
    private const int BlockLength = 1024;

    private readonly ResamplerKernel _kernel;
    private readonly float[] _history;
    private int _held;          // samples in _history
    private int _newest;        // index in _history of the newest sample that the next output needs
    private int _phase;
    private long _accepted;
    private long _produced;

    public Resampler(ResamplerKernel kernel)
    {
        _kernel = kernel;
        _history = new float[kernel.Taps + Math.Max(BlockLength, kernel.Step / kernel.Phases + 1)];
        Reset();
    }

    /// <exception cref="ArgumentException">As for <see cref="ResamplerKernel"/>.</exception>
    public Resampler(int fromHz, int toHz = 16_000) : this(ResamplerKernel.Between(fromHz, toHz))
    {
    }

    /// <summary>Input samples that an output waits for; see <see cref="ResamplerKernel.LatencySamples"/>.</summary>
    public int LatencySamples => _kernel.LatencySamples;

    /// <summary>Most samples that one call can give for so many input samples; for <see cref="Finish"/>, with 0.</summary>
    public int MaxOutput(int inputSamples) => checked((int)(((long)inputSamples + LatencySamples + 1) * _kernel.Phases / _kernel.Step) + 1);

    /// <summary>Converts a chunk.</summary>
    /// <param name="samples">Samples at the input's rate, any number; not kept.</param>
    /// <param name="output">Receives samples at the output's rate; room for <see cref="MaxOutput"/> of the chunk's length.</param>
    /// <returns>How many samples were written.</returns>
    /// <exception cref="ArgumentException"><paramref name="output"/> is too short.</exception>
    public int Convert(ReadOnlySpan<float> samples, Span<float> output)
    {
        RequireRoom(samples.Length, output);
        _accepted += samples.Length;
        return Advance(samples, output);
    }

    /// <summary>Gives the samples that waited for input, as if silence followed, and begins a new stream.</summary>
    /// <param name="output">Room for <see cref="MaxOutput"/> of 0.</param>
    /// <returns>How many samples were written; the stream's total is <c>⌈input × to ÷ from⌉</c>.</returns>
    /// <exception cref="ArgumentException"><paramref name="output"/> is too short.</exception>
    public int Finish(Span<float> output)
    {
        RequireRoom(0, output);
        long total = (_accepted * _kernel.Phases + _kernel.Step - 1) / _kernel.Step;
        output = output[..(int)(total - _produced)];
        Span<float> silence = stackalloc float[64];
        silence.Clear();
        int written = 0;
        while (written < output.Length) written += Advance(silence, output[written..]);
        Reset();
        return written;
    }

    /// <summary>Forgets everything: the next sample is the first of a new stream.</summary>
    public void Reset()
    {
        // Before the first sample there was silence: as much as the first output looks back.
        _history.AsSpan().Clear();
        _held = _kernel.Taps - 1 - LatencySamples;
        (_newest, _phase, _accepted, _produced) = (_kernel.Taps - 1, 0, 0, 0);
    }

    /// <summary>Converts a whole recording by the code that serves streams.</summary>
    /// <param name="samples">Samples at <paramref name="fromHz"/>.</param>
    /// <param name="fromHz">Rate of the input.</param>
    /// <param name="toHz">Rate of the output.</param>
    /// <returns><c>⌈samples × toHz ÷ fromHz⌉</c> samples.</returns>
    /// <exception cref="ArgumentException">As for <see cref="ResamplerKernel"/>.</exception>
    public static float[] Convert(ReadOnlySpan<float> samples, int fromHz, int toHz = 16_000)
    {
        var resampler = new Resampler(fromHz, toHz);
        var output = new float[resampler.MaxOutput(samples.Length) + resampler.MaxOutput(0)];
        int written = resampler.Convert(samples, output);
        written += resampler.Finish(output.AsSpan(written));
        return output[..written];
    }

    private int Advance(ReadOnlySpan<float> samples, Span<float> output)
    {
        int written = 0;
        while (!samples.IsEmpty)
        {
            int take = Math.Min(samples.Length, _history.Length - _held);
            samples[..take].CopyTo(_history.AsSpan(_held));
            samples = samples[take..];
            _held += take;
            for (; _newest < _held && written < output.Length; written++)
            {
                output[written] = Dot(_kernel.Row(_phase), _history.AsSpan(_newest - _kernel.Taps + 1, _kernel.Taps));
                _phase += _kernel.Step;
                _newest += _phase / _kernel.Phases;
                _phase %= _kernel.Phases;
            }
            Recycle();
        }
        _produced += written;
        return written;
    }

    private void Recycle()
    {
        int passed = Math.Min(_newest - _kernel.Taps + 1, _held);
        _history.AsSpan(passed, _held - passed).CopyTo(_history);
        _held -= passed;
        _newest -= passed;
    }

    private static float Dot(ReadOnlySpan<float> taps, ReadOnlySpan<float> samples)
    {
        if (taps.Length == 1) return samples[0];
        Vector256<float> even = Vector256<float>.Zero, odd = Vector256<float>.Zero;   // two chains of additions, which overlap in time
        ref float tap = ref MemoryMarshal.GetReference(taps), sample = ref MemoryMarshal.GetReference(samples);
        for (nuint i = 0; i < (nuint)taps.Length; i += 16)
        {
            even += Vector256.LoadUnsafe(ref tap, i) * Vector256.LoadUnsafe(ref sample, i);
            odd += Vector256.LoadUnsafe(ref tap, i + 8) * Vector256.LoadUnsafe(ref sample, i + 8);
        }
        return Vector256.Sum(even + odd);
    }

    private void RequireRoom(int inputSamples, Span<float> output)
    {
        int room = MaxOutput(inputSamples);
        if (output.Length < room) throw new ArgumentException($"Expected room for {room} samples, got {output.Length}.", nameof(output));
    }
}
