using System.Buffers.Binary;
using Microsoft.ML.OnnxRuntime;

namespace AVServer.Runtime;

/// <summary>The speech embedding laid end to end: many vectors in one run, for a fraction of the work.</summary>
/// <remarks>
/// The network is convolutional without padding in time and its pools shrink time by 8, so one pass over a stretch gives what windows of 76
/// mel frames every 8 frames give. Its input is declared as windows; the reshape behind it is patched to lay them end to end. Stateless,
/// safe to share between threads.
/// </remarks>
internal sealed class StretchEmbedding : IDisposable
{
    private const int WindowLength = SpeechEmbedding.FramesPerVector * SpeechEmbedding.MelsPerFrame;
    private readonly InferenceSession _session;
    private readonly RunOptions _runOptions = new();
    private readonly string[] _input;

    /// <exception cref="ModelStoreException">The graph can't be loaded, or has no such reshape.</exception>
    public StretchEmbedding(StoredModel model, SessionFactory sessions)
    {
        _session = sessions.Create(model, ModelManifest.MainFile, bytes => LayEndToEnd(bytes, model.Manifest.Name));
        _input = [model.Manifest.Inputs[0].Name];
    }

    /// <summary>Vectors of a stretch.</summary>
    /// <param name="frames">Mel frames as the network takes them, the first that the first vector sees first; 8 more for each further
    /// vector.</param>
    /// <param name="vectors">Receives 96 values for each, oldest first.</param>
    public void Run(ReadOnlySpan<float> frames, Span<float> vectors)
    {
        var windows = (frames.Length + WindowLength - 1) / WindowLength;
        // The last window's rest stays zero.
        using var input = TensorMemory.Copy(frames, windows, SpeechEmbedding.FramesPerVector, SpeechEmbedding.MelsPerFrame, 1);
        using var outputs = _session.Run(_runOptions, _input, [input], _session.OutputNames);
        var channelsFirst = outputs[0].GetTensorDataAsSpan<float>();                              // [96, steps] under another name
        var steps = channelsFirst.Length / SpeechEmbedding.Dim;
        for (var i = 0; i < vectors.Length; i++) vectors[i] = channelsFirst[(i % SpeechEmbedding.Dim * steps) + (i / SpeechEmbedding.Dim)];
    }

    public void Dispose()
    {
        _runOptions.Dispose();
        _session.Dispose();
    }

    // The first reshape's target [-1, 1, 76, 32] becomes [1, 1, -1, 32].
    private static void LayEndToEnd(byte[] graph, string model)
    {
        Span<byte> windows = stackalloc byte[32];
        Span<byte> line = stackalloc byte[32];
        Write(windows, -1, 1, SpeechEmbedding.FramesPerVector, SpeechEmbedding.MelsPerFrame);
        Write(line, 1, 1, -1, SpeechEmbedding.MelsPerFrame);
        var at = graph.AsSpan().IndexOf(windows);
        if (at < 0)
            throw new ModelStoreException(
                new ModelProblem(
                    ModelProblemCode.GraphUnreadable, model, "a first reshape to [-1, 1, 76, 32]", "none",
                    "Use the speech embedding that scripts/setup.sh installs."));
        line.CopyTo(graph.AsSpan(at));
    }

    private static void Write(Span<byte> bytes, long a, long b, long c, long d)
    {
        BinaryPrimitives.WriteInt64LittleEndian(bytes, a);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[8..], b);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[16..], c);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[24..], d);
    }
}
