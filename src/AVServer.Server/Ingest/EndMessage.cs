using System.Text.Json;

namespace AVServer.Server.Ingest;

/// <summary>The text <c>{"type":"end"}</c>: no more media comes, but the sender still listens for the last events.</summary>
internal static class EndMessage
{
    public static bool Is(ReadOnlySpan<byte> text)
    {
        try
        {
            var reader = new Utf8JsonReader(text);
            return JsonDocument.TryParseValue(ref reader, out var document) && IsEnd(document);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool IsEnd(JsonDocument document)
    {
        using (document)
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("type", out var type)
                && type.ValueKind == JsonValueKind.String
                && type.ValueEquals("end");
    }
}
