using System.Text.Json;
using System.Text.Json.Serialization;

namespace AVServer.Contracts;

/// <summary>
/// The one JSON dialect of the wire: camelCase names, enums as camelCase strings, times as seconds, absent instead of null.
/// </summary>
public static class ContractsJson
{
    /// <summary>Options for every serializer that writes or reads a contract; shared and read-only.</summary>
    public static JsonSerializerOptions Options { get; } = Create();

    /// <summary>Gives the wire's dialect to options that a framework owns (SignalR's protocol, the HTTP endpoints).</summary>
    public static void Configure(JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        options.AllowOutOfOrderMetadataProperties = true;
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase));
        options.Converters.Add(new SecondsConverter());
    }

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        Configure(options);
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
