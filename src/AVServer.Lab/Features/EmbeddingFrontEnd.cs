using System.Buffers.Binary;
using Microsoft.ML.OnnxRuntime;

namespace AVServer.Lab.Features;

/// <summary>Google speech embeddings of whole recordings: 96 values every 80 ms, the vectors that the server gets chunk by chunk, for a tenth of the work.</summary>
/// <remarks>
/// The network is convolutional without padding in time and its pools shrink time by 8, so one pass over a recording gives
/// what windows of 76 mel frames every 8 frames give. Its input is declared as windows; the reshape behind it is patched to
/// lay them end to end. The mel front end runs on 1280 + 480 samples at a time, because it normalises over its input.
/// </remarks>
public sealed class EmbeddingFrontEnd : IDisposable
{
    /// <summary>Values of a vector.</summary>
    public const int Dim = 96;

    /// <summary>Samples from one vector to the next.</summary>
    public const int StepSamples = 1280;

    /// <summary>Vectors before a recording's first sample, of digital silence: what a window at its beginning reaches back to.</summary>
    public const int LeadSteps = 15;

    private const int OverlapSamples = 480;
    private const int ChunkSamples = StepSamples + OverlapSamples;
    private const int Mels = 32;
    private const int FramesPerChunk = 8;
    private const int WindowFrames = 76;

    // A chunk brings 8 frames and a window has 76: the first window that ends with a chunk begins at frame 4.
    private const int FirstFrame = 4;
    private const int ChunksPerWindow = 10;
    private const int SilentChunks = LeadSteps + ChunksPerWindow - 1;
    private readonly InferenceSession _mel;
    private readonly InferenceSession _embedding;

    /// <param name="folder">Folder with <c>melspectrogram.onnx</c> and <c>model.onnx</c>.</param>
    public EmbeddingFrontEnd(string folder)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, EnableMemoryPattern = false };
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        _mel = new InferenceSession(Path.Combine(folder, "melspectrogram.onnx"), options);
        _embedding = new InferenceSession(EndToEnd(File.ReadAllBytes(Path.Combine(folder, "model.onnx"))), options);
    }

    /// <summary>How many vectors a recording gives, <see cref="LeadSteps"/> among them.</summary>
    public static int Count(int samples) => LeadSteps + (samples / StepSamples);

    /// <summary>The sample behind the last one that vector <paramref name="index"/> has seen.</summary>
    public static int EndSample(int index) => (index - LeadSteps + 1) * StepSamples;

    /// <summary>All vectors of a recording, one after the other.</summary>
    /// <param name="samples">16 kHz, in 16-bit scale (±32768), as the front end was trained.</param>
    public float[] Compute(ReadOnlySpan<float> samples)
    {
        var count = Count(samples.Length);
        var mel = Mel(samples);
        var frames = (mel.Length / Mels) - FirstFrame;
        var windows = (frames + WindowFrames - 1) / WindowFrames;
        var padded = new float[windows * WindowFrames * Mels];
        mel.AsSpan(FirstFrame * Mels).CopyTo(padded);
        using var input = OrtValue.CreateTensorValueFromMemory(padded, [windows, WindowFrames, Mels, 1]);
        using var run = new RunOptions();
        using var outputs = _embedding.Run(run, ["input_1"], [input], _embedding.OutputNames);
        var channelsFirst = outputs[0].GetTensorDataAsSpan<float>();                             // [96, steps] under another name
        var steps = channelsFirst.Length / Dim;
        var result = new float[count * Dim];
        for (var step = 0; step < count; step++)
            for (var d = 0; d < Dim; d++) result[(step * Dim) + d] = channelsFirst[(d * steps) + step];
        return result;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _mel.Dispose();
        _embedding.Dispose();
    }

    private float[] Mel(ReadOnlySpan<float> samples)
    {
        var chunks = SilentChunks + (samples.Length / StepSamples);
        var mel = new float[chunks * FramesPerChunk * Mels];
        var chunk = new float[ChunkSamples];
        using var input = OrtValue.CreateTensorValueFromMemory(chunk, [1, ChunkSamples]);
        using var run = new RunOptions();
        for (var i = 0; i < chunks; i++)
        {
            // A chunk is 1280 new samples behind the last 480 before them; before the recording there is silence.
            var start = ((i - SilentChunks) * StepSamples) - OverlapSamples;
            Array.Clear(chunk);
            if (start + ChunkSamples > 0) samples.Slice(Math.Max(0, start), start + ChunkSamples - Math.Max(0, start)).CopyTo(chunk.AsSpan(Math.Max(0, -start)));
            using var outputs = _mel.Run(run, ["input"], [input], _mel.OutputNames);
            var values = outputs[0].GetTensorDataAsSpan<float>();
            for (var k = 0; k < values.Length; k++) mel[(i * FramesPerChunk * Mels) + k] = (values[k] / 10) + 2;
        }
        return mel;
    }

    // The first reshape's target [-1, 1, 76, 32] becomes [1, 1, -1, 32].
    private static byte[] EndToEnd(byte[] model)
    {
        Span<byte> windows = stackalloc byte[32];
        Span<byte> line = stackalloc byte[32];
        Write(windows, -1, 1, WindowFrames, Mels);
        Write(line, 1, 1, -1, Mels);
        var at = model.AsSpan().IndexOf(windows);
        if (at < 0) throw new InvalidDataException("Expected the speech embedding's first reshape to [-1, 1, 76, 32], found none: another model?");
        line.CopyTo(model.AsSpan(at));
        return model;
    }

    private static void Write(Span<byte> bytes, long a, long b, long c, long d)
    {
        BinaryPrimitives.WriteInt64LittleEndian(bytes, a);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[8..], b);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[16..], c);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[24..], d);
    }
}
