using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using AVServer.Contracts;
using AVServer.Media;
using AVServer.Pipeline;
using AVServer.Server;
using AVServer.Server.Delivery;
using AVServer.Server.Delivery.Wyoming;
using AVServer.Server.Events;
using AVServer.Server.Ingest;
using AVServer.Server.Observability;
using AVServer.Server.Scoring;
using AVServer.Server.Security;
using AVServer.Server.Streams;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AVServer.Fuzz.Tests;

/// <summary>What reads messages, bodies, headers and lines.</summary>
internal static class WireParsers
{
    private const string FormType = "multipart/form-data; boundary=cut";

    private static readonly IServiceProvider Services = Build();

    private static readonly string[] Hellos =
    [
        """{"protocol":1,"audio":{"format":"pcm_s16le","sampleRate":16000,"channels":1}}""",
        """{"protocol":1,"audio":{"format":"pcm_f32le","sampleRate":48000,"channels":2},"video":{"format":"jpeg","fps":25.0}}""",
        """{"protocol":1,"container":"webm"}""",
    ];

    private static readonly string Form =
        "--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\nContent-Type: audio/wav\r\n\r\nsome "
        + "sound\r\n--cut--\r\n";

    private static readonly byte[] Start = Encoding.UTF8.GetBytes(
        """{"type":"describe"}""" + "\n" + """{"type":"audio-start","data":{"rate":16000,"width":2,"channels":1,"timestamp":5.5}}""" + "\n"
        + """{"type":"audio-chunk","data_length":48,"payload_length":4}""" + "\n" + """{"rate":16000,"width":2,"channels":1,"names":[]}"""
        + "abcd"
        + """{"type":"detect","data":{"names":["computer"]}}""" + "\n" + """{"type":"audio-stop","data":null}""" + "\n");

    public static IReadOnlyList<Parser> All { get; } =
    [
        new("hello", input => HelloReader.Parse(input), Parser.Text(Hellos),
            Parser.Text("protocol", "audio", "video", "container", "format", "sampleRate", "channels", "fps", "jpeg", "NaN"),
                typeof(RefusedException)),
        new("message of a media socket", input => ChunkHeader.Read(input), [[], [1], [1, 0, 0, 0, 0, 0, 0, 0, 0, 5, 6], [3, 1, 2, 3, 4, 5,
            6, 7, 8, 9]], [], typeof(RefusedException)),
        new(
            "text of a media socket", ReadText,
            Parser.Text("""{"type":"end"}""", """{"type":"text","text":"hello","start":1.2,"end":1.9}"""),
            Parser.Text("type", "text", "end", "start", "\\ud800", "\"type\":\"\\u0065nd\""), typeof(MediaException)),
        new("chunk of the hub", input => JsonSerializer.Deserialize<MediaChunk>(input, ContractsJson.Options),
            Parser.Text("""{"kind":"audio","time":1.5,"payload":"AAAA"}""", """{"kind":3,"time":0,"payload":""}"""),
            Parser.Text("kind", "time", "payload", "audio", "video", "container", "text"), typeof(JsonException)),
        new(
            "subscription", ReadSubscription,
            Parser.Text("""{"streamId":"kitchen","types":["wakeWord"],"after":"0198c1f2a3b47d51:17"}""", """{"after":17}"""),
            Parser.Text("streamId", "types", "after", "0:0"), typeof(JsonException), typeof(RefusedException)),
        new(
            "keyword", ReadKeyword,
            Parser.Text(
                """{"text":"hey marvin","falseAlarmsPerHour":0.5,"refractorySeconds":1,"streams":["kitchen*"]}""",
                """{"text":"computer=K AH M"}"""),
            Parser.Text("text", "falseAlarmsPerHour", "refractorySeconds", "streams", "NaN"), typeof(JsonException),
                typeof(RefusedException)),
        new("token request", ReadToken, Parser.Text("""{"scopes":["publish"],"streams":["kitchen"],"seconds":300}""", "{}"),
            Parser.Text("scopes", "streams", "seconds", "subscribe", "admin"), typeof(RefusedException)),
        new("form", input => Receive(input, FormType), Parser.Text(Form, Form.Replace("; filename=\"a.wav\"", ""), "--cut\r\n\r\n--cut--"),
            Parser.Text("--cut", "--cut--", "Content-Disposition", "filename*=UTF-8''%e2%82", "Content-Type: ", "\r\n\r\n"),
                typeof(RefusedException)),
        new("content type of an upload", input => Receive("sound"u8.ToArray(), Latin(input)), Parser.Text("audio/wav", FormType,
            "multipart/form-data; boundary=\"\""),
            Parser.Text("boundary", "charset", "\""), typeof(RefusedException)),
        new("content type of a stream", ReadContentType, Parser.Text("video/webm", "audio/ogg; codecs=opus", "webm"),
            Parser.Text("audio/", "mp4"), typeof(RefusedException)),
        new("accepted formats", ReadAccept, Parser.Text("text/csv, text/vtt;q=0.5, */*;q=0.1", "?csv"), Parser.Text("text/", ";q=",
            "html"), typeof(RefusedException)),
        new("host and origin", ReadHost, Parser.Text("localhost:5080", "[::1]:5080", "http://127.0.0.1:5080", "https://example.org"),
            Parser.Text("http://", "[", "]", ":", "xn--"), []),
        new("names in addresses", ReadNames, Parser.Text("kitchen", "kitchen*", "wakeWord,speech", "0198c1f2a3b47d51:17"),
            Parser.Text("*", ",", "wakeWord"), typeof(RefusedException)),
        new("Wyoming", ReadWyoming, [Start], Parser.Text("data_length", "payload_length", "type", "rate", "names", "text", "\\ud800"),
            typeof(WyomingException), typeof(RefusedException)),
    ];

