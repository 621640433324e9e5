namespace AVServer.Cli.Tests;

[Trait("Category", "unit")]
public sealed class MediaPathsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("avserver-cli-");

    [Fact]
    public void Folder_gives_its_media_at_any_depth_in_ordinal_order()
    {
        Touch("b.wav");
        Touch("a.OPUS");
        Touch("notes.txt");
        Touch("deep/er/c.webm");

        var found = MediaPaths.Expand([_folder.FullName]).Select(path => Path.GetRelativePath(_folder.FullName, path));

        Assert.Equal(["a.OPUS", "b.wav", Path.Combine("deep", "er", "c.webm")], found);
    }

    [Fact]
    public void Named_file_is_taken_whatever_its_name() => Assert.Equal(["no-such.bin"], MediaPaths.Expand(["no-such.bin"]));

    public void Dispose() => _folder.Delete(recursive: true);

    private void Touch(string name)
    {
        var path = Path.Combine(_folder.FullName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "");
    }
}
