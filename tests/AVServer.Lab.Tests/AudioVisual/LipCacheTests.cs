using AVServer.Lab.Data;
using AVServer.TestKit;
using AVServer.Vision;

namespace AVServer.Lab.Tests.AudioVisual;

[Trait("Category", "unit")]
public sealed class LipCacheTests
{
    [Fact]
    public async Task What_was_read_comes_back_and_is_read_once()
    {
        using var folder = new TemporaryFolder();
        var set = Directory.CreateDirectory(Path.Combine(folder.Path, "corpora", "set")).FullName;
        await File.WriteAllLinesAsync(
            Path.Combine(set, "manifest.tsv"),
            ["path\tspeaker\ttext\tseconds\talign", "a.mkv\tx\tbin please\t1\ta.align", "b.mkv\ty\tnow\t1\t"]);
        await File.WriteAllTextAsync(Path.Combine(set, "a.align"), "0 5000 sil\n5000 10000 bin\n10000 20000 please\n");
        var reads = 0;
        Task<LipRecording> Read(string path, CancellationToken token)
        {
            Interlocked.Increment(ref reads);
            var first = Path.GetFileName(path)[0];
            var lips = new byte[3 * LipRecording.PictureBytes];
            Array.Fill(lips, (byte)first);
            return Task.FromResult(
                new LipRecording(
                    [(short)first, -5], lips, [true, false, true], [.. Enumerable.Repeat((float)first, 3 * LipShape.Measures)]));
        }

        var cache = new LipCache(Path.Combine(folder.Path, "cache"));
        Assert.True(await cache.MakeAsync(Path.Combine(folder.Path, "corpora"), "set", Read, _ => { }, CancellationToken.None));
        Assert.False(await cache.MakeAsync(Path.Combine(folder.Path, "corpora"), "set", Read, _ => { }, CancellationToken.None));
        Assert.Equal(2, reads);
        var rows = cache.Rows("set");
        Assert.Equal(["bin", "please"], rows[0].Words.Select(word => word.Text));
        Assert.Equal((0.4, 0.8), (rows[0].Words[1].StartSeconds, rows[0].Words[1].EndSeconds));
        Assert.Empty(rows[1].Words);
        Assert.Equal((3, 2), (rows[1].PictureCount, rows[1].SeenCount));
        var second = cache.Read(rows[1]);
        Assert.Equal([(short)'b', -5], second.Samples);
        Assert.All(second.Lips, pixel => Assert.Equal((byte)'b', pixel));
        Assert.Equal([true, false, true], second.Seen);
        Assert.All(second.Shapes, measure => Assert.Equal('b', measure));
    }

    [Fact]
    public void Thinned_recording_has_what_lies_between_the_pictures_that_are_measured()
    {
        float[] measured = [1, 9, 3, 9, 9, 9];
        var recording = new LipRecording(
            [], new byte[6 * LipRecording.PictureBytes], new bool[6],
            [.. measured.SelectMany(value => Enumerable.Repeat(value, LipShape.Measures))]);

        Assert.Equal([1, 2, 3, 6, 9, 9], recording.Decimate(2).Shapes.Where((_, i) => i % LipShape.Measures == 0));
        Assert.Equal(recording.Shapes, recording.Decimate(1).Shapes);
    }
}
