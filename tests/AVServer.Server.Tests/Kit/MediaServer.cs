using System.Net;
using System.Security.Cryptography.X509Certificates;
using AVServer.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace AVServer.Server.Tests.Kit;

/// <summary>An HTTP server of live media on real Kestrel, of one test's own.</summary>
internal sealed class MediaServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _requests;

    private MediaServer(WebApplication app) => _app = app;

    /// <summary>Its address, with a slash at its end.</summary>
    public string Url => _app.Urls.Single() + "/";

    /// <summary>Its address, with a user and a password.</summary>
    public string UrlFor(string user, string password) => Url.Replace("://", $"://{user}:{password}@", StringComparison.Ordinal);

    /// <summary>Requests that came.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>Starts one that answers every request the same way.</summary>
    /// <param name="answer">Writes the answer.</param>
    /// <param name="address">Of this machine's loopback.</param>
    /// <param name="port">0: a free one.</param>
    /// <param name="certificate">With it, by TLS.</param>
    public static async Task<MediaServer> StartAsync(
        Func<HttpContext, Task> answer, string address = "127.0.0.1", int port = 0, X509Certificate2? certificate = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Parse(address), port, listen =>
        {
            if (certificate is not null) listen.UseHttps(certificate);
        }));
        var app = builder.Build();
        var server = new MediaServer(app);
        app.Run(context =>
        {
            Interlocked.Increment(ref server._requests);
            return answer(context);
        });
        await app.StartAsync();
        return server;
    }

    /// <summary>Answers with sound that doesn't end, at its own speed: a WAV file of unknown length, whose samples count up.</summary>
    public static Task EndlessWavAsync(HttpContext context) => WavAsync(context, TestTimeout.Longest);

    /// <summary>Answers with such sound of a length, and breaks the connection then.</summary>
    public static async Task WavAsync(HttpContext context, TimeSpan length)
    {
        const int ChunkSamples = 1_600;
        context.Response.ContentType = "audio/wav";
        var body = context.Response.Body;
        await body.WriteAsync(WavHeader());
        for (var at = 0; at < length.TotalSeconds * 16_000; at += ChunkSamples)
        {
            await body.WriteAsync(Samples(at, ChunkSamples), context.RequestAborted);
            await body.FlushAsync(context.RequestAborted);
            await Task.Delay(TimeSpan.FromMilliseconds(50), context.RequestAborted);
        }
        context.Abort();
    }

    /// <summary>The samples from one on, 16 bits each.</summary>
    public static byte[] Samples(int first, int count) =>
        [.. Enumerable.Range(first, count).SelectMany(i => BitConverter.GetBytes((short)(i % 20_000)))];

    /// <summary>The header of a WAV file of 16 kHz, 16 bits and unknown length.</summary>
    public static byte[] WavHeader(int bytes = -1) =>
    [
        .. "RIFF"u8, .. BitConverter.GetBytes(bytes < 0 ? bytes : bytes + 36), .. "WAVEfmt "u8, 16, 0, 0, 0, 1, 0, 1, 0,
        .. BitConverter.GetBytes(16_000), .. BitConverter.GetBytes(32_000), 2, 0, 16, 0, .. "data"u8, .. BitConverter.GetBytes(bytes),
    ];

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
