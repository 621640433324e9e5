using System.Text.Json;
using System.Text.Json.Serialization;

namespace AVServer.Contracts;

/// <summary>Writes a cursor as its text.</summary>
public sealed class EventCursorConverter : JsonConverter<EventCursor>
{
    public override EventCursor Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.TokenType == JsonTokenType.String ? reader.GetString() : JsonElement.ParseValue(ref reader).GetRawText();
        try
        {
            return EventCursor.Parse(text);
        }
        catch (FormatException exception)
        {
            throw new JsonException(exception.Message, exception);
        }
    }

    public override void Write(Utf8JsonWriter writer, EventCursor value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStringValue(value.ToString());
    }
}
