using System.Runtime.InteropServices;
using AVServer.Contracts;
using AVServer.Speech;
using AVServer.TestKit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace AVServer.Pipeline.Tests;

/// <summary>The real pipeline over a folder of models: the shipped ones, or fakes that hear loudness and see brightness.</summary>
public sealed class PipelineUnderTest : IDisposable
{
    private readonly ServiceProvider _services;
    private readonly DirectoryInfo? _folder;

    private PipelineUnderTest(
        string modelsPath, DirectoryInfo? folder, bool gate, TimeProvider? time = null, (string Key, string Value)[]? settings = null,
        ITranscriber? transcriber = null)
    {
        _folder = folder;
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(
                new Dictionary<string, string?> { ["Runtime:ModelsPath"] = modelsPath, ["Pipeline:Gate"] = gate.ToString() })
            // a busy machine may be slow with words
            .AddInMemoryCollection(new Dictionary<string, string?> { ["Speech:Patience"] = "00:01:00" })
            .AddInMemoryCollection((settings ?? []).Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)))
            .Build();
        var services = new ServiceCollection().AddSingleton(time ?? TimeProvider.System).AddSingleton<IConfiguration>(configuration)
            .AddLogging().AddPipeline(configuration);
        if (transcriber is not null) services.AddSingleton(transcriber);
        _services = services.BuildServiceProvider();
        Pipeline = _services.GetRequiredService<IStreamPipeline>();
    }

    public IStreamPipeline Pipeline { get; }

    public static PipelineUnderTest WithShippedModels(params (string Key, string Value)[] settings) =>
        new(TestPaths.Models, null, gate: true, settings: [("Keywords:MeasuredPath", TestPaths.Measured ?? ""), .. settings]);

    /// <summary>What finds typed words, measured on few minutes of speech, beside a spotter that hears nothing.</summary>
    public static PipelineUnderTest WithTypedWords(params (string Key, string Value)[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("avserver-pipeline-");
        new FakeSpotter { Centre = 1000 }.Write(folder.FullName);
        TypedWordModels.Write(folder.FullName);
        return new PipelineUnderTest(folder.FullName, folder, gate: true, settings: [("Keywords:Shipped", "false"), .. settings]);
    }

    /// <summary>The same beside lips that typed words are looked for on.</summary>
    /// <param name="lips">What they show; null: they are read by the shipped network.</param>
    /// <param name="settings">Further settings.</param>
    public static PipelineUnderTest WithLips(FakeLips? lips, params (string Key, string Value)[] settings)
    {
        const string Shipped = "lip-phones";
        var folder = Directory.CreateTempSubdirectory("avserver-pipeline-");
        new FakeSpotter { Centre = 1000 }.Write(folder.FullName);
        TypedWordModels.Write(folder.FullName);
        (lips ?? new FakeLips()).WriteWithFaceModels(folder.FullName);
        Directory.CreateSymbolicLink(Path.Combine(folder.FullName, Shipped), Path.Combine(TestPaths.Models, Shipped));
        (string, string)[] own =
            [("Keywords:Shipped", "false"), ("Keywords:Lips", lips?.Name ?? Shipped), ("Pipeline:DropLatePictures", "false")];
        return new PipelineUnderTest(folder.FullName, folder, gate: true, settings: [.. own, .. settings]);
    }

    /// <summary>A spotter that triggers on loud sound; its posterior depends on its cache, so that mixed-up streams would show.</summary>
    public static PipelineUnderTest WithFakeSpotter(bool gate = true)
    {
        var folder = Directory.CreateTempSubdirectory("avserver-pipeline-");
        new FakeSpotter { Centre = 16, Gain = 0.5f, Threshold = 0.8, RefractorySeconds = 1.5 }.Write(folder.FullName);
        return new PipelineUnderTest(folder.FullName, folder, gate);
    }

    /// <summary>A loud-sound spotter with a verifier behind it that hears by the shipped embedding.</summary>
    public static PipelineUnderTest WithFakeCascade(FakeVerifier verifier)
    {
        var folder = Directory.CreateTempSubdirectory("avserver-pipeline-");
        new FakeSpotter { Centre = 16, Gain = 0.5f, RefractorySeconds = 1.5 }.Write(folder.FullName);
        verifier.Write(folder.FullName);
        Directory.CreateSymbolicLink(Path.Combine(folder.FullName, verifier.Embedding), Path.Combine(TestPaths.Models, verifier.Embedding));
        return new PipelineUnderTest(folder.FullName, folder, gate: true);
    }

    /// <summary>
    /// An audio-visual spotter beside the shipped face models; pictures wait and are never dropped, so that a busy machine changes nothing.
    /// </summary>
    public static PipelineUnderTest WithAudioVisual(FakeAudioVisual? fake = null, params (string Key, string Value)[] settings) =>
        WithAudioVisual(TimeProvider.System, fake, [("Pipeline:DropLatePictures", "false"), .. settings]);

    /// <summary>The same with a clock of the test's, and pictures dropped as by default.</summary>
    public static PipelineUnderTest WithAudioVisual(TimeProvider time, FakeAudioVisual? fake, params (string Key, string Value)[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("avserver-pipeline-");
        (fake ?? new FakeAudioVisual()).WriteWithFaceModels(folder.FullName);
        return new PipelineUnderTest(folder.FullName, folder, gate: true, time, [("Pipeline:AudioVisual", "true"), .. settings]);
    }

    /// <summary>An audio-visual spotter and one that only hears, for the same keyword.</summary>
    public static PipelineUnderTest WithSharedKeyword(FakeAudioVisual fake, FakeSpotter spotter)
    {
        var folder = Directory.CreateTempSubdirectory("avserver-pipeline-");
        fake.WriteWithFaceModels(folder.FullName);
        (spotter with { Keywords = [fake.Keyword] }).Write(folder.FullName);
        (string, string)[] settings = [("Pipeline:AudioVisual", "true"), ("Pipeline:DropLatePictures", "false")];
        return new PipelineUnderTest(folder.FullName, folder, gate: true, TimeProvider.System, settings);
    }

    /// <summary>A loud-sound spotter and an emotion model beside the shipped voice activity and word vectors.</summary>
    /// <param name="transcriber">Null: none, unless the settings or the links say otherwise.</param>
    /// <param name="emotion">Null: one that takes loudness for anger.</param>
    /// <param name="time">Null: the system's clock.</param>
    /// <param name="purpose">Null: emotion is off.</param>
    /// <param name="links">Shipped models to link beside.</param>
    /// <param name="settings">Further settings.</param>
    public static PipelineUnderTest WithEmotion(
        ITranscriber? transcriber = null, FakeEmotion? emotion = null, TimeProvider? time = null, string? purpose = "test",
        string[]? links = null, params (string Key, string Value)[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("avserver-pipeline-");
        new FakeSpotter { Centre = 16, Gain = 0.5f, Threshold = 0.8, RefractorySeconds = 1.5 }.Write(folder.FullName);
        (emotion ?? new FakeEmotion { Centre = -1.5f, Gain = 2 }).WriteWithVoiceActivity(folder.FullName);
        foreach (var name in links ?? [])
            Directory.CreateSymbolicLink(Path.Combine(folder.FullName, name), Path.Combine(TestPaths.Models, name));
        (string, string)[] declared = purpose is null ? [] : [("Emotion:Purpose", purpose)];
        return new PipelineUnderTest(folder.FullName, folder, gate: true, time, [.. declared, .. settings], transcriber);
    }

    /// <summary>Runs chunks through the pipeline.</summary>
    public async Task<List<StreamEvent>> RunAsync(
        MediaHello hello, IAsyncEnumerable<MediaChunk> chunks, string id = "s", bool telemetry = false)
    {
        var events = new List<StreamEvent>();
        await foreach (var happened in Pipeline.RunAsync(new StreamRequest(id, hello, telemetry), chunks, CancellationToken.None))
            events.Add(happened);
        return events;
    }

    /// <summary>Scores a file.</summary>
    public Task<ScoreReport> ScoreAsync(string path, string? model = null, bool video = true) =>
        Pipeline.ScoreFileAsync(
            path, new ScoreRequest(Path.GetFileName(path), Posteriors: true, model) { Video = video }, CancellationToken.None);

    /// <summary>Runs PCM through the pipeline, cut into chunks by <paramref name="chunkSamples"/>.</summary>
    public async Task<List<StreamEvent>> RunAsync(float[] samples, Func<int> chunkSamples, int sampleRateHz = 16_000, string id = "s")
    {
        var hello = new MediaHello(MediaHello.CurrentProtocol, new AudioFormat("pcm_f32le", sampleRateHz));
        var events = new List<StreamEvent>();
        await foreach (var happened in Pipeline.RunAsync(
            new StreamRequest(id, hello, Telemetry: true), Chunks(samples, chunkSamples, sampleRateHz), CancellationToken.None))
            events.Add(happened);
        return events;
    }

    /// <summary>The first stage's posteriors of a run, from its telemetry.</summary>
    public static float[] Posteriors(IEnumerable<StreamEvent> events) =>
        [.. events.OfType<TelemetryEvent>().SelectMany(telemetry => telemetry.Posteriors["computer"])];

    public static async IAsyncEnumerable<MediaChunk> Chunks(float[] samples, Func<int> chunkSamples, int sampleRateHz)
    {
        for (var at = 0; at < samples.Length;)
        {
            var length = Math.Min(chunkSamples(), samples.Length - at);
            yield return new MediaChunk(
                MediaKind.Audio, TimeSpan.FromSeconds((double)at / sampleRateHz),
                MemoryMarshal.AsBytes(samples.AsSpan(at, length)).ToArray());
            at += length;
            await Task.Yield();
        }
    }

    public void Dispose()
    {
        _services.Dispose();
        _folder?.Delete(recursive: true);
    }
}
