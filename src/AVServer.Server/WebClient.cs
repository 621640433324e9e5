using Microsoft.Extensions.FileProviders;

namespace AVServer.Server;

/// <summary>The demo page and its modules, which the build puts beside the server.</summary>
internal static class WebClient
{
    public static IApplicationBuilder UseWebClient(this IApplicationBuilder app)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "wwwroot");
        if (!Directory.Exists(folder)) return app;
        var files = new PhysicalFileProvider(folder);
        return app
            .UseDefaultFiles(new DefaultFilesOptions { FileProvider = files })
            .UseStaticFiles(new StaticFileOptions
            {
                FileProvider = files,
                OnPrepareResponse = context => context.Context.Response.Headers.CacheControl = "no-cache",
            });
    }
}
