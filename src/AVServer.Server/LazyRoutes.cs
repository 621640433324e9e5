using Microsoft.Extensions.Options;

namespace AVServer.Server;

/// <summary>Maps handlers of which only the metadata is read at the start; how one is called is compiled when it first is.</summary>
/// <remarks>
/// The framework's own mapping compiles an expression for each handler before the port opens, and again for each who looks at the
/// endpoints, most of them for requests that never come. A handler whose parameters can't be bound is found when the routes are read, as
/// with the framework's.
/// </remarks>
internal static class LazyRoutes
{
    /// <summary>Maps a handler like <see cref="EndpointRouteBuilderExtensions.MapGet(IEndpointRouteBuilder, string, Delegate)"/>.
    /// </summary>
    /// <param name="routes">Where to.</param>
    /// <param name="method">Of HTTP, out of <see cref="HttpMethods"/>.</param>
    /// <param name="pattern">The path.</param>
    /// <param name="handler">Its parameters are bound from the request and the services.</param>
    public static RouteHandlerBuilder MapLazily(this IEndpointRouteBuilder routes, string method, string pattern, Delegate handler)
    {
        var endpoint = routes.MapMethods(pattern, [method], static _ => Task.CompletedTask);
        endpoint.Add(builder => Bind((RouteEndpointBuilder)builder, method, handler));
        return new RouteHandlerBuilder([endpoint]);
    }

    private static void Bind(RouteEndpointBuilder endpoint, string method, Delegate handler)
    {
        endpoint.Metadata.Add(handler.Method);
        foreach (var attribute in handler.Method.GetCustomAttributes(inherit: false)) endpoint.Metadata.Add(attribute);
        var options = new RequestDelegateFactoryOptions
        {
            ServiceProvider = endpoint.ApplicationServices,
            RouteParameterNames = [.. endpoint.RoutePattern.Parameters.Select(parameter => parameter.Name)],
            ThrowOnBadRequest = endpoint.ApplicationServices.GetRequiredService<IOptions<RouteHandlerOptions>>().Value.ThrowOnBadRequest,
            DisableInferBodyFromParameters = method == HttpMethods.Get || method == HttpMethods.Delete,
            EndpointBuilder = endpoint,
        };
        var inferred = RequestDelegateFactory.InferMetadata(handler.Method, options);
        var bound = new Lazy<RequestDelegate>(() => RequestDelegateFactory.Create(handler, options, inferred).RequestDelegate);
        endpoint.RequestDelegate = context => bound.Value(context);
    }
}
