using System.Runtime.CompilerServices;
using System.Text.Json;
using AVServer.Contracts;
using AVServer.Media;

namespace AVServer.Pipeline;

/// <summary>Takes a client's words out of a stream's chunks, before those of sound are decoded.</summary>
internal static class TextChunks
{
    /// <summary>The other chunks, in order.</summary>
    /// <param name="chunks">All of them.</param>
    /// <param name="run">Takes the words; null where nothing listens to speech.</param>
    /// <param name="transcriber">Whose words are wanted.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="MediaException">Words came though they aren't wanted, or aren't as a <see cref="TextMessage"/> should
    /// be.</exception>
    public static async IAsyncEnumerable<MediaChunk> TakeOut(
        IAsyncEnumerable<MediaChunk> chunks, SpeechRun? run, TranscriberKind transcriber,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var chunk in chunks.WithCancellation(cancellationToken))
        {
            if (chunk.Kind != MediaKind.Text)
            {
                yield return chunk;
                continue;
            }
            if (transcriber != TranscriberKind.Client || run is null)
                throw new MediaException(
                    FaultCodes.BadChunk,
                    "Expected no text beside the media, because this server doesn't take transcripts from its clients; set "
                    + "Speech:Transcriber to client, or send media only.");
            await run.AcceptTextAsync(Parse(chunk.Payload.Span), cancellationToken);
        }
    }

    internal static TextMessage Parse(ReadOnlySpan<byte> json)
    {
        TextMessage? text;
        try
        {
            text = JsonSerializer.Deserialize<TextMessage>(json, ContractsJson.Options);
        }
        catch (JsonException)
        {
            text = null;
        }
        if (text is not { Text.Length: > 0 and <= TextMessage.MaxLength, Type: TextMessage.TypeName } || text.Start < TimeSpan.Zero
            || text.End <= text.Start || text.End - text.Start > TextMessage.MaxDuration)
        {
            throw new MediaException(
                FaultCodes.BadChunk,
                """Expected a text like {"type":"text","text":"hello","start":1.2,"end":1.9} of at most """
                + $"{TextMessage.MaxLength} characters and {TextMessage.MaxDuration.TotalSeconds} s, in seconds of media time; got "
                    + "another.");
        }
        return text;
    }
}
