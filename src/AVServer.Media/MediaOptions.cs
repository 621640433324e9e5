using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace AVServer.Media;

/// <summary>How media is decoded. Configuration section <c>Media</c>.</summary>
public sealed class MediaOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Media";

    /// <summary>
    /// The ffmpeg program: a path, or a name on PATH. Default <c>ffmpeg</c>; version 5.1 or newer. ffprobe is the one of the same folder.
    /// </summary>
    [Required]
    public string FfmpegPath { get; set; } = "ffmpeg";

    /// <summary>Whether ffmpeg is kept from network and files by bubblewrap. Default: where the system lets it.</summary>
    public SandboxUse Sandbox { get; set; }

    /// <summary>The ffprobe program that belongs to <see cref="FfmpegPath"/>.</summary>
    internal string FfprobePath => Path.Combine(Path.GetDirectoryName(FfmpegPath) ?? "", "ffprobe" + Path.GetExtension(FfmpegPath));

    /// <summary>Bounds of a live stream: of rate and memory. It may last as long as it comes, unless a limit is set.</summary>
    [Required]
    [ValidateObjectMembers]
    public MediaLimits Stream { get; set; } = new() { DecoderCpuShare = 1, TooLongCode = Contracts.FaultCodes.StreamLimit };

    /// <summary>Bounds of an uploaded file. Default: 4 h, 2 GiB, 10 min of processor time.</summary>
    [Required]
    [ValidateObjectMembers]
    public MediaLimits File { get; set; } = new()
    {
        MaxDuration = TimeSpan.FromHours(4),
        MaxInputBytes = 2L << 30,
        MaxDecoderCpu = TimeSpan.FromMinutes(10),
    };
}

/// <summary>Checks <see cref="MediaOptions"/> against the bounds on its properties.</summary>
[OptionsValidator]
public sealed partial class MediaOptionsValidator : IValidateOptions<MediaOptions>;
