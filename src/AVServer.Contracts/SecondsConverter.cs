using System.Text.Json;
using System.Text.Json.Serialization;

namespace AVServer.Contracts;

/// <summary>Writes a time span as a JSON number of seconds with microsecond resolution, which every client language reads without a parser.</summary>
public sealed class SecondsConverter : JsonConverter<TimeSpan>
{
    public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        TimeSpan.FromMicroseconds(Math.Round(reader.GetDouble() * 1e6));

    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteNumberValue(Math.Round((decimal)value.TotalSeconds, 6));
    }
}
