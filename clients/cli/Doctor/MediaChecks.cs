using AVServer.Media;

namespace AVServer.Cli.Doctor;

/// <summary>What decodes media: ffmpeg with what it can read, and the place in which it is kept from everything else.</summary>
internal static class MediaChecks
{
    // Media comes to it by pipes and files alone.
    private static readonly string[] Protocols = ["file", "pipe"];
    private static readonly string[] Demuxers = ["matroska,webm", "mov,mp4,m4a,3gp,3g2,mj2", "ogg", "wav", "flac", "mp3"];
    private static readonly string[] Decoders = ["opus", "vorbis", "aac", "flac", "mp3float", "h264", "vp8", "vp9"];

    /// <param name="path">The ffmpeg program.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<IReadOnlyList<Finding>> FfmpegAsync(string path, CancellationToken cancellationToken)
    {
        const string Check = "ffmpeg";
        var options = new MediaOptions { FfmpegPath = path };
        if (await new FfmpegAvailability(options).FindProblemAsync(cancellationToken) is { } problem)
            return [Finding.Fail(Check, problem, "apt install ffmpeg, or scripts/setup.sh native.")];
        var version = await ProgramAnswer.ReadAsync(path, ["-hide_banner", "-version"], cancellationToken) ?? "";
        List<Finding> findings = [Finding.Ok(Check, string.Join(' ', version.Split(' ').Take(3)))];
        if (await MissingAsync(path, "-protocols", Protocols, cancellationToken) is { Length: > 0 } protocols)
            findings.Add(Finding.Fail(
                "ffmpeg protocols", $"without {string.Join(", ", protocols)}",
                "Install a build of ffmpeg that has them: without, no media is read."));
        string[] formats =
        [
            .. await MissingAsync(path, "-demuxers", Demuxers, cancellationToken),
            .. await MissingAsync(path, "-decoders", Decoders, cancellationToken),
        ];
        findings.Add(formats.Length == 0
            ? Finding.Ok("ffmpeg formats", $"{Demuxers.Length} containers and {Decoders.Length} codecs looked for, all there")
            : Finding.Warn(
                "ffmpeg formats", $"without {string.Join(", ", formats)}",
                "Such media is refused as undecodable; install a build of ffmpeg that reads it."));
        return findings;
    }

    public static async Task<Finding> SandboxAsync(CancellationToken cancellationToken)
    {
        var made = await ProgramAnswer.ReadAsync(
            "bwrap", ["--unshare-all", "--die-with-parent", "--ro-bind", "/", "/", "true"], cancellationToken);
        return made is not null
            ? Finding.Ok("sandbox", "bubblewrap keeps decoders from network and files")
            : Finding.Warn(
                "sandbox", "bubblewrap is missing, or the system lets it make no namespaces",
                "Decoders of strangers' media run without: apt install bubblewrap, and allow unprivileged user namespaces; "
                + "Media:Sandbox=required refuses to decode without it.");
    }

    private static async Task<string[]> MissingAsync(string path, string list, string[] wanted, CancellationToken cancellationToken)
    {
        var answer = await ProgramAnswer.ReadAsync(path, ["-hide_banner", list], cancellationToken) ?? "";
        var there = answer.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries).ToHashSet();
        return [.. wanted.Where(name => !there.Contains(name))];
    }
}
