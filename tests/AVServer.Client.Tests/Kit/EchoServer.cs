using AVServer.Pipeline;
using AVServer.Server;
using AVServer.Server.Tests.Kit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AVServer.Client.Tests.Kit;

/// <summary>The real server over an <see cref="EchoPipeline"/>, at a free port that it keeps when it is restarted.</summary>
internal sealed class EchoServer : IAsyncDisposable
{
    private readonly string? _apiKey;
    private WebApplication _app;

    private EchoServer(WebApplication app, string? apiKey)
    {
        (_app, _apiKey) = (app, apiKey);
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
    }

    public Uri Address { get; }

    public static async Task<EchoServer> StartAsync(string? apiKey = null) => new(await StartAppAsync("http://127.0.0.1:0", apiKey), apiKey);

    public async Task RestartAsync()
    {
        await DisposeAsync();
        _app = await StartAppAsync(Address.AbsoluteUri.TrimEnd('/'), _apiKey);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static async Task<WebApplication> StartAppAsync(string address, string? apiKey)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddInMemoryCollection([new("Urls", address), new("Server:Access:ApiKey", apiKey)]);
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IStreamPipeline, EchoPipeline>();
        builder.Services.AddSingleton<IKeywordRegistry>(new FakeKeywords());
        builder.AddServer();
        var app = builder.Build();
        app.MapServer();
        await app.StartAsync();
        return app;
    }
}
