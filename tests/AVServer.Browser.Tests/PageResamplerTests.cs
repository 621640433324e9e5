using AVServer.Server.Browser.Tests.Kit;

namespace AVServer.Server.Browser.Tests;

[Trait("Category", "unit")]
public sealed class PageResamplerTests
{
    [Theory]
    [InlineData(48_000)]
    [InlineData(44_100)]
    [InlineData(96_000)]
    [InlineData(16_000)]
    [InlineData(8_000)]
    public Task Browser_resampler_keeps_speech_drops_aliases_and_ignores_chunking(int inputRate) =>
        BrowserCheck.RunAsync("resampler", new { inputRate });
}
