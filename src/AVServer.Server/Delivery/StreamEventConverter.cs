using System.Text.Json;
using System.Text.Json.Serialization;
using AVServer.Contracts;

namespace AVServer.Server.Delivery;

/// <summary>
/// SignalR serializes what it sends by its run-time type, and a case serialized by its own type lacks <c>type</c>; this one writes every
/// case as the union that it belongs to.
/// </summary>
internal sealed class StreamEventConverter : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) => typeof(StreamEvent).IsAssignableFrom(typeToConvert);

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(AsUnion<>).MakeGenericType(typeToConvert))!;

    private sealed class AsUnion<T> : JsonConverter<T> where T : StreamEvent
    {
        public override T? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            (T?)JsonSerializer.Deserialize<StreamEvent>(ref reader, ContractsJson.Options);

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize<StreamEvent>(writer, value, ContractsJson.Options);
    }
}
