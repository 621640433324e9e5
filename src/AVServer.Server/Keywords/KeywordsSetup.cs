using Microsoft.AspNetCore.RateLimiting;

namespace AVServer.Server.Keywords;

internal static class KeywordsSetup
{
    public static IServiceCollection AddKeywords(this IServiceCollection services) => services
        .Configure<RateLimiterOptions>(options => options.AddPolicy<string, KeywordsRate>(KeywordsRate.Policy))
        .AddSingleton<QueryWords>();
}
