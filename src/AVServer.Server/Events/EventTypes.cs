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

    public static string NameOf(StreamEvent streamEvent) => Names[streamEvent.GetType()];
}
