using System.Net;
using AVServer.Contracts;

namespace AVServer.Media.Pull;

/// <summary>Where media is pulled from. Its text shows neither user nor password nor what stands in the query.</summary>
public sealed class SourceAddress
{
    /// <summary>Longest address that is taken, in characters.</summary>
    public const int MaxLength = 2_048;

    private const string Hidden = "…";

    private SourceAddress(Uri uri, SourceProtocol protocol, bool isSecure, int port)
    {
        (Protocol, IsSecure, Port) = (protocol, isSecure, port);
        Host = uri.IdnHost.Trim('[', ']');
        PathAndQuery = uri.PathAndQuery.Length == 0 ? "/" : uri.PathAndQuery;
        var user = uri.UserInfo.Split(':', 2);
        if (uri.UserInfo.Length > 0)
            Credential = new NetworkCredential(
                Uri.UnescapeDataString(user[0]), user.Length == 2 ? Uri.UnescapeDataString(user[1]) : "");
        var host = Host.Contains(':') ? $"[{Host}]" : Host;
        Target = $"{uri.Scheme}://{host}{(uri.IsDefaultPort || uri.Port < 0 ? "" : $":{port}")}{PathAndQuery}";
        Shown = Show(uri, host);
    }

    /// <summary>How the media comes.</summary>
    public SourceProtocol Protocol { get; }

    /// <summary>Whether it comes by TLS.</summary>
    public bool IsSecure { get; }

    /// <summary>Name or address of the peer.</summary>
    public string Host { get; }

    /// <summary>Its port.</summary>
    public int Port { get; }

    /// <summary>What may be shown and logged of it.</summary>
    public string Shown { get; }

    /// <summary>Path and query as the peer gets them.</summary>
    internal string PathAndQuery { get; }

    /// <summary>All of it but user and password.</summary>
    internal string Target { get; }

    /// <summary>User and password; null where there are none.</summary>
    internal NetworkCredential? Credential { get; }

    /// <summary>Reads an address.</summary>
    /// <exception cref="MediaException">It is none, or of a protocol by which nothing is pulled.</exception>
    public static SourceAddress Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text) || text.Length > MaxLength || text.Any(char.IsControl)
            || !Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.IsFile)
            throw new MediaException(
                FaultCodes.BadRequest,
                $"Expected the address of live media like 'rtsp://camera.example/live' of at most {MaxLength} characters, got none.");
        var (protocol, isSecure, port) = uri.Scheme switch
        {
            "http" => (SourceProtocol.Http, false, 80),
            "https" => (SourceProtocol.Http, true, 443),
            "rtsp" => (SourceProtocol.Rtsp, false, 554),
            "rtsps" => (SourceProtocol.Rtsp, true, 322),
            "rtmp" => (SourceProtocol.Rtmp, false, 1935),
            "rtmps" => (SourceProtocol.Rtmp, true, 443),
            _ => throw new MediaException(
                FaultCodes.BadRequest,
                "Expected an address that begins with http, https, rtsp, rtsps, rtmp or rtmps, got one that begins with "
                + $"'{(uri.Scheme.Length <= 16 ? uri.Scheme : uri.Scheme[..16] + Hidden)}'; send other media with a client."),
        };
        if (uri.Host.Length == 0)
            throw new MediaException(FaultCodes.BadRequest, "Expected an address with a host's name in it, got one without.");
        return new SourceAddress(uri, protocol, isSecure, uri.Port > 0 ? uri.Port : port);
    }

    /// <inheritdoc/>
    public override string ToString() => Shown;

    // The last part of an RTMP path is what its servers take for a key.
    private string Show(Uri uri, string host)
    {
        var path = uri.AbsolutePath;
        if (Protocol == SourceProtocol.Rtmp && path.LastIndexOf('/') is var last and > 0) path = $"{path[..last]}/{Hidden}";
        var port = uri.IsDefaultPort || uri.Port < 0 ? "" : $":{uri.Port}";
        return $"{uri.Scheme}://{host}{port}{path}{(uri.Query.Length > 1 ? $"?{Hidden}" : "")}";
    }
}
