using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using AVServer.Contracts;
using Microsoft.AspNetCore.SignalR.Client;

namespace AVServer.Client;

/// <summary>
/// Talks to an AVServer: sends media, receives events, scores files. Safe for concurrent use; every call has its own connection.
/// </summary>
/// <remarks>
/// All calls throw <see cref="ServerRefusedException"/> when the server says no and <see cref="ServerUnreachableException"/> when there is
/// none.
/// </remarks>
public sealed class AVServerClient : IDisposable
{
    private const int PushedEvents = 256;
    private static readonly TimeSpan JobInterval = TimeSpan.FromMilliseconds(500);

    private readonly AVServerClientOptions _options;
    private readonly ServerAddress _address;
    private readonly EventFeed _feed;
    private readonly HttpCalls _http;

    public AVServerClient(AVServerClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _address = new ServerAddress(options.BaseAddress, options.ApiKey);
        _feed = new EventFeed(_address, options);
        _http = new HttpCalls(_address);
    }

    /// <param name="baseAddress">Where the server answers, e.g. <c>http://127.0.0.1:5080</c>.</param>
    /// <param name="apiKey">Key that the server wants, if it wants one.</param>
    public AVServerClient(Uri baseAddress, string? apiKey = null)
        : this(new AVServerClientOptions(baseAddress) { ApiKey = apiKey })
    {
    }

    /// <summary>The events that pass the filter, as they happen, until cancelled.</summary>
    /// <param name="filter">Which ones; with <see cref="EventFilter.StreamId"/> also from where on.</param>
    /// <param name="cancellationToken">Ends the subscription.</param>
    /// <returns>
    /// Events in order for each stream. A lost connection is made anew; the subscription of one stream then goes on behind the last event
    /// that it gave, and where something in between is gone a <see cref="LostEvent"/> says so. What happens on all streams together is kept
    /// for nobody: such a subscription gets a <see cref="LostEvent"/> after each lost connection.
    /// </returns>
    public IAsyncEnumerable<StreamEvent> SubscribeAsync(EventFilter filter, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return _feed.ReadAsync(
            filter, (connection, from, token) => connection.StreamAsync<StreamEvent>(HubMethods.Subscribe, from, token), cancellationToken);
    }

    /// <summary>
    /// The events of one stream by push, from now on, until cancelled; telemetry is left out. Goes on after a lost connection as
    /// <see cref="SubscribeAsync"/> does.
    /// </summary>
    public IAsyncEnumerable<StreamEvent> WatchAsync(string streamId, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(streamId);
        return _feed.ReadAsync(new EventFilter(streamId), WatchFromAsync, cancellationToken);
    }

