using System.Text.Json;
using AVServer.Contracts;

namespace AVServer.Server.Cluster;

/// <summary>What nodes tell each other over the channel: lines, of which the first says of what kind, the second who tells.</summary>
/// <param name="Kind">What.</param>
/// <param name="Node">Who.</param>
/// <param name="Lines">The rest.</param>
internal sealed record ClusterMessage(ClusterMessageKind Kind, string Node, IReadOnlyList<string> Lines)
{
    /// <summary>The one channel: each node hears all, which costs little, since media and telemetry stay where they are.</summary>
    public const string Channel = "avserver";

    /// <summary>Events that Redis has, in order, of one stream.</summary>
    public static string Of(string node, IEnumerable<StreamEvent> events) => Of(
        ClusterMessageKind.Events, node, events.Select(happened => JsonSerializer.Serialize(happened, ContractsJson.Options)));

    /// <summary>Something else.</summary>
    public static string Of(ClusterMessageKind kind, string node, params IEnumerable<string> lines) =>
        string.Join('\n', [((int)kind).ToString(System.Globalization.CultureInfo.InvariantCulture), node, .. lines]);

    /// <summary>Reads what <see cref="Of(ClusterMessageKind, string, IEnumerable{string})"/> wrote; null where it is none.</summary>
    public static ClusterMessage? Parse(string text) =>
        text.Split('\n') is [var kind, var node, .. var lines] && Enum.TryParse<ClusterMessageKind>(kind, out var known)
            ? new ClusterMessage(known, node, lines) : null;
}
