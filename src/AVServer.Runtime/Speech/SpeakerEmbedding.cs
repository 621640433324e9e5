using Microsoft.ML.OnnxRuntime;

namespace AVServer.Runtime;

/// <summary>Who speaks in an utterance, as a vector: those of one speaker lie in about one direction (x-vectors).</summary>
/// <remarks>
/// Stateless and safe to share between threads. Frames and a run cost some quarter of what the speech encoder does for the same sound.
/// </remarks>
public sealed class SpeakerEmbedding : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _runOptions = new();
    private readonly float[] _mean;

    private SpeakerEmbedding(ModelManifest manifest, InferenceSession session, float[] mean)
    {
        Manifest = manifest;
        _session = session;
        _mean = mean;
        FrameDim = manifest.Inputs[0].Shape[^1];
    }

    /// <summary>What the model is.</summary>
    public ModelManifest Manifest { get; }

    /// <summary>Values of a frame.</summary>
    public int FrameDim { get; }

    /// <summary>Values of a vector.</summary>
    public int Dim => _mean.Length;

    /// <summary>Reads Kaldi's network, lays it as a graph and compares that with the manifest.</summary>
    /// <exception cref="ModelStoreException">The network can't be read, or isn't what the manifest says.</exception>
    public static SpeakerEmbedding Load(StoredModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var manifest = model.Manifest;
        if (manifest.Kind != ModelKind.SpeakerEmbedding)
            throw new ArgumentException(
                $"Expected a {ModelKind.SpeakerEmbedding}, got the {manifest.Kind} '{manifest.Name}'.", nameof(model));
        float[] mean;
        InferenceSession session;
        try
        {
            mean = KaldiNetwork.TextVector(model.ReadFile(SpeakerEmbeddingFiles.Mean));
            if (mean.Length != manifest.Outputs[0].Shape[^1])
                throw new InvalidDataException($"Expected a mean of {manifest.Outputs[0].Shape[^1]} values, got {mean.Length}.");
            var network = new KaldiNetwork(model.ReadFile(SpeakerEmbeddingFiles.Network));
            session = SessionFactory.Open(XVectorGraph.Build(network, manifest.Inputs[0].Shape[^1]));
        }
        catch (Exception e) when (e is InvalidDataException or OnnxRuntimeException)
        {
            throw new ModelStoreException(new ModelProblem(
                ModelProblemCode.GraphUnreadable, manifest.Name, $"{SpeakerEmbeddingFiles.Network} to load", e.Message,
                "Run scripts/setup.sh again."));
        }
        try
        {
            Signature.Check(manifest, session);
            return new SpeakerEmbedding(manifest, session, mean);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Describes the speaker of an utterance.</summary>
    /// <param name="frames">[frames, <see cref="FrameDim"/>], at least one row; not kept.</param>
    /// <returns><see cref="Dim"/> values of length 1, seen from the middle of many speakers: a product of two is their cosine.</returns>
    /// <exception cref="ArgumentException">There are no rows, or a part of one.</exception>
    /// <exception cref="InferenceException">A value is no number, or the graph refuses them.</exception>
    public float[] Embed(ReadOnlySpan<float> frames)
    {
        if (frames.IsEmpty || frames.Length % FrameDim != 0)
            throw new ArgumentException($"Expected rows of {FrameDim} values, got {frames.Length} values.", nameof(frames));
        if (!BatchRunner.IsFinite(frames)) throw new InferenceException(Manifest.Name, "values that are no numbers");
        const int Context = XVectorGraph.Context;
        var rows = frames.Length / FrameDim;
        try
        {
            using var input = TensorMemory.Create([1, rows + (2 * Context), FrameDim], out var padded);
            frames.CopyTo(padded[(Context * FrameDim)..]);
            // What lies beyond an end is like the frame at the end, as Kaldi has it.
            for (var i = 0; i < Context; i++)
            {
                frames[..FrameDim].CopyTo(padded[(i * FrameDim)..]);
                frames[^FrameDim..].CopyTo(padded[((Context + rows + i) * FrameDim)..]);
            }
            using var results = _session.Run(_runOptions, [XVectorGraph.Frames], [input], [XVectorGraph.Embedding]);
            return Normalise(results[0].GetTensorDataAsSpan<float>());
        }
        catch (OnnxRuntimeException e)
        {
            throw new InferenceException(Manifest.Name, e.Message, e);
        }
    }

    public void Dispose()
    {
        _runOptions.Dispose();
        _session.Dispose();
    }

    private float[] Normalise(ReadOnlySpan<float> values)
    {
        var vector = new float[values.Length];
        var squares = 0.0;
        for (var i = 0; i < vector.Length; i++)
        {
            vector[i] = values[i] - _mean[i];
            squares += (double)vector[i] * vector[i];
        }
        if (!double.IsFinite(squares)) throw new InferenceException(Manifest.Name, "a value that isn't a number");
        var scale = (float)(1 / Math.Sqrt(Math.Max(squares, 1e-12)));
        for (var i = 0; i < vector.Length; i++) vector[i] *= scale;
        return vector;
    }
}
