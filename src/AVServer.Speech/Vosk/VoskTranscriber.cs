namespace AVServer.Speech.Vosk;

/// <summary>Vosk (https://alphacephei.com/vosk): one model in memory, a recogniser for each stream.</summary>
public sealed class VoskTranscriber : ITranscriber
{
    private readonly Lock _gate = new();
    private IntPtr _model;
    private int _open;
    private bool _isDisposed;

    /// <summary>Loads a model.</summary>
    /// <param name="folder">With <c>am</c>, <c>graph</c>, <c>conf</c> and <c>ivector</c> in it.</param>
    /// <exception cref="InvalidOperationException">Vosk isn't installed, or takes no model from there.</exception>
    public VoskTranscriber(string folder)
    {
        if (!IsInstalled)
            throw new InvalidOperationException(
                "Expected libvosk.so beside the program, found none. Run scripts/setup.sh and build again, or set Speech:Transcriber to "
                + "client or none.");
        if (!File.Exists(Path.Combine(folder, "am", "final.mdl")))
            throw new InvalidOperationException(
                $"Expected a Vosk model in {folder}, found none. Run scripts/setup.sh, or set Speech:Transcriber to client or none.");
        VoskLibrary.SetLogLevel(-1);
        _model = VoskLibrary.NewModel(folder);
        if (_model == IntPtr.Zero)
            throw new InvalidOperationException(
                $"Expected a Vosk model in {folder}, but Vosk can't read it. Remove the folder's files and run scripts/setup.sh.");
    }

    /// <summary>Whether the native library is there.</summary>
    public static bool IsInstalled => VoskLibrary.IsInstalled;

    public ITranscription Open()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            var recogniser = VoskLibrary.NewRecogniser(_model, VoskTranscription.SampleRateHz);
            if (recogniser == IntPtr.Zero) throw new InvalidOperationException("Vosk made no recogniser; memory may be short.");
            _open++;
            return new VoskTranscription(recogniser, Closed);
        }
    }

    /// <summary>Frees the model, as soon as the last stream is closed.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            FreeIfUnused();
        }
    }

    private void Closed()
    {
        lock (_gate)
        {
            _open--;
            FreeIfUnused();
        }
    }

    private void FreeIfUnused()
    {
        if (!_isDisposed || _open > 0 || _model == IntPtr.Zero) return;
        VoskLibrary.FreeModel(_model);
        _model = IntPtr.Zero;
    }
}
