using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace AVServer.Server.History;

/// <summary>Opens the store that the configuration names.</summary>
internal static class HistoryStores
{
    /// <param name="options">Validated, and on.</param>
    /// <exception cref="IOException">The folder or file of SQLite can't be made.</exception>
    public static IHistoryStore Open(HistoryOptions options) =>
        options.Provider == HistoryOptions.Sqlite ? OpenFile(Path.GetFullPath(options.Path!)) : new SqlHistoryStore(NpgsqlDataSource.Create(options.ConnectionString!), SqlDialect.Postgres);

    private static SqlHistoryStore OpenFile(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        CreatePrivate(path);
        var connection = new SqliteConnectionStringBuilder { DataSource = path, DefaultTimeout = 30 };
        return new SqlHistoryStore(new SqliteSource(connection.ToString()), SqlDialect.Sqlite);
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
