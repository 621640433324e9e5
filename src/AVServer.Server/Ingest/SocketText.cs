using System.Text.Json;

namespace AVServer.Server.Ingest;

/// <summary>The texts that a sender may put between its chunks, told apart by their <c>type</c>.</summary>
internal static class SocketText
{
    /// <summary>Type of <c>{"type":"end"}</c>: no more media comes, but the sender still listens for the last events.</summary>
    public const string End = "end";

    /// <summary>Whether a text is JSON of a type.</summary>
    public static bool Is(ReadOnlySpan<byte> text, string type)
    {
        try
        {
            var reader = new Utf8JsonReader(text);
            return JsonDocument.TryParseValue(ref reader, out var document) && IsOf(type, document);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // No JSON; or a name with half a character, which is found out where it is compared.
            return false;
        }
    }

    private static bool IsOf(string type, JsonDocument document)
    {
        using (document)
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("type", out var value)
                && value.ValueKind == JsonValueKind.String
                && value.ValueEquals(type);
    }
}
