using AVServer.Client.Tests.Kit;
using AVServer.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace AVServer.Client.Tests;

/// <summary>A socket that isn't opened: all that the client gets of the reason is the status and the headers.</summary>
[Trait("Category", "server")]
public sealed class RefusedAtTheDoorTests
{
    [Theory]
    [InlineData(401, FaultCodes.Unauthorized, "key")]
    [InlineData(403, FaultCodes.Forbidden, "scope")]
    [InlineData(421, FaultCodes.ForbiddenHost, "127.0.0.1")]
    [InlineData(429, FaultCodes.TooManyRequests, "in 7 s")]
    [InlineData(503, FaultCodes.ServerBusy, "later")]
    public async Task Status_becomes_the_code_that_the_server_meant(int status, string code, string words)
    {
        await using var server = await StartAsync(status);
        // Where a wait could mend it, the client would wait for a minute.
        using var client = new AVServerClient(new AVServerClientOptions(AddressOf(server)) { BusyTimeout = TimeSpan.Zero });

        var refused = await Assert.ThrowsAsync<ServerRefusedException>(
            () => client.PublishAsync("kitchen", SilentSound.Hello, SilentSound.Chunks(1)));

        Assert.Equal(code, refused.Code);
        Assert.Contains(words, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(403, false)]
    [InlineData(421, false)]
    [InlineData(429, true)]
    [InlineData(503, true)]
    public async Task Feed_takes_only_those_for_passing_that_a_wait_can_mend(int status, bool passes)
    {
        await using var server = await StartAsync(status);
        using var client = new AVServerClient(AddressOf(server));

        var thrown = await Assert.ThrowsAnyAsync<AVServerException>(async () =>
        {
            await foreach (var _ in client.SubscribeAsync(new EventFilter())) ;
        });

        Assert.Equal(passes, thrown is ServerUnreachableException);
    }

    [Fact]
    public async Task Key_of_another_scope_is_told_from_a_foreign_page()
    {
        const string Digest = "9f9f5111f7b27a781f1f1ddde5ebc2dd2b796bfc7365c9c28b548e564176929f";   // of "0123456789abcdef"
        await using var server = await EchoServer.StartAsync(
            ("Security:Keys:0:Name", "reader"), ("Security:Keys:0:Sha256", Digest), ("Security:Keys:0:Scopes:0", "subscribe"));
        using var client = new AVServerClient(server.Address, "0123456789abcdef");

        var refused = await Assert.ThrowsAsync<ServerRefusedException>(
            () => client.PublishAsync("kitchen", SilentSound.Hello, SilentSound.Chunks(1)));

        Assert.Equal(FaultCodes.Forbidden, refused.Code);
    }

    private static async Task<WebApplication> StartAsync(int status)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(context =>
        {
            context.Response.StatusCode = status;
            if (status == 429) context.Response.Headers.RetryAfter = "7";
            return Task.CompletedTask;
        });
        await app.StartAsync();
        return app;
    }

    private static Uri AddressOf(WebApplication app) =>
        new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
}
