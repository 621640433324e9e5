using AVServer.Pipeline;
using AVServer.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AVServer.Server.Browser.Tests.Kit;

/// <summary>The server as its Program builds it, with the shipped models, on real Kestrel at a free port that it keeps when it is restarted.</summary>
internal sealed class PageServer : IAsyncDisposable
{
    private WebApplication _app;

    private PageServer(WebApplication app)
    {
        _app = app;
        Address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
    }

    public string Address { get; }

    public static async Task<PageServer> StartAsync() => new(await StartAppAsync("http://127.0.0.1:0"));

    /// <summary>Stops the server, open streams and all, and starts another in its place.</summary>
    public async Task RestartAsync()
    {
        await DisposeAsync();
        _app = await StartAppAsync(Address);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static async Task<WebApplication> StartAppAsync(string address)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddInMemoryCollection([new("Urls", address), new("Runtime:ModelsPath", TestPaths.Models)]);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddPipeline(builder.Configuration);
        builder.AddServer();
        var app = builder.Build();
        app.MapServer();
        await app.StartAsync();
        return app;
    }
}
