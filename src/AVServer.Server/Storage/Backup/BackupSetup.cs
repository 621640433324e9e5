namespace AVServer.Server.Storage.Backup;

internal static class BackupSetup
{
    public static IServiceCollection AddBackup(this IServiceCollection services) =>
        services.AddSingleton<BackupWriter>().AddSingleton<BackupReader>();
}