    /// <summary>Sends one stream's media over its own WebSocket, waiting wherever the server is slower than the sender.</summary>
    /// <param name="streamId">1 to 64 letters, digits, '.', '_' or '-', the first a letter or digit; nobody else may send on it.</param>
    /// <param name="hello">The format of the chunks.</param>
    /// <param name="chunks">The media in order; its end ends the stream.</param>
    /// <param name="onEvent">Told of each of the stream's events in order, on the thread that receives them.</param>
    /// <param name="telemetry">Whether <paramref name="onEvent"/> also gets levels and posterior curves.</param>
    /// <param name="words">Words that this stream listens for beside those of all streams, as text.</param>
    /// <param name="cancellationToken">Breaks the stream off.</param>
    /// <returns>The stream's last event, after everything sent was heard.</returns>
    /// <remarks>
    /// A server may be set to end each stream at a limit (<see cref="FaultCodes.StreamLimit"/>). Raw chunks then go on as the next stream
    /// under the same id, whose media time begins at 0 again; a container can't be gone on with in its middle, and the limit is told as a
    /// refusal. Where the server has no room (<see cref="FaultCodes.ServerBusy"/>) the same is tried again, with growing waits, for
    /// <see cref="AVServerClientOptions.BusyTimeout"/>; a container only as long as nothing of it went out.
    /// </remarks>
    /// <exception cref="ServerRefusedException">The server does not take the stream, or ended it: its code and message say why.</exception>
    public async Task<ClosedEvent> PublishAsync(
        string streamId, MediaHello hello, IAsyncEnumerable<MediaChunk> chunks, Action<StreamEvent>? onEvent = null, bool telemetry = false,
        IReadOnlyList<string>? words = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(streamId);
        ArgumentNullException.ThrowIfNull(hello);
        ArgumentNullException.ThrowIfNull(chunks);
        await using var source = new ChunkSource(chunks, cancellationToken);
        var retry = new BusyRetry(_options);
        while (true)
        {
            MediaUpload? upload = null;
            try
            {
                using var socket = await _address.ConnectAsync(_address.Media(streamId, telemetry, QueryOf(words)), cancellationToken);
                retry.Connected();
                upload = new MediaUpload(socket, onEvent);
                return await upload.RunAsync(hello, source, cancellationToken);
            }
            catch (ServerRefusedException busy) when ((hello.Container is null || source.IsUntouched) && retry.Allows(busy))
            {
                // What was sent and not heard goes to the next attempt.
                if (!source.IsUntouched) source.BeginPart(upload!.Heard);
                await retry.WaitAsync(busy, upload?.Heard > TimeSpan.Zero, cancellationToken);
            }
            catch (ServerRefusedException limit)
                when (limit.Code == FaultCodes.StreamLimit && hello.Container is null && source.BeginPart(upload!.Heard))
            {
                // The next part takes what this one didn't.
            }
        }
    }

    /// <summary>Sends a media file as a stream, as fast as the server takes it.</summary>
    /// <param name="streamId">As for <see cref="PublishAsync"/>.</param>
    /// <param name="media">The file's bytes; read to the end, not disposed.</param>
    /// <param name="container">One of <see cref="ContainerNames.All"/>.</param>
    /// <param name="onEvent">As for <see cref="PublishAsync"/>.</param>
    /// <param name="cancellationToken">Breaks the stream off.</param>
    /// <returns>The stream's last event, after everything sent was heard.</returns>
    /// <exception cref="ServerRefusedException">The server does not take the stream, or ended it: its code and message say why.</exception>
    public Task<ClosedEvent> PublishFileAsync(
        string streamId, Stream media, string container, Action<StreamEvent>? onEvent = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(media);
        return PublishAsync(
            streamId, new MediaHello(MediaHello.CurrentProtocol, Container: container), ContainerChunks.ReadAsync(media, cancellationToken),
            onEvent, cancellationToken: cancellationToken);
    }

    /// <summary>
    /// Has the server score a media file of any container, and waits for it however long it is: a file that becomes a job is followed to
    /// its end.
    /// </summary>
    /// <param name="media">The file's bytes; read to the end, not disposed.</param>
    /// <param name="fileName">Name to put into the report.</param>
    /// <param name="posteriors">Whether the report carries posterior curves.</param>
    /// <param name="model">Only this keyword model; absent: those that listen.</param>
    /// <param name="onProgress">Told how far a job is, twice a second; a short file is none.</param>
    /// <param name="words">Words that are looked for beside those that listen, as text.</param>
    /// <param name="video">Whether pictures count; if not, the file is only heard.</param>
    /// <param name="cancellationToken">Breaks the request off; a job is cancelled.</param>
    /// <exception cref="ServerRefusedException">The server does not take the file, or can't score it.</exception>
    public async Task<ScoreReport> ScoreAsync(
        Stream media, string fileName, bool posteriors = false, string? model = null, Action<JobStatus>? onProgress = null,
        IReadOnlyList<string>? words = null, bool video = true, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(media);
        ArgumentException.ThrowIfNullOrEmpty(fileName);
        var query = $"?fileName={Uri.EscapeDataString(fileName)}&posteriors={(posteriors ? "true" : "false")}";
        if (model is not null) query += $"&model={Uri.EscapeDataString(model)}";
        if (!video) query += "&video=false";
        query += QueryOf(words);
        using var content = new StreamContent(new NonDisposingStream(media));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var request = new HttpRequestMessage(HttpMethod.Post, _address.Http(Routes.Score + query)) { Content = content };
        var (report, job) = await _http.SendAsync(request, async (status, body) => status == HttpStatusCode.Accepted
            ? ((ScoreReport?)null, await HttpCalls.ReadAsync<JobStatus>(body, cancellationToken))
            : (await HttpCalls.ReadAsync<ScoreReport>(body, cancellationToken), (JobStatus?)null), cancellationToken);
        return report ?? await FollowAsync(job!, onProgress, cancellationToken);
    }

