using System.Collections.Concurrent;
using System.Globalization;

namespace AVServer.Soak.Tests;

/// <summary>What was tried, and what became of it; told at the end.</summary>
public sealed class SoakTable : IDisposable
{
    private readonly ConcurrentQueue<(string Tried, string Lost, string Refused, string Ok)> _rows = new();

    /// <summary>How long each part that lasts is to last: <c>AVSERVER_SOAK_SECONDS</c>, as scripts/soak.sh sets it; a few seconds in the
    /// suite.</summary>
    public static TimeSpan Length { get; } =
        TimeSpan.FromSeconds(
            double.Parse(
                Environment.GetEnvironmentVariable("AVSERVER_SOAK_SECONDS") is { Length: > 0 } text ? text
                    : "4", CultureInfo.InvariantCulture));

    /// <summary>How many streams come and go at once: <c>AVSERVER_SOAK_STREAMS</c>; eight unless told.</summary>
    public static int Streams { get; } =
        Environment.GetEnvironmentVariable("AVSERVER_SOAK_STREAMS") is { Length: > 0 } text
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : 8;

    /// <summary>Adds a line.</summary>
    public void Add(string tried, string lost, string refused, string ok) => _rows.Enqueue((tried, lost, refused, ok));

    public void Dispose()
    {
        Console.WriteLine("tried | lost | refused | what held");
        Console.WriteLine("---|---|---|---");
        foreach (var (tried, lost, refused, ok) in _rows) Console.WriteLine($"{tried} | {lost} | {refused} | {ok}");
    }
}

/// <summary>All parts share the table and take turns: each measures the machine.</summary>
[CollectionDefinition(nameof(SoakTable), DisableParallelization = true)]
public sealed class SoakParts : ICollectionFixture<SoakTable>;
