using System.Runtime.CompilerServices;
using AVServer.Contracts;
using AVServer.Media;
using AVServer.Signal;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AVServer.Pipeline;

/// <summary>Media → <see cref="MediaDecoder"/> → <see cref="StreamRun"/> → events, for streams and files alike.</summary>
internal sealed partial class StreamPipeline : IStreamPipeline
{
    private const int MaxPictureSide = 640;

    private readonly KeywordCatalog _catalog;
    private readonly MediaDecoder _decoder;
    private readonly MediaFile _files;
    private readonly PipelineOptions _options;
    private readonly FbankComputer _fbank;
    private readonly FaceModels _faces;
    private readonly SpeechModels _speech;
    private readonly CallWords _words;
    private readonly TimeProvider _time;
    private readonly ILogger<StreamPipeline> _logger;

    public StreamPipeline(
        KeywordCatalog catalog, CallWords words, FaceModels faces, SpeechModels speech, MediaDecoder decoder, MediaFile files,
        IOptions<PipelineOptions> options, TimeProvider time, ILogger<StreamPipeline> logger)
    {
        (_catalog, _words, _faces, _speech) = (catalog, words, faces, speech);
        (_decoder, _files, _options, _time, _logger) = (decoder, files, options.Value, time, logger);
        Models = [.. catalog.Summaries.Select(summary => speech.Describe(summary, catalog.ManifestOf(summary.Name)))];
        Transcriber = speech.Transcriber.ToString().ToLowerInvariant();
        _fbank = FrontEnd(catalog.Active);
        if (catalog.Active.Features is null) Log.NoModels(logger);
    }

    public IReadOnlyList<ModelSummary> Models { get; }

    public string Transcriber { get; }

    public async Task WarmUpAsync(CancellationToken cancellationToken)
    {
        if (_catalog.Active.Features is null) return;
        var words = await _words.PlanAsync([], null, alone: false, cancellationToken);
        var heard = words is null ? null : words with { Lips = null };
        var warmUp = new WarmUp(
            new RunPlan(_catalog.Active.WithoutPictures, _faces, _time, _options.Gate, Paced: true, Speech: _speech, Words: heard), _fbank);
        await warmUp.RunAsync(cancellationToken);
    }

    public Task PrepareAsync(IReadOnlyList<KeywordRequest> words, CancellationToken cancellationToken) =>
        _words.MeasureAsync(words, cancellationToken);

