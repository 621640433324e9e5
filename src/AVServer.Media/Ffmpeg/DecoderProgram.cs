namespace AVServer.Media.Ffmpeg;

/// <summary>A program that decodes media of strangers.</summary>
/// <param name="Path">A path, or a name on PATH.</param>
/// <param name="Trial">Arguments with which it ends well once its input does: whether it runs in a sandbox is seen by them.</param>
/// <param name="ManagedFolder">Where its assemblies lie, if .NET runs it; null: nothing but the system runs it.</param>
internal sealed record DecoderProgram(string Path, string Trial, string? ManagedFolder = null)
{
    private const string PictureDecoder = "AVServer.PictureDecoder.dll";

    /// <summary>What decodes pictures: the project's own program, beside this assembly, by the .NET that runs this process.</summary>
    public static DecoderProgram Pictures { get; } = new(
        RuntimeHost(),
        $"exec {QuotedInput.Quote(System.IO.Path.Combine(AppContext.BaseDirectory, PictureDecoder))}",
        AppContext.BaseDirectory);

    /// <summary>The ffmpeg of these options; their ffprobe runs where it does.</summary>
    public static DecoderProgram Ffmpeg(MediaOptions options) => new(options.FfmpegPath, "-hide_banner -version");

    // The one that runs this process; of a program with a host of its own, the one beside its runtime.
    private static string RuntimeHost()
    {
        string name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        if (Environment.ProcessPath is { } own && System.IO.Path.GetFileName(own) == name) return own;
        string runtime = System.IO.Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        return System.IO.Path.GetFullPath(System.IO.Path.Combine(runtime, "..", "..", "..", name));
    }
}
