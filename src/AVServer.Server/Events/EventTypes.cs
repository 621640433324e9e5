using System.Reflection;
using System.Text.Json.Serialization;
using AVServer.Contracts;

namespace AVServer.Server.Events;

/// <summary>The wire names of events, read from the contract itself.</summary>
internal static class EventTypes
{
    private static readonly Dictionary<Type, string> Names =
        typeof(StreamEvent).GetCustomAttributes<JsonDerivedTypeAttribute>().ToDictionary(a => a.DerivedType, a => (string)a.TypeDiscriminator!);

    private static readonly Dictionary<string, Type> Types = Names.ToDictionary(name => name.Value, name => name.Key);

    /// <summary>Name of the last event of a stream.</summary>
    public static string Closed => Names[typeof(ClosedEvent)];

    public static IReadOnlyCollection<string> All => Names.Values;

    /// <summary>Those that are numbered and never dropped: all but telemetry, and what is told to one reader alone.</summary>
    public static IReadOnlyCollection<string> Kept { get; } =
        [.. Names.Where(name => name.Key != typeof(TelemetryEvent) && name.Key != typeof(LostEvent)).Select(name => name.Value)];

    public static string NameOf(StreamEvent streamEvent) => Names[streamEvent.GetType()];

    /// <summary>The type of a name out of <see cref="All"/>.</summary>
    public static Type TypeOf(string name) => Types[name];
}
