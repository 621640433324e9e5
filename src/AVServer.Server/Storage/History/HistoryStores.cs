using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace AVServer.Server.Storage.History;

/// <summary>Opens the store that the configuration names.</summary>
internal static class HistoryStores
{
    /// <param name="options">Validated, and on.</param>
    /// <exception cref="IOException">The folder or file of SQLite can't be made.</exception>
    public static IHistoryStore Open(HistoryOptions options) =>
        new SqlHistoryStore(SourceOf(options), options.Provider == HistoryOptions.Sqlite ? SqlDialect.Sqlite : SqlDialect.Postgres);

    /// <summary>Makes connections to the store.</summary>
    /// <inheritdoc cref="Open"/>
    internal static DbDataSource SourceOf(HistoryOptions options) =>
        options.Provider == HistoryOptions.Sqlite
            ? OpenFile(Path.GetFullPath(options.Path!))
            : NpgsqlDataSource.Create(options.ConnectionString!);

    private static SqliteSource OpenFile(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        CreatePrivate(path);
        var connection = new SqliteConnectionStringBuilder { DataSource = path, DefaultTimeout = 30 };
        return new SqliteSource(connection.ToString());
    }

    // Only who runs the server may read what people said.
    private static void CreatePrivate(string path)
    {
        var file = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite };
        if (!OperatingSystem.IsWindows()) file.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        new FileStream(path, file).Dispose();
    }

    // The file is let go of when the store is, not when the process ends.
    private sealed class SqliteSource(string connectionString) : DbDataSource
    {
        public override string ConnectionString => connectionString;

        protected override DbConnection CreateDbConnection() => new SqliteConnection(connectionString);

        protected override ValueTask DisposeAsyncCore()
        {
            using var connection = new SqliteConnection(connectionString);
            SqliteConnection.ClearPool(connection);
            return base.DisposeAsyncCore();
        }
    }
}
