using System.Globalization;
using System.IO.Pipelines;
using System.Text;

namespace AVServer.Media;

/// <summary>Whether containers and files can be decoded here.</summary>
/// <param name="options">Where ffmpeg should be.</param>
public sealed class FfmpegAvailability(MediaOptions options)
{
    /// <summary>Oldest major version that is known to work.</summary>
    public const int OldestMajorVersion = 5;

    private const int VersionMemoryMiB = 2048;

    /// <summary>Asks ffmpeg for its version.</summary>
    /// <returns>Null if it can be used, otherwise what is wrong and what to do.</returns>
    public async Task<string?> FindProblemAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var process = Ffmpeg.FfmpegProcess.Start(options.FfmpegPath, ["-hide_banner", "-version"], VersionMemoryMiB);
            process.CompleteInput();
            string answer = await ReadAllAsync(process.Output, cancellationToken).ConfigureAwait(false);
            return ProblemOf(answer, options.FfmpegPath);
        }
        catch (MediaException e)
        {
            return e.Message;
        }
    }

    internal static string Missing(string path) => $"Expected the program ffmpeg at '{path}', found none that starts; install ffmpeg {OldestMajorVersion} or newer, or set {MediaOptions.Section}:{nameof(MediaOptions.FfmpegPath)}.";

    /// <summary>Judges the first line, e.g. <c>ffmpeg version 5.1.9-0+deb12u1 Copyright …</c>; a development build has a name for a number and is let pass.</summary>
    internal static string? ProblemOf(string versionAnswer, string path)
    {
        string[] words = versionAnswer.Split(' ', 4);
        if (words.Length < 4 || words[0] != "ffmpeg" || words[1] != "version") return Missing(path);
        string digits = string.Concat(words[2].TrimStart('n').TakeWhile(char.IsAsciiDigit));
        return int.TryParse(digits, CultureInfo.InvariantCulture, out int major) && major < OldestMajorVersion
            ? $"Expected ffmpeg {OldestMajorVersion} or newer at '{path}', found {words[2]}; install a newer one, or set {MediaOptions.Section}:{nameof(MediaOptions.FfmpegPath)}."
            : null;
    }

    private static async Task<string> ReadAllAsync(PipeReader output, CancellationToken cancellationToken)
    {
        using var text = new MemoryStream();
        await output.CopyToAsync(text, cancellationToken).ConfigureAwait(false);
        return Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length);
    }
}
