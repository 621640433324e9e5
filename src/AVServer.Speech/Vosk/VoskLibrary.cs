using System.Reflection;
using System.Runtime.InteropServices;

namespace AVServer.Speech.Vosk;

/// <summary>The part of Vosk's C interface (vosk_api.h, 0.3.39, Apache-2.0) that is used.</summary>
internal static partial class VoskLibrary
{
    private const string Name = "libvosk";

    private static readonly Lazy<IntPtr> Handle = new(Load);

    static VoskLibrary() =>
        NativeLibrary.SetDllImportResolver(typeof(VoskLibrary).Assembly, (name, _, _) => name == Name ? Handle.Value : IntPtr.Zero);

    /// <summary>Whether the library lies beside the program or where the system looks for libraries, and loads.</summary>
    public static bool IsInstalled => Handle.Value != IntPtr.Zero;

    [LibraryImport(Name, EntryPoint = "vosk_set_log_level")]
    public static partial void SetLogLevel(int level);

    [LibraryImport(Name, EntryPoint = "vosk_model_new", StringMarshalling = StringMarshalling.Utf8)]
    public static partial IntPtr NewModel(string path);

    [LibraryImport(Name, EntryPoint = "vosk_model_free")]
    public static partial void FreeModel(IntPtr model);

    [LibraryImport(Name, EntryPoint = "vosk_recognizer_new")]
    public static partial IntPtr NewRecogniser(IntPtr model, float sampleRateHz);

    [LibraryImport(Name, EntryPoint = "vosk_recognizer_set_words")]
    public static partial void SetWords(IntPtr recogniser, int words);

    /// <returns>1 where the recogniser found an end by itself, 0 where it goes on, -1 after an exception.</returns>
    [LibraryImport(Name, EntryPoint = "vosk_recognizer_accept_waveform_s")]
    public static partial int Accept(IntPtr recogniser, ReadOnlySpan<short> samples, int count);

    [LibraryImport(Name, EntryPoint = "vosk_recognizer_result")]
    public static partial IntPtr Result(IntPtr recogniser);

    [LibraryImport(Name, EntryPoint = "vosk_recognizer_partial_result")]
    public static partial IntPtr PartialResult(IntPtr recogniser);

    [LibraryImport(Name, EntryPoint = "vosk_recognizer_final_result")]
    public static partial IntPtr FinalResult(IntPtr recogniser);

    [LibraryImport(Name, EntryPoint = "vosk_recognizer_free")]
    public static partial void FreeRecogniser(IntPtr recogniser);

    private static IntPtr Load() =>
        NativeLibrary.TryLoad(Path.Combine(AppContext.BaseDirectory, "libvosk.so"), out var handle)
        || NativeLibrary.TryLoad(Name, Assembly.GetExecutingAssembly(), null, out handle) ? handle : IntPtr.Zero;
}
