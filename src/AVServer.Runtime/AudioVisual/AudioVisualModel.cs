using Microsoft.ML.OnnxRuntime;

namespace AVServer.Runtime;

/// <summary>
/// Judges whether a window of sound and lips holds the keyword: from the sound, from the lips, and from both, in one run.
/// </summary>
/// <remarks>
/// Stateless and safe to share between threads. A run blocks for some milliseconds. Follows FLCMA (arXiv 2403.01700) as the lab exports it.
/// </remarks>
public sealed class AudioVisualModel : IDisposable
{
    private const int PresenceLength = 2;

    private readonly InferenceSession _session;
    private readonly RunOptions _runOptions = new();
    private readonly string[] _inputs;
    private readonly string[] _outputs;

    private AudioVisualModel(ModelManifest manifest, InferenceSession session, DynamicBatcher lips)
    {
        Manifest = manifest;
        Lips = lips;
        _session = session;
        _inputs = [.. manifest.Inputs.Select(input => input.Name)];
        _outputs = [manifest.Outputs[0].Name];
    }

    /// <summary>What the model is.</summary>
    public ModelManifest Manifest { get; }

    /// <summary>Its window and lip encoder.</summary>
    public AudioVisualSpec Spec => Manifest.AudioVisual!;

    /// <summary>Its lip encoder, which runs the frames of many streams together; not disposed with the model.</summary>
    public DynamicBatcher Lips { get; }

    /// <summary>Values of a window's sound: <c>audioFrames × mels</c>, oldest frame first.</summary>
    public int FbankLength => Spec.AudioFrames * Manifest.Features!.Mels;

    /// <summary>Values of a window's lips: <c>videoFrames × (lipFeatures + lipMeasures)</c>, oldest frame first.</summary>
    public int LipsLength => Spec.VideoFrames * Spec.LipValues;

    /// <summary>Loads an audio-visual spotter and compares the graph with its manifest.</summary>
    /// <param name="model">Its folder.</param>
    /// <param name="lips">Runs its lip encoder.</param>
    /// <param name="sessions">Opens its graph; absent: on the CPU.</param>
    /// <exception cref="ModelStoreException">The graph can't be loaded or isn't what the manifest says.</exception>
    public static AudioVisualModel Load(StoredModel model, DynamicBatcher lips, SessionFactory? sessions = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(lips);
        if (model.Manifest.Kind != ModelKind.AudioVisualSpotter)
            throw new ArgumentException(
                $"Expected an {ModelKind.AudioVisualSpotter}, got the {model.Manifest.Kind} '{model.Manifest.Name}'.", nameof(model));
        var session = (sessions ?? SessionFactory.Cpu).Create(model, ModelManifest.MainFile);
        try
        {
            var manifest = model.Manifest;
            var spec = manifest.AudioVisual!;
            Signature.Check(manifest, session);
            Signature.Check(
                manifest.Name,
                [
                    manifest.Inputs[0] with { Shape = [-1, spec.AudioFrames, manifest.Features!.Mels] },
                    manifest.Inputs[1] with { Shape = [-1, spec.VideoFrames, spec.LipValues] },
                    manifest.Inputs[2] with { Shape = [-1, PresenceLength] },
                ],
                [manifest.Outputs[0] with { Shape = [-1, 1] }],
                session);
            return new AudioVisualModel(manifest, session, lips);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Judges one window in several ways at once.</summary>
    /// <param name="fbank"><see cref="FbankLength"/> log-mel energies as the front end gives them; not kept.</param>
    /// <param name="lips"><see cref="LipsLength"/> lip features and measures; not kept.</param>
    /// <param name="presences">For each way, what of it is to be believed.</param>
    /// <param name="posteriors">Receives, for each way, the probability that the keyword is in the window, 0 to 1.</param>
    /// <exception cref="ArgumentException">A length is wrong.</exception>
    /// <exception cref="InferenceException">The graph refuses the window.</exception>
    public void Judge(ReadOnlySpan<float> fbank, ReadOnlySpan<float> lips, ReadOnlySpan<Presence> presences, Span<float> posteriors)
    {
        if (fbank.Length != FbankLength)
            throw new ArgumentException($"Expected {FbankLength} fbank values, got {fbank.Length}.", nameof(fbank));
        if (lips.Length != LipsLength) throw new ArgumentException($"Expected {LipsLength} lip features, got {lips.Length}.", nameof(lips));
        if (presences.IsEmpty || presences.Length != posteriors.Length)
            throw new ArgumentException(
                $"Expected room for as many posteriors as presences, got {posteriors.Length} for {presences.Length}.", nameof(posteriors));
        try
        {
            var rows = presences.Length;
            using var presence = TensorMemory.Create([rows, PresenceLength], out var flags);
            for (var i = 0; i < rows; i++)
                (flags[PresenceLength * i], flags[(PresenceLength * i) + 1]) = (presences[i].Audio ? 1 : 0, presences[i].Video ? 1 : 0);
            using var sound = Repeat(fbank, rows, Spec.AudioFrames, Manifest.Features!.Mels);
            using var sight = Repeat(lips, rows, Spec.VideoFrames, Spec.LipValues);
            using var results = _session.Run(_runOptions, _inputs, [sound, sight, presence], _outputs);
            results[0].GetTensorDataAsSpan<float>()[..rows].CopyTo(posteriors);
        }
        catch (OnnxRuntimeException e)
        {
            throw new InferenceException(Manifest.Name, e.Message, e);
        }
        if (!BatchRunner.IsFinite(posteriors)) throw new InferenceException(Manifest.Name, "a posterior that isn't a number");
    }

    public void Dispose()
    {
        _runOptions.Dispose();
        _session.Dispose();
    }

    private static OrtValue Repeat(ReadOnlySpan<float> values, int times, int rows, int columns)
    {
        var tensor = TensorMemory.Create([times, rows, columns], out var repeated);
        for (var i = 0; i < times; i++) values.CopyTo(repeated[(i * values.Length)..]);
        return tensor;
    }
}

/// <summary>What of a window is to be believed.</summary>
/// <param name="Audio">The sound.</param>
/// <param name="Video">The lips.</param>
public readonly record struct Presence(bool Audio, bool Video);
