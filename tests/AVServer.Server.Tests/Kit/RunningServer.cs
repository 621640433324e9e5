using System.Collections.Concurrent;
using AVServer.Pipeline;
using AVServer.Server.Events;
using AVServer.Server.Streams;
using AVServer.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AVServer.Server.Tests.Kit;

/// <summary>The server on real Kestrel at a free port, as Program builds it, with the fake pipeline unless told otherwise.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    // A machine that stands still for seconds ends and refuses no stream, unless a test is about that.
    private static readonly Dictionary<string, string?> Unhurried = new()
    {
        ["Server:Limits:HelloTimeout"] = "00:01:00",
        ["Server:Limits:IdleTimeout"] = "00:10:00",
        ["Server:Limits:MaxLag"] = "00:10:00",
        ["Server:Limits:CloseTimeout"] = "00:01:00",
        ["Server:Limits:DrainTimeout"] = "00:01:00",
    };

    private readonly WebApplication _app;

    private RunningServer(WebApplication app, FakePipeline pipeline, LogLines log)
    {
        _app = app;
        Pipeline = pipeline;
        Log = log;
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        Http = new HttpClient { BaseAddress = Address, Timeout = TestTimeout.Longest };
    }

    public Uri Address { get; }

    public HttpClient Http { get; }

    public FakePipeline Pipeline { get; }

    public LogLines Log { get; }

    public StreamRegistry Registry => _app.Services.GetRequiredService<StreamRegistry>();

    public EventBroker Broker => _app.Services.GetRequiredService<EventBroker>();

    /// <summary>A part of the server.</summary>
    public T Part<T>() where T : notnull => _app.Services.GetRequiredService<T>();

    /// <summary>Starts a server with settings like <c>("Server:Limits:MaxStreams", "2")</c>.</summary>
    public static Task<RunningServer> StartAsync(params (string Key, string Value)[] settings) => StartAsync(_ => { }, settings);

    /// <summary>Starts a server with services that replace the fakes.</summary>
    public static async Task<RunningServer> StartAsync(
        Action<WebApplicationBuilder> configure, params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddInMemoryCollection(Unhurried);
        builder.Configuration.AddInMemoryCollection(
            settings.Select(s => new KeyValuePair<string, string?>(s.Key, s.Value)).Append(new("Urls", "http://127.0.0.1:0")));
        var pipeline = new FakePipeline();
        var log = new LogLines();
        builder.Logging.ClearProviders().AddProvider(log).SetMinimumLevel(LogLevel.Trace).AddFilter("", LogLevel.Trace);
        builder.Services.AddSingleton<IStreamPipeline>(pipeline);
        builder.Services.AddSingleton<IKeywordRegistry>(new FakeKeywords());
        builder.AddServer();
        configure(builder);
        var app = builder.Build();
        try
        {
            app.MapServer();
            await app.StartAsync();
            return new RunningServer(app, pipeline, log);
        }
        catch
        {
            await app.DisposeAsync();   // the process would end
            throw;
        }
    }

    public Uri WebSocketAddress(string pathAndQuery) => new(new UriBuilder(Address) { Scheme = "ws" }.Uri, pathAndQuery);

    public Task StopAsync() => _app.StopAsync();

    /// <summary>Waits until something that other threads bring about holds.</summary>
    public static async Task UntilAsync(Func<bool> condition, string what)
    {
        for (var timeout = TestTimeout.Token(); !timeout.IsCancellationRequested; await Task.Delay(10))
            if (condition()) return;
        Assert.Fail($"Expected within {TestTimeout.Longest.TotalSeconds} s: {what}.");
    }

    public async ValueTask DisposeAsync()
    {
        Pipeline.Resume();
        Http.Dispose();
        await _app.DisposeAsync();
    }

    /// <summary>Everything that was logged, at every level.</summary>
    internal sealed class LogLines : ILoggerProvider
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => new Logger(categoryName, Lines);

        public void Dispose()
        {
            // Nothing is held.
        }

        private sealed class Logger(string category, ConcurrentQueue<string> lines) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(
                LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
                lines.Enqueue($"{logLevel} {category}: {formatter(state, exception)} {exception}");
        }
    }
}
