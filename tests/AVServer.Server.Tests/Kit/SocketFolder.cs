namespace AVServer.Server.Tests.Kit;

/// <summary>
/// A folder of one test's own in which programs put their Unix sockets, gone with it. Not where TMPDIR says, which may be long: the path
/// of such a socket has room for 107 bytes.
/// </summary>
internal sealed class SocketFolder : IDisposable
{
    /// <summary>Its full path.</summary>
    public string Path { get; } = Directory.CreateDirectory($"/tmp/avserver-{Guid.NewGuid():n}").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
