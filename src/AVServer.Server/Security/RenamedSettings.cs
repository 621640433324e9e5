using AVServer.Pipeline;

namespace AVServer.Server.Security;

/// <summary>Settings that had another name: one that is no longer read would leave a server open whose owner thinks it closed.</summary>
internal static class RenamedSettings
{
    private static readonly string[] Names = [nameof(SecurityOptions.ApiKey), nameof(SecurityOptions.AllowedOrigins)];

    /// <exception cref="SetupException">A setting has its former name; names the new one.</exception>
    public static void Check(IConfiguration configuration)
    {
        foreach (var name in Names)
            if (configuration.GetSection($"Server:Access:{name}").Exists())
                throw new SetupException(
                    $"Server:Access:{name} is called {SecurityOptions.Section}:{name} now; rename it where it is set.");
    }
}
