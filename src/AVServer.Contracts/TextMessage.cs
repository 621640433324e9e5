using System.Text.Json;

namespace AVServer.Contracts;

/// <summary>
/// What was said, as the sender of the sound knows it, e.g. from the browser's own captions: <c>{"type":"text","text":"hello
/// there","start":1.2,"end":1.9}</c> as text on the media socket, between the chunks of its sound. Taken where the server's
/// <c>Speech:Transcriber</c> is <c>client</c>.
/// </summary>
/// <param name="Text">The words, at most <see cref="MaxLength"/> characters.</param>
/// <param name="Start">Media time at which they begin.</param>
/// <param name="End">Media time at which they end, after <paramref name="Start"/> by at most <see cref="MaxDuration"/>.</param>
public sealed record TextMessage(string Text, TimeSpan Start, TimeSpan End)
{
    /// <summary>The value of <see cref="Type"/>.</summary>
    public const string TypeName = "text";

    /// <summary>Most characters of <see cref="Text"/>.</summary>
    public const int MaxLength = 2_000;

    /// <summary>Longest time that a text stands for.</summary>
    public static TimeSpan MaxDuration { get; } = TimeSpan.FromSeconds(60);

    /// <summary>Always <c>text</c>.</summary>
    public string Type { get; init; } = TypeName;

    /// <summary>The chunk that carries the message among those of the sound.</summary>
    public MediaChunk ToChunk() => new(MediaKind.Text, Start, JsonSerializer.SerializeToUtf8Bytes(this, ContractsJson.Options));
}
