namespace AVServer.Cli.Tests;

[Trait("Category", "unit")]
public sealed class MediaPathsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("avserver-cli-");
    private readonly StringWriter _said = new();

    [Fact]
    public void Folder_gives_its_media_at_any_depth_in_ordinal_order()
    {
        Touch("b.wav");
        Touch("a.OPUS");
        Touch("notes.txt");
        Touch("deep/er/c.webm");

        var found = Expand();

        Assert.Equal(["a.OPUS", "b.wav", Path.Combine("deep", "er", "c.webm")], found);
    }

    [Fact]
    public void Named_file_is_taken_whatever_its_name() =>
        Assert.Equal(["no-such.bin"], MediaPaths.Expand(["no-such.bin"], TextWriter.Null));

    [Fact]
    public void Links_to_a_folder_itself_or_to_a_parent_give_each_file_once()
    {
        Touch("a/g.wav");
        Touch("a/b/h.caf");
        Link("a/self", ".");
        Link("a/b/up", "../..");
        Link("again", "a/b");
        Link("a/b/twin.wav", "../g.wav");
        Link("a/loop.wav", "loop.wav");
        Link("a/nowhere", "nothing");

        Assert.Equal([Path.Combine("a", "b", "h.caf"), Path.Combine("a", "g.wav")], Expand());
    }

    [Fact]
    public void Link_that_leads_out_of_the_folder_is_followed()
    {
        Touch("elsewhere/g.wav");
        Directory.CreateDirectory(Path.Combine(_folder.FullName, "here"));
        Link("here/out", "../elsewhere");

        var found = Assert.Single(MediaPaths.Expand([Path.Combine(_folder.FullName, "here")], TextWriter.Null));
        Assert.Equal(Path.Combine(_folder.FullName, "here", "out", "g.wav"), found);
    }

    [Fact]
    public void Hidden_files_and_folders_are_left_out()
    {
        Touch("good.wav");
        Touch("._x.mp3");
        Touch(".y.wav");
        Touch(".git/z.wav");

        Assert.Equal(["good.wav"], Expand());
    }

    [Theory]
    [InlineData("notes.txt")]
    [InlineData("._x.mp3")]
    [InlineData(null)]
    public void Folder_without_media_says_so_with_the_kinds_that_are_taken(string? only)
    {
        if (only is not null) Touch(only);

        Assert.Empty(Expand());
        Assert.Contains($"found none; taken are ", _said.ToString());
        Assert.Contains(" .m4b ", _said.ToString());
        Assert.Contains(" .wave ", _said.ToString());
    }

    [Theory]
    [InlineData(".caf .3gp .m4b .m4v .ts .amr .au .flv .wave .aif .aifc .aiff .snd .mp2 .oga .ogv .spx .mka .mov .3g2")]
    public void Every_kind_that_the_server_takes_is_found(string kinds)
    {
        foreach (var kind in kinds.Split(' ')) Touch($"a{kind.ToUpperInvariant()}");

        Assert.Equal(kinds.Split(' ').Length, Expand().Count);
    }

    public void Dispose()
    {
        _said.Dispose();
        _folder.Delete(recursive: true);
    }

    private List<string> Expand() =>
        [.. MediaPaths.Expand([_folder.FullName], _said).Select(path => Path.GetRelativePath(_folder.FullName, path))];

    private void Link(string name, string target) => File.CreateSymbolicLink(Path.Combine(_folder.FullName, name), target);

    private void Touch(string name)
    {
        var path = Path.Combine(_folder.FullName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "");
    }
}
