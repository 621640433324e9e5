using System.Reflection;
using System.Text.Json.Serialization;
using AVServer.Contracts;

namespace AVServer.Server.Events;

/// <summary>The wire names of events, read from the contract itself.</summary>
internal static class EventTypes
{
    private static readonly Dictionary<Type, string> Names =
        typeof(StreamEvent).GetCustomAttributes<JsonDerivedTypeAttribute>().ToDictionary(a => a.DerivedType, a => (string)a.TypeDiscriminator!);

    public static IReadOnlyCollection<string> All => Names.Values;

    /// <summary>Those that are numbered and never dropped: all but telemetry.</summary>
    public static IReadOnlyCollection<string> Kept { get; } = [.. Names.Where(name => name.Key != typeof(TelemetryEvent)).Select(name => name.Value)];

    public static string NameOf(StreamEvent streamEvent) => Names[streamEvent.GetType()];
}