    public async IAsyncEnumerable<StreamEvent> RunAsync(
        StreamRequest request, IAsyncEnumerable<MediaChunk> chunks, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var words = await _words.PlanAsync(request.Words, request.StreamId, alone: false, cancellationToken);
        var plan = PlanFor(request.Hello) with { Words = words };
        await using var run = new StreamRun(plan, _fbank, request.Telemetry ? new Telemetry(_options.TelemetryInterval) : null);
        var events = new List<StreamEvent> { new OpenedEvent([.. plan.Models.References, .. _speech.References]) };
        var fault = default(FaultEvent);
        // Decoding begins inside the loop, so that a hello that can't be used becomes a fault like any other.
        var media = TextChunks.TakeOut(chunks, run.Speech, _speech.Transcriber, cancellationToken);
        await using var items = new ItemReader(token => Decode(request, plan, media, token), cancellationToken);
        for (var more = true; more;)
        {
            foreach (var happened in events) yield return happened with { StreamId = request.StreamId };
            events.Clear();
            try
            {
                // What is noticed beside the sound doesn't wait for the next of it.
                if (run.Speech is { } speech && !await items.ComesBeforeAsync(speech.EventsReady))
                {
                    speech.Collect(events);
                    continue;
                }
                more = await items.MoveNextAsync();
                if (more && items.Current is AudioBlock block)
                    request.Tap?.AcceptSamples(block.Start, block.SampleRateHz, block.Samples.Span);
                if (more) await run.AcceptAsync(items.Current, events, cancellationToken);
                else await run.CompleteAsync(events, cancellationToken);
            }
            catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                fault = Fault(request.StreamId, e);
                more = false;
            }
        }
        if (fault is not null) events.Add(fault);
        events.Add(new ClosedEvent(fault is null ? CloseReason.Completed : CloseReason.Faulted, run.Duration));
        foreach (var happened in events) yield return happened with { StreamId = request.StreamId };
    }

    public async Task<ScoreReport> ScoreFileAsync(string path, ScoreRequest request, CancellationToken cancellationToken)
    {
        var models = request.Model is { } name ? _catalog.Get(name) : _catalog.Active;
        var curves = request.Posteriors ? new CurveRecorder() : null;
        var words = await _words.PlanAsync(request.Words, null, alone: request.Model is not null, cancellationToken);
        var plan = new RunPlan(
            models, _faces, _time, _options.Gate, Paced: false, MayHavePictures: request.Video, Speech: _speech, Words: words);
        await using var run = new StreamRun(plan, request.Model is null ? _fbank : FrontEnd(models), curves);
        var (events, spoken, warnings) = (new List<StreamEvent>(), new List<StreamEvent>(), new List<ScoreWarning>());
        await foreach (var item in _files.DecodeAsync(path, video: Pictures(plan), cancellationToken: cancellationToken))
        {
            if (item is MediaWarning warning) warnings.Add(new ScoreWarning(warning.Code, warning.Message));
            else await run.AcceptAsync(item, events, cancellationToken);
            HandOver();
        }
        await run.CompleteAsync(events, cancellationToken);
        HandOver();
        return new ScoreReport(
            request.FileName, run.Duration.TotalSeconds, run.MaxScores, events, curves?.Curves,
            _speech.Listens ? SpokenSegments.Of([.. spoken, .. events]) : null, warnings.Count > 0 ? warnings : null);

        void HandOver()
        {
            request.OnProgress?.Invoke(run.Duration);
            if (request.OnEvents is null || events.Count == 0) return;
            spoken.AddRange(events.Where(happened => happened is SpeechEvent or EmotionEvent { Final: true }));
            request.OnEvents(events);
            events.Clear();
        }
    }

    public Task<TimeSpan?> FindDurationAsync(string path, CancellationToken cancellationToken) =>
        _files.FindDurationAsync(path, cancellationToken);

    private static FbankComputer FrontEnd(ListeningModels models) =>
        new(models.Features is { } features ? KeywordCatalog.FrontEnd(features) : new FbankOptions());

    // Upright phones make high pictures: neither side is larger than what a face that can be read needs.
    private static VideoOutput? Pictures(RunPlan plan) =>
        plan.WantsPictures
            ? new VideoOutput(PixelFormat.Bgr24, MaxPictureSide, MaxPictureSide, Fps: null)
            : null;

    private RunPlan PlanFor(MediaHello hello)
    {
        var (sound, pictures) =
            (hello.Container is not null || hello.Audio is not null, hello.Container is not null || hello.Video is not null);
        var models = pictures ? _catalog.Active : _catalog.Active.WithoutPictures;
        return new RunPlan(models, _faces, _time, _options.Gate, Paced: true, _options.DropLatePictures, sound, pictures, _speech);
    }

    private async IAsyncEnumerable<MediaItem> Decode(
        StreamRequest request, RunPlan plan, IAsyncEnumerable<MediaChunk> chunks,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var item in _decoder.DecodeAsync(request.Hello, chunks, video: Pictures(plan), cancellationToken: cancellationToken))
            yield return item;
    }

    private FaultEvent Fault(string streamId, Exception exception)
    {
        if (exception is MediaException media)
        {
            Log.BadMedia(_logger, streamId, media.Code);
            return new FaultEvent(media.Code, media.Message);
        }
        var id = FaultId.New();
        Log.Failed(_logger, id, streamId, exception);
        return new FaultEvent(FaultCodes.Internal, $"{FaultId.MessageFor(id)} Open the stream again.");
    }

    private static partial class Log
    {
        [LoggerMessage(
            LogEventIds.NoModels, LogLevel.Warning,
            "No keyword model is loaded: nothing will be detected. Add a model to the models' folder.")]
        public static partial void NoModels(ILogger logger);

        [LoggerMessage(LogEventIds.BadMedia, LogLevel.Information, "Stream {StreamId} sent media that can't be used: {Code}.")]
        public static partial void BadMedia(ILogger logger, string streamId, string code);

        [LoggerMessage(LogEventIds.PipelineFailed, LogLevel.Error, "The server failed, {Id}: stream {StreamId}.")]
        public static partial void Failed(ILogger logger, string id, string streamId, Exception exception);
    }
}