    private static void ReadText(byte[] input)
    {
        if (SocketText.Is(input, SocketText.End)) return;
        if (SocketText.Is(input, TextMessage.TypeName)) TextChunks.Parse(input);
    }

    private static void ReadSubscription(byte[] input)
    {
        if (JsonSerializer.Deserialize<SubscribeRequest>(input, ContractsJson.Options) is not { } request) return;
        EventTypes.Check(request.ToFilter().Types, EventTypes.All);
        if (request.StreamId is { } streamId) StreamIds.Check(streamId);
    }

    private static void ReadKeyword(byte[] input)
    {
        if (JsonSerializer.Deserialize<KeywordRequest>(input, ContractsJson.Options) is not { } request) return;
        foreach (var stream in request.Streams ?? []) StreamPattern.Check(stream);
    }

    private static void ReadToken(byte[] input) =>
        Services.GetRequiredService<TokenIssuer>().Issue(
            Grant.Anyone, null, TokensEndpoint.ReadAsync(Request(input, "application/json"), default).GetAwaiter().GetResult());

    private static void Receive(byte[] body, string contentType)
    {
        var quota = Services.GetRequiredService<KeyLimits>().Bytes(Grant.Anyone);
        var request = Request(body, contentType);
        var upload = SpooledUpload.ReceiveAsync(request, Services.GetRequiredService<Spool>(), null, 1 << 20, quota,
            default).GetAwaiter().GetResult();
        upload.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    private static void ReadContentType(byte[] input)
    {
        var text = Latin(input);
        MediaContentTypes.ContainerOf(ContainerNames.All.Contains(text) ? text : null, text);
    }

    private static void ReadAccept(byte[] input)
    {
        var request = Request([], "");
        request.Headers.Accept = Latin(input);
        ReportNegotiation.FormatOf(request, null);
        if (input.Length > 0 && input[0] == '?') ReportNegotiation.FormatOf(request, Latin(input));
    }

    private static void ReadHost(byte[] input)
    {
        var request = Request([], "");
        request.Headers.Origin = Latin(input);
        Services.GetRequiredService<HostPolicy>().Allows(new HostString(Latin(input)));
        Services.GetRequiredService<OriginPolicy>().Allows(request.HttpContext);
    }

    private static void ReadNames(byte[] input)
    {
        var text = Encoding.UTF8.GetString(input);
        if (StreamPattern.IsValid(text)) StreamPattern.Check(text);
        if (EventTypes.Split(text) is { Length: > 1 } types) EventTypes.Check(types, EventTypes.All);
        else StreamIds.Check(text);
    }

    private static void ReadWyoming(byte[] input)
    {
        var reader = new WyomingReader(PipeReader.Create(new ReadOnlySequence<byte>(input)), 1 << 20);
        while (reader.ReadAsync(default).GetAwaiter().GetResult() is { } message)
        {
            message.Texts("names");
            message.Text("text");
            message.RoundedNumber("timestamp");
            if (message.Type != "audio-start") continue;
            var format = WyomingFormat.Of(message);
            HelloReader.Check(new MediaHello(MediaHello.CurrentProtocol, new AudioFormat("pcm_s16le", (int)format.SampleRate,
                (int)format.Channels)));
            _ = new WyomingClock(message.RoundedNumber("timestamp") ?? 0, format.SampleRate).At(TimeSpan.FromDays(1));
        }
    }

    private static HttpRequest Request(byte[] body, string contentType)
    {
        var context = new DefaultHttpContext { RequestServices = Services };
        context.Request.Body = new MemoryStream(body);
        context.Request.ContentType = contentType;
        return context.Request;
    }

    // As Kestrel gives headers.
    private static string Latin(byte[] input) => Encoding.Latin1.GetString(input);

    private static ServiceProvider Build()
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders();
        builder.AddServer();
        return builder.Services.BuildServiceProvider();
    }
}
