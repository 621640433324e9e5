using System.Text.Json;
using AVServer.Contracts;
using AVServer.Server.Events;

namespace AVServer.Server.Delivery;

/// <summary>
/// An <see cref="EventFilter"/> as it comes: its place is read by us, since SignalR keeps to itself what was wrong with an argument.
/// </summary>
internal sealed record SubscribeRequest(string? StreamId = null, IReadOnlyList<string>? Types = null, JsonElement? After = null)
{
    /// <exception cref="Observability.RefusedException">The place is none.</exception>
    public EventFilter ToFilter() => new(StreamId, Types, Cursors.Read("after", After switch
    {
        null or { ValueKind: JsonValueKind.Null or JsonValueKind.Undefined } => null,
        { ValueKind: JsonValueKind.String } text => TextOf(text),
        { } other => other.GetRawText(),
    }));

    // Half a character, or bytes that are none, is found out only where the text is asked for.
    private static string TextOf(JsonElement text)
    {
        try
        {
            return text.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return "characters that are none";
        }
    }
}
