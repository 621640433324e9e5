using System.Numerics;

namespace AVServer.Media.Flac;

/// <summary>One channel of a frame: how its samples are predicted, and by how much that was wrong (RFC 9639, section 9.2).</summary>
internal static class FlacSubframe
{
    private const int Constant = 0b00_0000;
    private const int Verbatim = 0b00_0001;
    private const int Fixed = 0b00_1000;
    private const int MaxFixedOrder = 4;
    private const int Linear = 0b10_0000;
    private const int MaxLinearOrder = 32;

    /// <summary>Decodes a channel.</summary>
    /// <param name="bits">At its beginning; left at its end.</param>
    /// <param name="sampleBits">Bits of its samples.</param>
    /// <param name="samples">Receives them; its length is how many there are.</param>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static void Read(ref BitReader bits, int sampleBits, Span<int> samples)
    {
        if (bits.Read(1) != 0) throw Unusual("a zero");
        int type = (int)bits.Read(6);
        int wasted = bits.Read(1) == 0 ? 0 : bits.ReadUnary() + 1;
        if (wasted >= sampleBits) throw Unusual("bits that are in use");
        sampleBits -= wasted;
        switch (type)
        {
            case Constant:
                samples.Fill(bits.ReadSigned(sampleBits));
                break;
            case Verbatim:
                foreach (ref int sample in samples) sample = bits.ReadSigned(sampleBits);
                break;
            case >= Fixed and <= Fixed + MaxFixedOrder:
                ReadFixed(ref bits, type - Fixed, sampleBits, samples);
                break;
            case >= Linear:
                ReadLinear(ref bits, type - Linear + 1, sampleBits, samples);
                break;
            default:
                throw Unusual("a known kind of prediction");
        }

        if (wasted > 0)
            foreach (ref int sample in samples) sample <<= wasted;
    }

    private static void ReadFixed(ref BitReader bits, int order, int sampleBits, Span<int> samples)
    {
        ReadWarmUp(ref bits, order, sampleBits, samples);
        ReadResidual(ref bits, order, samples);
        switch (order)
        {
            case 1:
                for (int i = 1; i < samples.Length; i++) samples[i] += samples[i - 1];
                break;
            case 2:
                for (int i = 2; i < samples.Length; i++) samples[i] += (2 * samples[i - 1]) - samples[i - 2];
                break;
            case 3:
                for (int i = 3; i < samples.Length; i++) samples[i] += (3 * (samples[i - 1] - samples[i - 2])) + samples[i - 3];
                break;
            case 4:
                for (int i = 4; i < samples.Length; i++)
                    samples[i] += (4 * (samples[i - 1] + samples[i - 3])) - (6 * samples[i - 2]) - samples[i - 4];
                break;
            default:
                break;
        }

        CheckRange(samples, sampleBits);
    }

    private static void ReadLinear(ref BitReader bits, int order, int sampleBits, Span<int> samples)
    {
        ReadWarmUp(ref bits, order, sampleBits, samples);
        int precision = (int)bits.Read(4) + 1, shift = bits.ReadSigned(5);
        if (precision == 16 || shift < 0) throw Unusual("coefficients");
        Span<int> coefficients = stackalloc int[MaxLinearOrder];
        coefficients = coefficients[..order];
        // The first is of the sample just before; laid the other way round they lie as the samples do.
        for (int i = order - 1; i >= 0; i--) coefficients[i] = bits.ReadSigned(precision);
        ReadResidual(ref bits, order, samples);
        bool isNarrow = sampleBits + precision + BitOperations.Log2((uint)order) < 32;
        if (isNarrow) Predict(coefficients, shift, samples);
        else PredictWide(coefficients, shift, samples);
        CheckRange(samples, sampleBits);
    }

    // A sum of 32 bits can't pass its range.
    private static void Predict(ReadOnlySpan<int> coefficients, int shift, Span<int> samples)
    {
        for (int i = coefficients.Length; i < samples.Length; i++)
        {
            ReadOnlySpan<int> past = samples.Slice(i - coefficients.Length, coefficients.Length);
            int sum = 0;
            for (int j = 0; j < coefficients.Length; j++) sum += coefficients[j] * past[j];
            samples[i] += sum >> shift;
        }
    }

    private static void PredictWide(ReadOnlySpan<int> coefficients, int shift, Span<int> samples)
    {
        for (int i = coefficients.Length; i < samples.Length; i++)
        {
            ReadOnlySpan<int> past = samples.Slice(i - coefficients.Length, coefficients.Length);
            long sum = 0;
            for (int j = 0; j < coefficients.Length; j++) sum += (long)coefficients[j] * past[j];
            samples[i] += (int)(sum >> shift);
        }
    }

    private static void ReadWarmUp(ref BitReader bits, int order, int sampleBits, Span<int> samples)
    {
        if (order > samples.Length) throw Unusual("more samples than are predicted from");
        foreach (ref int sample in samples[..order]) sample = bits.ReadSigned(sampleBits);
    }

    // Partitions, each with a parameter of its own (section 9.2.7).
    private static void ReadResidual(ref BitReader bits, int order, Span<int> samples)
    {
        uint method = bits.Read(2);
        if (method > 1) throw Unusual("a known code of residuals");
        int parameterBits = method == 0 ? 4 : 5, escape = (1 << parameterBits) - 1, partitionOrder = (int)bits.Read(4);
        int size = samples.Length >> partitionOrder;
        if (size << partitionOrder != samples.Length || size < order) throw Unusual("partitions of equal size");
        for (int at = order, end = size; at < samples.Length; at = end, end += size)
        {
            int parameter = (int)bits.Read(parameterBits);
            var partition = samples[at..end];
            if (parameter != escape)
            {
                bits.ReadRice(parameter, partition);
                continue;
            }

            int rawBits = (int)bits.Read(5);
            foreach (ref int residual in partition) residual = bits.ReadSigned(rawBits);
        }
    }

    // Beyond it nobody encodes, and decoders differ.
    private static void CheckRange(ReadOnlySpan<int> samples, int sampleBits)
    {
        int limit = 1 << (sampleBits - 1), beyond = 0;
        foreach (int sample in samples) beyond |= (sample + limit) & -(2 * limit);
        if (beyond != 0) throw Unusual("samples within their bits");
    }

    private static InvalidDataException Unusual(string expected) => new($"Expected of a FLAC subframe {expected}, got something else.");
}
