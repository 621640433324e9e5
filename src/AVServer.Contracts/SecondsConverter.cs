using System.Text.Json;
using System.Text.Json.Serialization;

namespace AVServer.Contracts;

/// <summary>
/// Writes a time span as a JSON number of seconds with microsecond resolution, which every client language reads without a parser.
/// </summary>
public sealed class SecondsConverter : JsonConverter<TimeSpan>
{
    private const double MostSeconds = 1e11;   // 3,000 years; numbers of JSON go further than time spans

    public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var seconds = reader.GetDouble();
        return Math.Abs(seconds) <= MostSeconds
            ? TimeSpan.FromMicroseconds(Math.Round(seconds * 1e6))
            : throw new JsonException($"Expected seconds of at most {MostSeconds:E0}, got others.");
    }

    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteNumberValue(Math.Round((decimal)value.TotalSeconds, 6));
    }
}
