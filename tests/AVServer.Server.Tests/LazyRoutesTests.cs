using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace AVServer.Server.Tests;

/// <summary>Routes that are compiled when they are first called are otherwise the framework's.</summary>
[Trait("Category", "unit")]
public sealed class LazyRoutesTests
{
    [Fact]
    public async Task Route_says_of_itself_what_the_framework_s_own_would()
    {
        await using var app = WebApplication.CreateSlimBuilder().Build();
        app.MapPost("/their/{id}", Answer).Produces<string>(StatusCodes.Status202Accepted);
        app.MapLazily(HttpMethods.Post, "/ours/{id}", Answer).Produces<string>(StatusCodes.Status202Accepted);
        var (their, ours) = (EndpointOf(app, "/their/{id}"), EndpointOf(app, "/ours/{id}"));
        Assert.Equal(TypesOf(their), TypesOf(ours));
    }

    [Fact]
    public async Task Handler_whose_parameters_cannot_be_bound_is_found_when_the_routes_are_read()
    {
        await using var app = WebApplication.CreateSlimBuilder().Build();
        app.MapLazily(HttpMethods.Post, "/", ([FromBody] string one, [FromBody] string other) => one + other);
        Assert.Throws<InvalidOperationException>(() => EndpointOf(app, "/"));
    }

    private static string Answer(string id, HttpContext context, [FromBody] string body, int count = 1) =>
        $"{id}{context.Request.Method}{body}{count}";

    private static RouteEndpoint EndpointOf(IEndpointRouteBuilder app, string pattern) =>
        app.DataSources.SelectMany(source => source.Endpoints).Cast<RouteEndpoint>()
            .Single(endpoint => endpoint.RoutePattern.RawText == pattern);

    private static string[] TypesOf(RouteEndpoint endpoint) =>
        [.. endpoint.Metadata.Select(metadata => metadata.GetType().ToString()).Order(StringComparer.Ordinal)];
}
