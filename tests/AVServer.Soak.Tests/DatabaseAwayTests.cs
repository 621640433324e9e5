using System.Net;
using System.Net.Http.Json;
using AVServer.Contracts;
using AVServer.Server.Tests.Kit;
using AVServer.TestKit;

namespace AVServer.Soak.Tests;

/// <summary>A PostgreSQL that goes away, and comes back.</summary>
[Trait("Category", "slow")]
[Collection(nameof(SoakTable))]
public sealed class DatabaseAwayTests(SoakTable table)
{
    [Fact]
    public async Task Database_that_was_away_gets_what_happened_meanwhile()
    {
        var postgres = new PostgresServer();
        await postgres.InitializeAsync();
        await using var stopped = postgres;
        await using var server = await ServerProcess.StartAsync("--History:Provider", "postgres", "--History:ConnectionString",
            await postgres.CreateDatabaseAsync());
        using var client = server.Client();
        using var http = new HttpClient { BaseAddress = server.Address };
        await postgres.StopAsync();
        var words = 0;
        await client.PublishAsync("away", RepeatedWord.Hello, RepeatedWord.Words(3), e => { if (e is WakeWordEvent) words++; });
        Assert.Equal(3, words);
        using (var asked = await http.GetAsync(new Uri(Routes.EventHistory, UriKind.Relative), TestTimeout.Token()))
            Assert.Equal(HttpStatusCode.ServiceUnavailable, asked.StatusCode);
        await postgres.StartAsync();
        for (var timeout = TestTimeout.Token(); ; await Task.Delay(50, timeout))
        {
            using var answer = await http.GetAsync(new Uri(Routes.EventHistory + "?streamId=away", UriKind.Relative), timeout);
            if (answer.IsSuccessStatusCode && (await answer.Content.ReadFromJsonAsync<HistoryPage>(ContractsJson.Options,
                timeout))!.Events.Count == 5) break;
        }
        Assert.Equal(0, await server.MetricAsync("avserver_history_lost_total"));
        table.Add("PostgreSQL away and back", "nothing of what fits into the queue (10,000 events); beyond, counted",
            "questions to the history, with 503", "streams and their events; what waited is written when it is back");
    }
}
