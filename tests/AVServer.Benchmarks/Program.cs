using AVServer.Benchmarks;

// One verb per measurement; each prints its own figures.
var verbs = new Dictionary<string, Func<string[], int>>
{
    ["fbank"] = FbankThroughput.Run,
    ["kernels"] = Kernels.Run,
    ["streams"] = _ => StreamsBenchmark.RunAsync().GetAwaiter().GetResult(),
    ["live"] = rest => LiveBenchmark.RunAsync(rest.Length > 0 ? int.Parse(rest[0]) : 250).GetAwaiter().GetResult(),
    ["emotion"] = rest => EmotionBenchmark.RunAsync(rest.Length > 0 ? int.Parse(rest[0]) : 4).GetAwaiter().GetResult(),
    ["score"] = _ => ScoreBenchmark.RunAsync().GetAwaiter().GetResult(),
    ["long"] = _ => ScoreBenchmark.RunLongAsync().GetAwaiter().GetResult(),
    ["overload"] = rest => OverloadBenchmark
        .RunAsync(rest.Length > 0 ? int.Parse(rest[0]) : 60, rest.Length > 1 ? double.Parse(rest[1]) : 40).GetAwaiter().GetResult(),
    ["words"] = _ => WordsBenchmark.RunAsync().GetAwaiter().GetResult(),
    ["peers"] = rest => PeersBenchmark.RunAsync(rest[0]).GetAwaiter().GetResult(),
    ["video"] = rest => VideoBenchmark.RunAsync(rest.Length > 0 ? int.Parse(rest[0]) : 10).GetAwaiter().GetResult(),
};

if (args.Length > 0 && verbs.TryGetValue(args[0], out var run)) return run(args[1..]);
Console.Error.WriteLine($"Expected one of: {string.Join(", ", verbs.Keys)}; got {(args.Length > 0 ? args[0] : "nothing")}.");
return 2;
