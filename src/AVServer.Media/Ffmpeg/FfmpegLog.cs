using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace AVServer.Media.Ffmpeg;

/// <summary>
/// What ffmpeg says on its error pipe: read to the end, or ffmpeg would stall on a full pipe, and kept only as far as it tells something of
/// the input.
/// </summary>
/// <remarks>
/// Lines of the level <c>info</c> describe the input before anything is decoded. What stands in a file's tags can't pass for one: ffmpeg
/// breaks it into lines that are indented further.
/// </remarks>
internal sealed partial class FfmpegLog
{
    private const int MaxErrorChars = 4096;
    private const int MaxLineBytes = 512;

    private readonly Lock _gate = new();
    private readonly StringBuilder _errors = new();
    private readonly byte[] _line = new byte[MaxLineBytes];
    private int _lineLength;
    private bool _inInput;
    private bool _decoding;
    private bool _lengthIsGuessed;
    private TimeSpan? _length;
    private string? _damage;
    private bool _isCut;
    private bool _hasErrors;
    private string? _pictures;
    private string? _pictureFault;

    /// <summary>The beginning of what went wrong, a line each.</summary>
    public string Errors
    {
        get { lock (_gate) return _errors.ToString(); }
    }

    /// <summary>How long the container says it is; null where it doesn't say, or ffmpeg could only guess.</summary>
    public TimeSpan? StatedLength
    {
        get { lock (_gate) return _lengthIsGuessed ? null : _length; }
    }

    /// <summary>The first sign of damage; null while there was none.</summary>
    public string? Damage
    {
        get { lock (_gate) return _damage; }
    }

    /// <summary>Whether there is damage of which it is sure, before all was read, that it isn't the torn end.</summary>
    public bool IsDamagedWithin
    {
        get { lock (_gate) return _hasErrors && !_isCut; }
    }

    /// <summary>Whether the container's reader missed its end.</summary>
    public bool IsCut
    {
        get { lock (_gate) return _isCut; }
    }

    /// <summary>Whether there are pictures that move; a cover doesn't count.</summary>
    public bool HasPictures
    {
        get { lock (_gate) return _pictures is not null; }
    }

    /// <summary>Why pictures that there are can't be read; null where they can, or there are none.</summary>
    public string? PictureFault
    {
        get { lock (_gate) return _pictures is null ? null : _pictureFault; }
    }

    /// <summary>Reads to the end.</summary>
    public async Task ReadAsync(Stream errors)
    {
        var buffer = new byte[4096];
        while (true)
        {
            int read = await errors.ReadAsync(buffer).ConfigureAwait(false);
            if (read == 0) break;
            lock (_gate) Take(buffer.AsSpan(0, read));
        }

        lock (_gate) EndLine();
    }

    private void Take(ReadOnlySpan<byte> bytes)
    {
        foreach (byte part in bytes)
        {
            if (part is (byte)'\n' or (byte)'\r') EndLine();
            else if (_lineLength < _line.Length) _line[_lineLength++] = part;
        }
    }

    private void EndLine()
    {
        if (_lineLength > 0) Read(Encoding.UTF8.GetString(_line, 0, _lineLength));
        _lineLength = 0;
    }

    private void Read(string line)
    {
        var match = Line().Match(line);
        var (context, level, text) = match.Success
            ? (match.Groups["context"].Value, match.Groups["level"].Value, match.Groups["text"].Value)
            : ("", "", line);
        if (level == "info")
        {
            if (context.Length == 0) ReadDescription(text);
            return;
        }

        if (level is "error" or "fatal" or "panic" or "" && _errors.Length + line.Length < MaxErrorChars) _errors.Append(line).Append('\n');
        if (text.StartsWith("Estimating duration", StringComparison.Ordinal)) _lengthIsGuessed = true;
        if (TooLarge().Match(text) is { Success: true } size) _pictureFault ??= $"they are of {size.Groups[1].Value}, larger than is taken";
        else if (IsDamage(context, level, text))
        {
            _damage ??= FfmpegFault.Reason(text);
            _hasErrors |= level != "warning";
        }

        _isCut |= level == "error" && Cut().IsMatch(text);
    }

    // Before decoding begins, only what the container's reader says is believed: others may have looked at what isn't asked for. The muxer
    // and the scaler speak of what comes out.
    private bool IsDamage(string context, string level, string text) => level switch
    {
        "warning" => DamageWarning().IsMatch(text),
        "error" or "fatal"
            when context.StartsWith("matroska @", StringComparison.Ordinal) || context.StartsWith("swscaler", StringComparison.Ordinal) =>
                false,
        "error" or "fatal" => _decoding || ContainerError().IsMatch(text),
        _ => false,
    };

    private void ReadDescription(string text)
    {
        if (text.StartsWith("Input #0", StringComparison.Ordinal)) _inInput = true;
        else if (text.StartsWith("Input #", StringComparison.Ordinal)) _inInput = false;
        else if (text.StartsWith("Stream mapping", StringComparison.Ordinal) || text.StartsWith("Output #", StringComparison.Ordinal))
            (_inInput, _decoding) = (false, true);
        if (!_inInput) return;
        if (Length().Match(text) is { Success: true } length)
            _length = TimeSpan.TryParse(length.Groups[1].Value, CultureInfo.InvariantCulture, out var time) && time > TimeSpan.Zero ? time
                : null;
        else if (Pictures().Match(text) is { Success: true } pictures && !text.EndsWith("(attached pic)", StringComparison.Ordinal))
            ReadPictures(text, pictures);
    }

    private void ReadPictures(string text, Match pictures)
    {
        if (_pictures is not null) return;   // the first is the one that is looked at
        _pictures = pictures.Value;
        if (pictures.Groups["codec"].Value == "none") _pictureFault = "their encoding isn't known";
        else if (Size().Match(text) is { Success: true } size && (size.Groups[1].Length == 1 || size.Groups[2].Length == 1))
            _pictureFault ??= $"they are of {size.Groups[1].Value}x{size.Groups[2].Value}, too small to show anything";
    }

    // "[matroska,webm @ 0x5555fc375ac0] [error] text"
    [GeneratedRegex(@"^(\[(?<context>[^\]]*@ 0x[0-9a-f]+)\] )*\[(?<level>[a-z]+)\] (?<text>.*)$", RegexOptions.ExplicitCapture)]
    private static partial Regex Line();

    [GeneratedRegex("(?i)packet corrupt|corrupt input packet|PES packet size mismatch")]
    private static partial Regex DamageWarning();

    [GeneratedRegex(
        "(?i)partial file|ended prematurely|Truncating packet|CRC mismatch|exceeds containing|exceeds max length|Packet mismatch")]
    private static partial Regex ContainerError();

    [GeneratedRegex("(?i)partial file|ended prematurely|Truncating packet")]
    private static partial Regex Cut();

    [GeneratedRegex(@"^Picture size (\d+x\d+) exceeds")]
    private static partial Regex TooLarge();

    [GeneratedRegex(@"^  Duration: (\d+:\d+:\d+\.\d+)")]
    private static partial Regex Length();

    [GeneratedRegex(@"^  Stream #0:\d+\S*: Video: (?<codec>\w+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Pictures();

    [GeneratedRegex(@", (\d+)x(\d+)(?=[ ,]|$)")]
    private static partial Regex Size();
}