    /// <summary>The jobs that wait, run, or ended a while ago, oldest first.</summary>
    public Task<IReadOnlyList<JobStatus>> GetJobsAsync(CancellationToken cancellationToken = default) =>
        _http.GetAsync<IReadOnlyList<JobStatus>>(Routes.Jobs, cancellationToken);

    /// <summary>The jobs that were given up because one node of the server after the other died while it worked on them.</summary>
    public Task<IReadOnlyList<JobStatus>> GetGivenUpJobsAsync(CancellationToken cancellationToken = default) =>
        _http.GetAsync<IReadOnlyList<JobStatus>>(Routes.GivenUpJobs, cancellationToken);

    /// <summary>Lets a job wait again that was given up.</summary>
    /// <exception cref="ServerRefusedException">There is none of that id, or it wasn't given up.</exception>
    public Task<JobStatus> RetryJobAsync(string id, CancellationToken cancellationToken = default) =>
        _http.PostAsync<JobStatus>($"{JobRoute(id)}/retry", null, cancellationToken);

    /// <summary>How far a job is.</summary>
    public Task<JobStatus> GetJobAsync(string id, CancellationToken cancellationToken = default) =>
        _http.GetAsync<JobStatus>(JobRoute(id), cancellationToken);

    /// <summary>What a job found.</summary>
    public Task<ScoreReport> GetJobResultAsync(string id, CancellationToken cancellationToken = default) =>
        _http.GetAsync<ScoreReport>($"{JobRoute(id)}/result", cancellationToken);

    /// <summary>Cancels a job if it has not ended, and has the server forget it with its result.</summary>
    public Task DeleteJobAsync(string id, CancellationToken cancellationToken = default) =>
        _http.DeleteAsync(JobRoute(id), cancellationToken);

    /// <summary>The models that the server loaded.</summary>
    public Task<IReadOnlyList<ModelSummary>> GetModelsAsync(CancellationToken cancellationToken = default) =>
        _http.GetAsync<IReadOnlyList<ModelSummary>>(Routes.Models, cancellationToken);

    /// <summary>The open streams, oldest first.</summary>
    public Task<IReadOnlyList<StreamSummary>> GetStreamsAsync(CancellationToken cancellationToken = default) =>
        _http.GetAsync<IReadOnlyList<StreamSummary>>(Routes.Streams, cancellationToken);

    /// <summary>A stream that is open, or is to be by its source.</summary>
    /// <exception cref="ServerRefusedException">There is none of that id.</exception>
    public Task<StreamDetails> GetStreamAsync(string streamId, CancellationToken cancellationToken = default) =>
        _http.GetAsync<StreamDetails>(RouteOf(Routes.Streams, streamId), cancellationToken);

    /// <summary>Has the server pull live media and run it as a stream, until <see cref="DeleteSourceAsync"/>.</summary>
    /// <param name="source">Where it is, and what of it is wanted.</param>
    /// <param name="wait">Whether to wait for the first media: where the first try brings none, nothing is kept.</param>
    /// <param name="cancellationToken">Breaks the request off.</param>
    /// <exception cref="ServerRefusedException">It can't or may not be pulled: the message says why.</exception>
    public async Task<StreamDetails> AddSourceAsync(SourceRequest source, bool wait = true, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        using var content = JsonContent.Create(source, options: ContractsJson.Options);
        return await _http.PostAsync<StreamDetails>($"{Routes.Streams}?wait={(wait ? "true" : "false")}", content, cancellationToken);
    }

