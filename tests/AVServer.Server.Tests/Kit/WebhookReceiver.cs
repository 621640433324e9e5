using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace AVServer.Server.Tests.Kit;

/// <summary>What a webhook received.</summary>
internal sealed record Received(byte[] Body, string Id, string Timestamp, string Signature, string? ContentType, long? Length)
{
    public JsonElement Event { get; } = JsonDocument.Parse(Body).RootElement;

    public string Name => $"{Event.GetProperty("streamId").GetString()} {Event.GetProperty("sequence").GetInt64()}";
}

/// <summary>A receiver on real Kestrel, which answers as a test says.</summary>
internal sealed class WebhookReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;

    private WebhookReceiver(WebApplication app) => (_app, Url) = (app, new Uri(new Uri(app.Urls.Single()), "/hook"));

    public Uri Url { get; }

    /// <summary>Every request, in order of arrival, answered or not.</summary>
    public ConcurrentQueue<Received> Requests { get; } = new();

    /// <summary>Status of the answer to a request; may take its time.</summary>
    public Func<Received, HttpContext, Task<int>> Answer { get; set; } = (_, _) => Task.FromResult(200);

    /// <summary>Starts on a free port, or on the one that a receiver had which went away.</summary>
    public static async Task<WebhookReceiver> StartAsync(int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, port));
        var app = builder.Build();
        WebhookReceiver? receiver = null;
        app.MapPost("/hook", async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            var headers = context.Request.Headers;
            var received = new Received(
                body.ToArray(), headers["webhook-id"]!, headers["webhook-timestamp"]!, headers["webhook-signature"]!,
                context.Request.ContentType, context.Request.ContentLength);
            receiver!.Requests.Enqueue(received);
            context.Response.StatusCode = await receiver.Answer(received, context);
        });
        await app.StartAsync();
        return receiver = new WebhookReceiver(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
