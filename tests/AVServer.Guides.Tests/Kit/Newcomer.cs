using System.Buffers.Binary;
using System.Diagnostics;
using AVServer.Client;
using AVServer.Contracts;
using AVServer.Pipeline;
using AVServer.Server;
using AVServer.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AVServer.Guides.Tests.Kit;

/// <summary>
/// What somebody who follows the guides has before him: a folder with recordings and the checkout's scripts, a running server, and somebody
/// who says the wake word on stream <c>somebody</c> again and again. Where the recordings are, it is a person and the shipped models; else
/// noise, and a model of loudness.
/// </summary>
public sealed class Newcomer : IAsyncLifetime
{
    private const int Rate = 16_000;

    private static readonly string[] Material = ["hello.wav", "talk.mp4", "recordings", "scripts"];

    private readonly TemporaryFolder _folder = new();
    private readonly CancellationTokenSource _stop = new();
    private WebApplication? _app;
    private Task _talking = Task.CompletedTask;

    /// <summary>Where commands are typed: <c>hello.wav</c>, <c>talk.mp4</c>, <c>recordings/</c>, <c>scripts/</c>.</summary>
    public string Folder => _folder.Path;

    /// <summary>Where the server answers.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>Folder of the models.</summary>
    public string Models { get; private set; } = null!;

    // What servers that are started keep.
    private string Data => Path.Combine(Folder, "data");

    /// <summary>What the scripts are told: that everything is built, and where things are.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>
    {
        ["AVSERVER_BUILT"] = "1",
        ["AVSERVER_URL"] = Address.ToString(),
        ["AVSERVER_MODELS"] = Models,
        ["AVSERVER_DATA"] = Data,
        ["Urls"] = "http://127.0.0.1:0",
    };

    public async ValueTask InitializeAsync()
    {
        Directory.CreateSymbolicLink(Path.Combine(Folder, "scripts"), Path.Combine(TestPaths.RepositoryRoot, "scripts"));
        LinkMeasurements();
        var hello = Path.Combine(Folder, "hello.wav");
        await WriteWordAsync(hello);
        await FfmpegAsync(
            "-i", hello, "-f", "lavfi", "-i", "testsrc=size=320x240:rate=25:duration=3", "-shortest", "-c:v", "mpeg4", "-c:a", "aac",
            Path.Combine(Folder, "talk.mp4"));
        var recordings = Directory.CreateDirectory(Path.Combine(Folder, "recordings")).FullName;
        for (var i = 0; i < 3; i++) File.Copy(hello, Path.Combine(recordings, $"{i}.wav"));
        await StartServerAsync();
        var samples = (await File.ReadAllBytesAsync(hello))[44..];
        _talking = Task.Run(() => TalkAsync(samples, _stop.Token));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _talking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _app!.StopAsync();
        await _app.DisposeAsync();
        _stop.Dispose();
        _folder.Dispose();
    }

    /// <summary>A text of a guide, with the server's address in place of the one that is printed there.</summary>
    public string Addressed(string text) => text.Replace("127.0.0.1:5080", Address.Authority, StringComparison.Ordinal);

    /// <summary>A folder with what is in <see cref="Folder"/> and nothing that others did there.</summary>
    public string FreshFolder(string name)
    {
        var fresh = Directory.CreateDirectory(Path.Combine(Folder, name)).FullName;
        foreach (var thing in Material) Directory.CreateSymbolicLink(Path.Combine(fresh, thing), Path.Combine(Folder, thing));
        return fresh;
    }

    // The guides' words are measured once, whichever program is asked first.
    private void LinkMeasurements()
    {
        Directory.CreateDirectory(Data);
        if (TestPaths.Measured is { } measured)
            Directory.CreateSymbolicLink(Path.Combine(Data, "measured"), Directory.CreateDirectory(measured).FullName);
    }

    private async Task WriteWordAsync(string path)
    {
        Models = TestPaths.Models;
        if (TestPaths.Corpora is { } corpora)
        {
            var recording = Path.Combine(corpora, "ovos_wakewords", "wake-words", "en", "computer", "tng-computer-185.opus");
            await FfmpegAsync(
                "-i", recording, "-af", "adelay=1000:all=1,apad=pad_dur=1", "-ac", "1", "-ar", "16000", "-c:a", "pcm_s16le", "-bitexact",
                path);
            return;
        }
        Models = Path.Combine(Folder, "models");
        new FakeSpotter { Centre = 16, Gain = 0.5f, Threshold = 0.8, RefractorySeconds = 1.5 }.Write(Models);
        foreach (var name in (string[])["phones-en", "cmudict", "letters-to-phones", "speech-recogniser", "speech-recogniser-base"])
            if (Directory.Exists(Path.Combine(TestPaths.Models, name)))
                Directory.CreateSymbolicLink(Path.Combine(Models, name), Path.Combine(TestPaths.Models, name));
        new FakeEmotion().WriteWithVoiceActivity(Models);
        var raw = Path.Combine(Folder, "hello.raw");
        await File.WriteAllBytesAsync(raw, Burst());
        await FfmpegAsync("-f", "s16le", "-ar", "16000", "-ac", "1", "-i", raw, "-c:a", "pcm_s16le", "-bitexact", path);
    }

    // A quiet room with 0.3 s of loud noise in it.
    private static byte[] Burst()
    {
        var random = new Random(1);
        var bytes = new byte[3 * Rate * 2];
        for (var i = 0; i < bytes.Length / 2; i++)
            BinaryPrimitives.WriteInt16LittleEndian(
                bytes.AsSpan(2 * i), (short)((random.NextDouble() - 0.5) * (i is >= 24_000 and < 28_800 ? 30_000 : 20)));
        return bytes;
    }

    private static async Task FfmpegAsync(params string[] arguments)
    {
        using var ffmpeg = Process.Start("ffmpeg", ["-nostdin", "-v", "error", "-y", .. arguments]);
        await ffmpeg.WaitForExitAsync();
        Assert.Equal(0, ffmpeg.ExitCode);
    }

    private async Task StartServerAsync()
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddInMemoryCollection(
        [
            // A busy machine is no fault of a guide.
            new("Server:Limits:MaxLag", "00:10:00"),
            new("Urls", "http://127.0.0.1:0"), new("Runtime:ModelsPath", Models), new("Keywords:MeasuredPath", TestPaths.Measured),
            new("History:Provider", "sqlite"), new("History:Path", Path.Combine(Folder, "history.db")),
        ]);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddPipeline(builder.Configuration);
        builder.AddServer();
        _app = builder.Build();
        _app.MapServer();
        await _app.StartAsync();
        Address = new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
    }

    private async Task TalkAsync(byte[] samples, CancellationToken stop)
    {
        using var client = new AVServerClient(Address);
        while (!stop.IsCancellationRequested)
        {
            await client.PublishAsync(
                "somebody", new MediaHello(MediaHello.CurrentProtocol, new AudioFormat()), Chunks(), cancellationToken: stop);
            await Task.Delay(500, stop);
        }

        async IAsyncEnumerable<MediaChunk> Chunks()
        {
            for (var at = 0; at < samples.Length; at += 2_560)
            {
                await Task.Yield();
                yield return new MediaChunk(
                    MediaKind.Audio, TimeSpan.FromSeconds(at / 2.0 / Rate), samples.AsMemory(at, Math.Min(2_560, samples.Length - at)));
            }
        }
    }
}