    /// <summary>The sources that the server pulls from, and how it goes with them.</summary>
    public Task<IReadOnlyList<SourceStatus>> GetSourcesAsync(CancellationToken cancellationToken = default) =>
        _http.GetAsync<IReadOnlyList<SourceStatus>>(Routes.Sources, cancellationToken);

    /// <summary>Has the server pull a source no more, and close its stream.</summary>
    /// <exception cref="ServerRefusedException">There is none of that id.</exception>
    public Task DeleteSourceAsync(string streamId, CancellationToken cancellationToken = default) =>
        _http.DeleteAsync(RouteOf(Routes.Sources, streamId), cancellationToken);

    /// <summary>
    /// The wake words that live streams are searched for; those that were given as text have <see cref="KeywordSummary.Details"/>.
    /// </summary>
    public Task<IReadOnlyList<KeywordSummary>> GetKeywordsAsync(CancellationToken cancellationToken = default) =>
        _http.GetAsync<IReadOnlyList<KeywordSummary>>(Routes.Keywords, cancellationToken);

    /// <summary>A wake word that was given as text.</summary>
    /// <param name="name">Its text; case doesn't count.</param>
    /// <param name="cancellationToken">Breaks the request off.</param>
    /// <exception cref="ServerRefusedException">There is none of that name.</exception>
    public Task<KeywordDetails> GetKeywordAsync(string name, CancellationToken cancellationToken = default) =>
        _http.GetAsync<KeywordDetails>(KeywordRoute(name), cancellationToken);

    /// <summary>Has the server listen for a wake word from now on, on open streams too; one of the same name is replaced.</summary>
    /// <param name="keyword">The word.</param>
    /// <param name="cancellationToken">Breaks the request off.</param>
    /// <returns>How it is said, its threshold as measured, and what speaks against it.</returns>
    /// <exception cref="ServerRefusedException">The word can't be taken: the message says what of it.</exception>
    public async Task<KeywordDetails> AddKeywordAsync(KeywordRequest keyword, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(keyword);
        using var content = JsonContent.Create(keyword, options: ContractsJson.Options);
        return await _http.PostAsync<KeywordDetails>(Routes.Keywords, content, cancellationToken);
    }

    /// <summary>Has the server learn from recordings how a wake word sounds; it keeps what they were heard as, not the sound.</summary>
    /// <param name="name">A word that was given as text; case doesn't count.</param>
    /// <param name="recordings">
    /// Three to ten media files of up to ten seconds with their names, the word once in each; not disposed.
    /// </param>
    /// <param name="cancellationToken">Breaks the request off.</param>
    /// <returns>The word, with what each recording would be found by.</returns>
    /// <exception cref="ServerRefusedException">
    /// The word isn't heard in a recording, or a file can't be taken: the message says which.
    /// </exception>
    public async Task<KeywordDetails> EnrolKeywordAsync(
        string name, IReadOnlyList<(string FileName, Stream Media)> recordings, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(recordings);
        using var form = new MultipartFormDataContent();
        foreach (var (fileName, media) in recordings) form.Add(new StreamContent(new NonDisposingStream(media)), "recording", fileName);
        return await _http.PostAsync<KeywordDetails>(RecordingsRoute(name), form, cancellationToken);
    }

    /// <summary>Has the server forget what it learnt from recordings of a wake word; its text alone counts again.</summary>
    /// <param name="name">Its text; case doesn't count.</param>
    /// <param name="cancellationToken">Breaks the request off.</param>
    /// <exception cref="ServerRefusedException">There are no recordings of that name.</exception>
    public Task DeleteKeywordRecordingsAsync(string name, CancellationToken cancellationToken = default) =>
        _http.DeleteAsync(RecordingsRoute(name), cancellationToken);

