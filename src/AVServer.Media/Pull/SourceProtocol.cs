namespace AVServer.Media.Pull;

/// <summary>How pulled media comes.</summary>
public enum SourceProtocol
{
    /// <summary>As the body of an HTTP answer.</summary>
    Http,

    /// <summary>By RTSP, its packets within the same connection.</summary>
    Rtsp,

    /// <summary>By RTMP.</summary>
    Rtmp,
}
