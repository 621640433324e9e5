using System.Text.RegularExpressions;
using AVServer.Contracts;

namespace AVServer.Media.Ffmpeg;

/// <summary>Makes of ffmpeg's end what a user can act on.</summary>
internal static partial class FfmpegFault
{
    private const int MaxReasonLength = 160;

    // 128 + SIGXCPU, which -timelimit arms, and 128 + SIGKILL by the kernel once the hard limit is reached.
    private const int EndedByCpuLimit = 152;

    /// <summary>The fault of a process that ended by itself with something amiss.</summary>
    public static MediaException Of(int exitCode, string errors, string what)
    {
        if (exitCode == EndedByCpuLimit) return new MediaException(FaultCodes.LimitExceeded, $"Expected {what} that decodes within the processor time allowed, and it did not; send less of it.");
        if (exitCode > 128) return new MediaException(FaultCodes.Internal, $"The decoder of {what} was ended by signal {exitCode - 128}; open the stream again.");
        return new MediaException(FaultCodes.Undecodable, $"Expected {what}, got something that can't be decoded ({Reason(errors)}); check how it was made.");
    }

    /// <summary>The first complaint, in short: without addresses, paths and control characters.</summary>
    public static string Reason(string errors)
    {
        foreach (string line in errors.Split('\n'))
        {
            string text = Prefix().Replace(line, "");
            text = InputName().Replace(text, "");
            text = new string([.. text.Where(c => c is >= ' ' and <= '~')]).Trim();
            if (text.Length > 0) return text.Length <= MaxReasonLength ? text : text[..MaxReasonLength] + "…";
        }

        return "no reason given";
    }

    // "[matroska,webm @ 0x5555fc375ac0] "
    [GeneratedRegex(@"^(\[[^\]]*\]\s*)+")]
    private static partial Regex Prefix();

    // "pipe:0: " or "file:/spool/upload: "
    [GeneratedRegex(@"(pipe|file):\S*:\s*")]
    private static partial Regex InputName();
}
