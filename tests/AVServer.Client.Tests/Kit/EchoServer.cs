using AVServer.Pipeline;
using AVServer.Server;
using AVServer.Server.Events;
using AVServer.Server.Tests.Kit;
using AVServer.TestKit;
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
    private readonly (string Key, string? Value)[] _settings;
    private WebApplication _app;

    private EchoServer(WebApplication app, (string Key, string? Value)[] settings)
    {
        (_app, _settings) = (app, settings);
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
    }

    public Uri Address { get; }

    public static Task<EchoServer> StartAsync(string? apiKey = null) => StartAsync(("Security:ApiKey", apiKey));

    public static async Task<EchoServer> StartAsync(params (string Key, string? Value)[] settings) =>
        new(await StartAppAsync("http://127.0.0.1:0", settings), settings);

    /// <summary>Waits until so many read events.</summary>
    public async Task ReadersAsync(int count)
    {
        var broker = _app.Services.GetRequiredService<EventBroker>();
        for (var timeout = TestTimeout.Token(); broker.SubscriberCount != count; await Task.Delay(10, timeout)) ;
    }

    public async Task RestartAsync()
    {
        await DisposeAsync();
        _app = await StartAppAsync(Address.AbsoluteUri.TrimEnd('/'), _settings);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static async Task<WebApplication> StartAppAsync(string address, (string Key, string? Value)[] settings)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        // A busy machine is no fault of a client.
        (string Key, string? Value)[] all = [.. settings, ("Urls", address), ("Server:Limits:MaxLag", "00:10:00")];
        builder.Configuration.AddInMemoryCollection(all.Select(setting => KeyValuePair.Create(setting.Key, setting.Value)));
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
