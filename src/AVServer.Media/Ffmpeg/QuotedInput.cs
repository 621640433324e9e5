using System.Text.RegularExpressions;
using FFMpegCore;
using FFMpegCore.Arguments;

namespace AVServer.Media.Ffmpeg;

/// <summary>An input of ffmpeg whose name may hold anything.</summary>
/// <remarks>
/// FFMpegCore's own input puts a name between quotes as it is, so that a quote within it would end the argument and begin options.
/// </remarks>
/// <param name="name">A file with its protocol, a pipe, or what a device's demuxer takes for a name.</param>
internal sealed partial class QuotedInput(string name) : IInputArgument
{
    /// <inheritdoc/>
    public string Text => $"-i {Quote(name)}";

    /// <summary>A file. "file:" stands before its path, so that no name can be taken for an option or a protocol.</summary>
    public static QuotedInput File(string path) => new("file:" + Path.GetFullPath(path));

    /// <summary>
    /// Quotes one argument by the rules that <see cref="System.Diagnostics.ProcessStartInfo.Arguments"/> is taken apart by, on every
    /// system.
    /// </summary>
    public static string Quote(string argument) => $"\"{LastBackslashes().Replace(BeforeQuote().Replace(argument, "$1$1\\\""), "$0$0")}\"";

    void IInputOutputArgument.Pre(FFOptions options)
    {
    }

    Task IInputOutputArgument.During(CancellationToken cancellationToken) => Task.CompletedTask;

    void IInputOutputArgument.Post()
    {
    }

    [GeneratedRegex("(\\\\*)\"")]
    private static partial Regex BeforeQuote();

    [GeneratedRegex(@"\\+\z")]
    private static partial Regex LastBackslashes();
}
