using AVServer.Contracts;
using Microsoft.Extensions.Primitives;

namespace AVServer.Server.Security;

/// <summary>
/// What browsers are told beside every answer: to run nothing but the page's own files, to show it in no frame, and to keep nothing
/// personal.
/// </summary>
internal static class SecurityHeaders
{
    // Nothing inline, nothing from elsewhere. A blob is what the page made itself: a recording that is played, labels that are saved.
    private const string PagePolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self' blob:; connect-src 'self' blob:; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    // What is personal: whoever spoke, what was said, what somebody sent.
    private static readonly string[] Personal =
        [Routes.Events, Routes.Clips, Routes.Score, Routes.Jobs, Routes.Streams, Routes.Keywords, Routes.Tokens, Routes.EventsHub,
        "/media"];

    private static readonly (string Name, StringValues Value)[] Always =
    [
        ("Content-Security-Policy", PagePolicy),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "no-referrer"),
    ];

    public static IApplicationBuilder UseSecurityHeaders(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        // At the last moment, since an answer that goes wrong is begun anew without what was set before.
        context.Response.OnStarting(static state => Set((HttpContext)state), context);
        return next(context);
    });

    private static Task Set(HttpContext context)
    {
        var headers = context.Response.Headers;
        foreach (var (name, value) in Always) headers.TryAdd(name, value);
        if (Array.Exists(Personal, route => context.Request.Path.StartsWithSegments(route))) headers.CacheControl = "no-store";
        return Task.CompletedTask;
    }
}
