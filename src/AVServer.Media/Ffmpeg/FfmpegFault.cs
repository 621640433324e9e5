using System.Text.RegularExpressions;
using AVServer.Contracts;

namespace AVServer.Media.Ffmpeg;

/// <summary>Makes of ffmpeg's end what a user can act on.</summary>
internal static partial class FfmpegFault
{
    private const int MaxReasonLength = 160;

    // What ffmpeg makes of the kernel's SIGXCPU; 128 + SIGXCPU before it listens to signals.
    private const int StoppedByCpuLimit = 255;
    private const int EndedByCpuLimit = 152;

    // 128 + the highest of the classic signals. Beyond are the errors of newer versions, which are negative numbers.
    private const int LastSignal = 159;

    /// <summary>The fault of a process that ended by itself with something amiss.</summary>
    public static MediaException Of(int exitCode, string errors, string what)
    {
        if (exitCode is StoppedByCpuLimit or EndedByCpuLimit)
            return new MediaException(
                FaultCodes.LimitExceeded,
                $"Expected {what} that decodes within the processor time allowed, and it did not; send less of it.");
        if (exitCode is > 128 and <= LastSignal)
            return new MediaException(
                FaultCodes.Internal, $"The decoder of {what} was ended by signal {exitCode - 128}; open the stream again.");
        return new MediaException(
            FaultCodes.Undecodable, $"Expected {what}, got something that can't be decoded ({Reason(errors)}); check how it was made.");
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
