using AVServer.Pipeline;
using AVServer.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AVServer.Server.Browser.Tests.Kit;

/// <summary>
/// The server as its Program builds it, with the shipped models or others, on real Kestrel at a free port that it keeps when it is
/// restarted.
/// </summary>
internal sealed class PageServer : IAsyncDisposable
{
    private readonly string _models;
    private readonly (string Key, string Value)[] _settings;
    private WebApplication _app;

    private PageServer(WebApplication app, string models, (string Key, string Value)[] settings)
    {
        (_app, _models, _settings) = (app, models, settings);
        Address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
    }

    public string Address { get; }

    /// <param name="models">Folder of the models; default: the shipped ones.</param>
    /// <param name="settings">Further settings.</param>
    public static async Task<PageServer> StartAsync(string? models = null, params (string Key, string Value)[] settings) =>
        new(await StartAppAsync("http://127.0.0.1:0", models ?? TestPaths.Models, settings), models ?? TestPaths.Models, settings);

    /// <summary>Stops the server, open streams and all, and starts another in its place.</summary>
    public async Task RestartAsync()
    {
        await DisposeAsync();
        _app = await StartAppAsync(Address, _models, _settings);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static async Task<WebApplication> StartAppAsync(string address, string models, (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        // A busy machine is no fault of a page.
        builder.Configuration.AddInMemoryCollection(
        [
            new("Urls", address), new("Runtime:ModelsPath", models), new("Keywords:MeasuredPath", TestPaths.Measured),
            new("Server:Limits:MaxLag", "00:10:00"),
            .. settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)),
        ]);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddPipeline(builder.Configuration);
        builder.AddServer();
        var app = builder.Build();
        app.MapServer();
        await app.StartAsync();
        return app;
    }
}
