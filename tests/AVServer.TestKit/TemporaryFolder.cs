namespace AVServer.TestKit;

/// <summary>A folder of one test's own, gone with it.</summary>
public sealed class TemporaryFolder : IDisposable
{
    /// <summary>Its full path.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("avserver-test-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