    /// <summary>Reads all that the server keeps as one file: words that were given as text, the history's events, clips.</summary>
    /// <param name="destination">Receives the file; stays open. What breaks off is no backup.</param>
    /// <param name="cancellationToken">Breaks it off.</param>
    public async Task BackUpAsync(Stream destination, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        using var request = new HttpRequestMessage(HttpMethod.Get, _address.Http(Routes.Backup));
        await _http.SendAsync(
            request,
            async (_, body) =>
            {
                await body.CopyToAsync(destination, cancellationToken);
                return true;
            },
            cancellationToken);
    }

    /// <summary>Has the server take back what <see cref="BackUpAsync"/> gave; its history must be without events.</summary>
    /// <param name="source">The file, from its beginning; stays open.</param>
    /// <param name="cancellationToken">Breaks it off.</param>
    /// <returns>What was restored.</returns>
    /// <exception cref="ServerRefusedException">It isn't a whole backup, or the server can't take it.</exception>
    public async Task<BackupSummary> RestoreAsync(Stream source, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        using var content = new StreamContent(new NonDisposingStream(source));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/gzip");
        return await _http.PostAsync<BackupSummary>(Routes.Backup, content, cancellationToken);
    }

    /// <summary>Has the server listen for a wake word that was given as text no more.</summary>
    /// <param name="name">Its text; case doesn't count.</param>
    /// <param name="cancellationToken">Breaks the request off.</param>
    /// <exception cref="ServerRefusedException">There is none of that name.</exception>
    public Task DeleteKeywordAsync(string name, CancellationToken cancellationToken = default) =>
        _http.DeleteAsync(KeywordRoute(name), cancellationToken);

    public void Dispose() => _http.Dispose();

    private static async IAsyncEnumerable<StreamEvent> WatchFromAsync(
        HubConnection connection, EventFilter from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Full makes the connection's reader wait, and so, in the end, the server.
        var pushed = Channel.CreateBounded<StreamEvent>(
            new BoundedChannelOptions(PushedEvents) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
        using var handler = connection.On<StreamEvent>(
            HubMethods.OnEvent, streamEvent => pushed.Writer.WriteAsync(streamEvent, cancellationToken).AsTask());
        connection.Closed += failure =>
        {
            pushed.Writer.TryComplete(failure is null ? null : new IOException("The connection to the server broke.", failure));
            return Task.CompletedTask;
        };
        await connection.InvokeAsync(HubMethods.WatchAfter, from.StreamId, from.After, cancellationToken);
        await foreach (var streamEvent in pushed.Reader.ReadAllAsync(cancellationToken))
        {
            // The last push of a watch that the server let go of; a new connection goes on behind the event before it.
            if (streamEvent is FaultEvent { Cursor: null, Code: FaultCodes.ReaderTooSlow } slow) throw new IOException(slow.Message);
            yield return streamEvent;
        }
    }

    private static string JobRoute(string id) => $"{Routes.Jobs}/{Uri.EscapeDataString(id)}";

    private async Task<ScoreReport> FollowAsync(JobStatus job, Action<JobStatus>? onProgress, CancellationToken cancellationToken)
    {
        try
        {
            onProgress?.Invoke(job);
            while (job.State is JobState.Queued or JobState.Running)
            {
                await Task.Delay(JobInterval, _options.Time, cancellationToken);
                job = await GetJobAsync(job.Id, cancellationToken);
                onProgress?.Invoke(job);
            }
            return await GetJobResultAsync(job.Id, cancellationToken);
        }
        finally
        {
            await ForgetAsync(job.Id);
        }
    }

    // Nobody else knows of the job; where the server is gone, so is it.
    private async Task ForgetAsync(string id)
    {
        try
        {
            await DeleteJobAsync(id, CancellationToken.None);
        }
        catch (AVServerException)
        {
            // It is forgotten in time.
        }
    }

    private static string KeywordRoute(string name) => RouteOf(Routes.Keywords, name);

    private static string RouteOf(string route, string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return $"{route}/{Uri.EscapeDataString(name)}";
    }

    private static string RecordingsRoute(string name) => $"{KeywordRoute(name)}/recordings";

    private static string QueryOf(IReadOnlyList<string>? words) =>
        string.Concat((words ?? []).Select(word => $"&word={Uri.EscapeDataString(word)}"));
}
