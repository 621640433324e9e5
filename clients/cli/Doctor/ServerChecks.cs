using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using AVServer.Client;
using AVServer.Contracts;

namespace AVServer.Cli.Doctor;

/// <summary>What a server that runs says of itself, and whether its clock is this machine's.</summary>
internal static class ServerChecks
{
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan SmallSkew = TimeSpan.FromSeconds(2);    // the server's stamp is of whole seconds
    private static readonly TimeSpan LargeSkew = TimeSpan.FromSeconds(60);   // tokens are refused before and after their time
    private static readonly TimeSpan SmallLag = TimeSpan.FromSeconds(0.25);

    /// <summary>Whether an AVServer answers at an address.</summary>
    public static async Task<bool> AnswersAsync(Uri address, CancellationToken cancellationToken)
    {
        try
        {
            using var http = new HttpClient { Timeout = LongestAnswer };
            using var answer = await http.GetAsync(new Uri(address, Routes.HealthLive), cancellationToken);
            var body = await answer.Content.ReadAsStringAsync(cancellationToken);
            return answer.IsSuccessStatusCode && body.Contains("healthy", StringComparison.Ordinal);
        }
        catch (Exception exception) when (IsNoAnswer(exception, cancellationToken))
        {
            return false;
        }
    }

    /// <param name="address">The server's.</param>
    /// <param name="apiKey">Key that it wants, if it wants one.</param>
    /// <param name="time">This machine's clock.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<IReadOnlyList<Finding>> ServerAsync(
        Uri address, string? apiKey, TimeProvider time, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = address, Timeout = LongestAnswer };
        try
        {
            var began = Stopwatch.GetTimestamp();
            using var live = await http.GetAsync(new Uri(Routes.HealthLive, UriKind.Relative), cancellationToken);
            var roundTrip = Stopwatch.GetElapsedTime(began);
            if (!live.IsSuccessStatusCode)
                return [Finding.Fail("server", $"{address} answers with HTTP status {(int)live.StatusCode}", "Is it an AVServer?")];
            return
            [
                Finding.Ok("server", string.Create(CultureInfo.InvariantCulture, $"answers in {roundTrip.TotalMilliseconds:F0} ms")),
                Clock(live.Headers.Date, time.GetUtcNow() - (roundTrip / 2)),
                await ReadyAsync(http, cancellationToken),
                .. await ModelsAsync(address, apiKey, cancellationToken),
            ];
        }
        catch (Exception exception) when (IsNoAnswer(exception, cancellationToken))
        {
            return
            [
                Finding.Fail(
                    "server", $"nothing answers at {address}: {exception.Message}", "Start it (scripts/run.sh), or correct --server."),
            ];
        }
    }

    internal static Finding Clock(DateTimeOffset? server, DateTimeOffset here)
    {
        const string Check = "clock";
        if (server is not { } there) return Finding.Warn(Check, "the server doesn't tell its time", "Compare the clocks by hand.");
        var skew = here - there;
        var found = string.Create(
            CultureInfo.InvariantCulture,
            $"{skew.Duration().TotalSeconds:F0} s {(skew < TimeSpan.Zero ? "behind" : "ahead of")} the server's");
        const string Remedy = "Let both machines keep time (systemd-timesyncd, chrony): tokens and events carry it.";
        return skew.Duration() > LargeSkew ? Finding.Fail(Check, found, Remedy)
            : skew.Duration() > SmallSkew ? Finding.Warn(Check, found, Remedy) : Finding.Ok(Check, "as the server's, within two seconds");
    }

    private static async Task<Finding> ReadyAsync(HttpClient http, CancellationToken cancellationToken)
    {
        const string Check = "ready";
        using var answer = await http.GetAsync(new Uri(Routes.HealthReady, UriKind.Relative), cancellationToken);
        var body = await answer.Content.ReadAsStringAsync(cancellationToken);
        var (detail, lag) = Read(body);
        if (!answer.IsSuccessStatusCode)
            return Finding.Fail(
                Check, detail ?? $"HTTP status {(int)answer.StatusCode}", "It takes no new streams; see its log, and GET /health/ready.");
        var found = string.Create(CultureInfo.InvariantCulture, $"takes streams; the open ones lie {lag.TotalSeconds:F2} s behind");
        return lag < SmallLag ? Finding.Ok(Check, found)
            : Finding.Warn(Check, found, "It will refuse new streams soon: give it more cores, or fewer streams.");
    }

    private static (string? Detail, TimeSpan Lag) Read(string body)
    {
        try
        {
            var json = JsonDocument.Parse(body).RootElement;
            return (json.TryGetProperty("detail", out var detail) ? detail.GetString() : null,
                TimeSpan.FromSeconds(json.TryGetProperty("lag", out var lag) ? lag.GetDouble() : 0));
        }
        catch (JsonException)
        {
            return (null, TimeSpan.Zero);
        }
    }

    private static async Task<IReadOnlyList<Finding>> ModelsAsync(Uri address, string? apiKey, CancellationToken cancellationToken)
    {
        const string Check = "server's models";
        try
        {
            using var client = new AVServerClient(address, apiKey);
            var models = await client.GetModelsAsync(cancellationToken);
            var active = models.Where(model => model.Active).Select(model => model.Name).ToArray();
            return
            [
                active.Length > 0
                    ? Finding.Ok(Check, $"{string.Join(", ", active)} of {models.Count}")
                    : Finding.Warn(
                        Check, $"none of {models.Count} listens", "See Runtime:ModelsPath and Pipeline:Keywords, or add a word."),
            ];
        }
        catch (ServerRefusedException refused)
        {
            return [Finding.Fail(Check, refused.Message, "Give --api-key with one that has the scope score.")];
        }
        catch (ServerUnreachableException unreachable)
        {
            return [Finding.Fail(Check, unreachable.Message, "Is it an AVServer?")];
        }
    }

    private static bool IsNoAnswer(Exception exception, CancellationToken cancellationToken) =>
        exception is HttpRequestException || (exception is TaskCanceledException && !cancellationToken.IsCancellationRequested);
}
