using AVServer.Pipeline;
using AVServer.Server.Tests.Kit;
using AVServer.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AVServer.Server.Tests.Observability;

/// <summary>Levels of the log are those of the settings file, also once it has changed.</summary>
[Trait("Category", "server")]
public sealed class LogLevelTests
{
    [Fact]
    public async Task Level_changes_with_the_settings_file_without_a_restart()
    {
        using var folder = new TemporaryFolder();
        var settings = Path.Combine(folder.Path, "appsettings.json");
        await WriteAsync("Warning");
        // As Program does, beside a file of its own.
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = folder.Path });
        builder.Services.AddSingleton<IStreamPipeline>(new FakePipeline()).AddSingleton<IKeywordRegistry>(new FakeKeywords());
        builder.AddServer();
        await using var app = builder.Build();
        app.MapServer();
        await app.StartAsync();
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("AVServer.Server.Streams.StreamRegistry");
        Assert.False(logger.IsEnabled(LogLevel.Information));
        await WriteAsync("Debug");
        await RunningServer.UntilAsync(() => logger.IsEnabled(LogLevel.Debug), "what is written for a closer look is logged");
        await WriteAsync("Error");
        await RunningServer.UntilAsync(() => !logger.IsEnabled(LogLevel.Warning), "only errors are logged");

        Task WriteAsync(string level) => File.WriteAllTextAsync(
            settings, $$"""{"Urls":"http://127.0.0.1:0","Logging":{"LogLevel":{"AVServer.Server":"{{level}}","Default":"Warning"} } }""");
    }
}
