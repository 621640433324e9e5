using System.Globalization;
using System.Text;

namespace AVServer.Media.Pull;

/// <summary>What goes over an RTSP connection: a request or an answer, or a packet of media between them.</summary>
/// <param name="Bytes">All of a packet; the body of a request or answer.</param>
internal sealed record RtspMessage(ReadOnlyMemory<byte> Bytes)
{
    /// <summary>First line; null of a packet.</summary>
    public string? FirstLine { get; init; }

    /// <summary>The lines behind the first.</summary>
    public IReadOnlyList<string> Headers { get; init; } = [];

    /// <summary>Status of an answer; null of everything else.</summary>
    public int? Status =>
        FirstLine?.StartsWith("RTSP/", StringComparison.Ordinal) == true && FirstLine.Split(' ') is { Length: > 1 } parts
        && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var status)
            ? status
            : null;

    /// <summary>Values of a header.</summary>
    public IEnumerable<string> ValuesOf(string header) =>
        Headers.Where(line => line.StartsWith(header + ":", StringComparison.OrdinalIgnoreCase))
            .Select(line => line[(header.Length + 1)..].Trim());

    /// <summary>As it goes over the connection.</summary>
    public ReadOnlyMemory<byte> ToBytes() => FirstLine is null
        ? Bytes
        : (byte[])[.. Encoding.UTF8.GetBytes($"{string.Join("\r\n", [FirstLine, .. Headers])}\r\n\r\n"), .. Bytes.Span];
}
