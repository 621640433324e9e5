using System.Reflection;
using System.Text.Json.Serialization;
using AVServer.Contracts;
using AVServer.Server.Observability;

namespace AVServer.Server.Events;

/// <summary>The wire names of events, read from the contract itself.</summary>
internal static class EventTypes
{
    private static readonly Dictionary<Type, string> Names =
        typeof(StreamEvent).GetCustomAttributes<JsonDerivedTypeAttribute>()
            .ToDictionary(a => a.DerivedType, a => (string)a.TypeDiscriminator!);

    private static readonly Dictionary<string, Type> Types = Names.ToDictionary(name => name.Value, name => name.Key);

    /// <summary>Name of the last event of a stream.</summary>
    public static string Closed => Names[typeof(ClosedEvent)];

    public static IReadOnlyCollection<string> All => Names.Values;

    /// <summary>Those that are numbered and never dropped: all but telemetry, and what is told to one reader alone.</summary>
    public static IReadOnlyCollection<string> Kept { get; } =
        [.. Names.Where(name => name.Key != typeof(TelemetryEvent) && name.Key != typeof(LostEvent)).Select(name => name.Value)];

    /// <summary>Names as a query has them, between commas.</summary>
    public static string[]? Split(string? names) =>
        names?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>Refuses names that aren't among those that can be asked for.</summary>
    /// <exception cref="RefusedException">There is another; tells which.</exception>
    public static void Check(IEnumerable<string>? names, IReadOnlyCollection<string> known)
    {
        if (names?.Except(known).ToArray() is { Length: > 0 } unknown)
            throw new RefusedException(
                FaultCodes.BadRequest, $"Expected event types out of {string.Join(", ", known)}; got {string.Join(", ", unknown)}.");
    }

    public static string NameOf(StreamEvent streamEvent) => NameOf(streamEvent.GetType());

    /// <summary>The name of a kind of event.</summary>
    public static string NameOf(Type type) => Names[type];

    /// <summary>The type of a name out of <see cref="All"/>.</summary>
    public static Type TypeOf(string name) => Types[name];
}
