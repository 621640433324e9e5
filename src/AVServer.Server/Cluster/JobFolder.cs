using System.Text.Json;
using AVServer.Contracts;
using AVServer.Pipeline;
using AVServer.Server.Scoring;
using Microsoft.Extensions.Options;

namespace AVServer.Server.Cluster;

/// <summary>
/// The folder that all nodes see: of each job one with its upload, what was asked for (<c>job.json</c>), and what each run of it found
/// (<c>events-RUN</c>, <c>report-RUN.json</c>). A worker that was thought dead writes only into files of its own run.
/// </summary>
internal sealed class JobFolder(IOptions<ClusterOptions> options, TimeProvider time)
{
    private const string Marker = "avserver-cluster";
    private const string Request = "job.json";
    private const string Upload = "upload";
    private const string Events = "events-";
    private const string Report = "report-";
    private const UnixFileMode Own = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    // Whoever takes a file in has named it long before.
    private static readonly TimeSpan YoungestLeftOver = TimeSpan.FromHours(1);

    private readonly string _folder = Path.GetFullPath(options.Value.SharedFolder!);

    private string Jobs => Path.Combine(_folder, "jobs");

    /// <summary>Makes it, where it isn't there yet.</summary>
    /// <param name="newId">By what nodes know it, if they don't yet.</param>
    /// <returns>By what nodes know it.</returns>
    /// <exception cref="SetupException">It can't be written.</exception>
    public string Open(string newId)
    {
        try
        {
            CreateFolder(Jobs);
            var probe = Path.Combine(Jobs, $".{newId}");
            File.WriteAllText(probe, newId);
            File.Delete(probe);
            var marker = Path.Combine(_folder, Marker);
            if (!File.Exists(marker)) TryWriteFirst(marker, newId);
            return File.ReadAllText(marker);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SetupException(
                $"Expected Cluster:SharedFolder to be a folder that this server can write, got {_folder}: {exception.Message}");
        }
    }

    /// <summary>Takes a file in.</summary>
    /// <exception cref="IOException">There is no room, or the folder is away.</exception>
    public async Task CreateAsync(string id, SpooledUpload upload, SharedJob job, CancellationToken cancellationToken)
    {
        CreateFolder(FolderOf(id));
        await using (var from = new FileStream(upload.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete))
        await using (var to = CreateFile(UploadOf(id)))
            await from.CopyToAsync(to, cancellationToken);
        WriteWhole(Path.Combine(FolderOf(id), Request), job.ToJson());
    }

    /// <summary>Where a job's upload lies.</summary>
    public string UploadOf(string id) => Path.Combine(FolderOf(id), Upload);

    /// <summary>Begins a run's events, one JSON line each.</summary>
    public FileStream CreateEvents(string id, string run) => CreateFile(Path.Combine(FolderOf(id), Events + run));

    /// <summary>Writes a run's report; it is whole, or isn't there.</summary>
    public void WriteReport(string id, string run, ScoreReport report) =>
        WriteWhole(Path.Combine(FolderOf(id), $"{Report}{run}.json"), JsonSerializer.Serialize(report, ContractsJson.Options));

    /// <summary>What a run found.</summary>
    public (ScoreReport Report, IEnumerable<StreamEvent> Events) Read(string id, string run)
    {
        using var file = File.OpenRead(Path.Combine(FolderOf(id), $"{Report}{run}.json"));
        var report = JsonSerializer.Deserialize<ScoreReport>(file, ContractsJson.Options)!;
        // Opened here, so that what is deleted meanwhile is read to its end.
        return (report, EventSpool.ReadAll(File.OpenRead(Path.Combine(FolderOf(id), Events + run))));
    }

    /// <summary>Deletes what a run wrote that nobody waits for.</summary>
    public void DeleteRun(string id, string run)
    {
        Delete(Path.Combine(FolderOf(id), Events + run));
        Delete(Path.Combine(FolderOf(id), $"{Report}{run}.json"));
    }

    /// <summary>Deletes an upload that has been scored.</summary>
    public void DeleteUpload(string id) => Delete(UploadOf(id));

    /// <summary>Deletes all that there is of a job; what says that it is one goes first.</summary>
    public void Delete(string id, bool isKnown = true)
    {
        if (isKnown) Delete(Path.Combine(FolderOf(id), Request));
        try
        {
            Directory.Delete(FolderOf(id), recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It is gone, or away; what is left of it is swept later.
        }
    }

    /// <summary>
    /// The jobs that lie here, each with the run that has its result, if one has; leftovers of those that were broken off are deleted.
    /// </summary>
    public IReadOnlyList<(string Id, SharedJob Job, string? Run)> ReadAll()
    {
        List<(string Id, SharedJob Job, string? Run)> jobs = [];
        foreach (var folder in new DirectoryInfo(Jobs).EnumerateDirectories())
        {
            var request = Path.Combine(folder.FullName, Request);
            var report = folder.EnumerateFiles(Report + "*.json").FirstOrDefault()?.Name;
            if (File.Exists(request) && (report is not null || File.Exists(UploadOf(folder.Name))))
                jobs.Add((folder.Name, SharedJob.Parse(File.ReadAllText(request)), report?[Report.Length..^".json".Length]));
            else if (folder.LastWriteTimeUtc < time.GetUtcNow() - YoungestLeftOver)
                Delete(folder.Name, isKnown: File.Exists(request));
        }
        return jobs;
    }

    private string FolderOf(string id) => Path.Combine(Jobs, id);

    private static void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, Own | UnixFileMode.UserExecute);
    }

    private static FileStream CreateFile(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = Own;
        return new FileStream(path, options);
    }

    private static void WriteWhole(string path, string text) => File.Move(WritePart(path, text), path, overwrite: true);

    // Nodes that start at the same time agree on the first one's.
    private static void TryWriteFirst(string path, string text)
    {
        var part = WritePart(path, text);
        try
        {
            File.Move(part, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(part);
        }
    }

    private static string WritePart(string path, string text)
    {
        var part = $"{path}.{Guid.NewGuid():n}.part";
        using var file = new StreamWriter(CreateFile(part));
        file.Write(text);
        return part;
    }

    private static void Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It is gone, or away; what is left of it goes with the job.
        }
    }
}
