using AVServer.Contracts;
using AVServer.TestKit;

namespace AVServer.Cli.Tests;

[Trait("Category", "slow")]
public sealed class StreamCommandTests
{
    [CorporaFact]
    public async Task File_with_pictures_is_sent_as_a_container_and_one_without_as_samples()
    {
        var film = Directory.GetFiles(Path.Combine(TestPaths.Corpora!, "grid", "s2"), "*.mkv").Order(StringComparer.Ordinal).First();
        var sound = Path.Combine(TestPaths.Corpora!, "ovos_wakewords", "wake-words", "en", "computer", "tng-computer-185.opus");

        var (filmHello, filmChunks) = await StreamCommand.OpenAsync(film, fast: true, TextWriter.Null, CancellationToken.None);
        var (soundHello, soundChunks) = await StreamCommand.OpenAsync(sound, fast: true, TextWriter.Null, CancellationToken.None);

        Assert.Equal("matroska", filmHello.Container);
        Assert.All(await filmChunks.ToListAsync(), chunk => Assert.Equal(MediaKind.Container, chunk.Kind));
        Assert.NotNull(soundHello.Audio);
        Assert.All(await soundChunks.ToListAsync(), chunk => Assert.Equal(MediaKind.Audio, chunk.Kind));
    }
}
