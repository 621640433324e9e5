using System.Globalization;
using AVServer.Media.Ffmpeg;

namespace AVServer.Media;

/// <summary>Whether containers and files can be decoded here.</summary>
/// <param name="options">Where ffmpeg should be.</param>
public sealed class FfmpegAvailability(MediaOptions options)
{
    /// <summary>Oldest major version that is known to work.</summary>
    public const int OldestMajorVersion = 5;

    private const int MaxAnswerBytes = 8 << 10;

    /// <summary>Asks ffmpeg and ffprobe for their version.</summary>
    /// <returns>Null if it can be used, otherwise what is wrong and what to do.</returns>
    public async Task<string?> FindProblemAsync(CancellationToken cancellationToken)
    {
        try
        {
            return ProblemOf(await ReadVersionAsync(options.FfmpegPath, cancellationToken).ConfigureAwait(false), options.FfmpegPath)
                ?? ProblemOf(await ReadVersionAsync(options.FfprobePath, cancellationToken).ConfigureAwait(false), options.FfprobePath);
        }
        catch (MediaException e)
        {
            return e.Message;
        }
    }

    internal static string Missing(string path) =>
        $"Expected the program {Path.GetFileNameWithoutExtension(path)} at '{path}', found none that starts; "
        + $"install ffmpeg {OldestMajorVersion} or newer, ffprobe with it, or set "
        + $"{MediaOptions.Section}:{nameof(MediaOptions.FfmpegPath)}.";

    /// <summary>
    /// Judges the first line, e.g. <c>ffmpeg version 5.1.9-0+deb12u1 Copyright …</c>; a development build has a name for a number and is
    /// let pass.
    /// </summary>
    internal static string? ProblemOf(string versionAnswer, string path)
    {
        string[] words = versionAnswer.Split(' ', 4);
        if (words.Length < 4 || words[0] is not ("ffmpeg" or "ffprobe") || words[1] != "version") return Missing(path);
        string digits = string.Concat(words[2].TrimStart('n').TakeWhile(char.IsAsciiDigit));
        return int.TryParse(digits, CultureInfo.InvariantCulture, out int major) && major < OldestMajorVersion
            ? $"Expected {words[0]} {OldestMajorVersion} or newer at '{path}', found {words[2]}; install a newer one, or set "
                + $"{MediaOptions.Section}:{nameof(MediaOptions.FfmpegPath)}."
            : null;
    }

    private async Task<string> ReadVersionAsync(string program, CancellationToken cancellationToken)
    {
        await using var process = DecoderProcess.Start(program, "-hide_banner -version", options.File);
        process.CompleteInput();
        return await process.ReadTextAsync(MaxAnswerBytes, cancellationToken).ConfigureAwait(false);
    }
}
