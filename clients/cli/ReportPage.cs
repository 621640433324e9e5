using System.Text;
using AVServer.Reports;

namespace AVServer.Cli;

/// <summary>The page of a run, written file by file; it takes its place when it is complete.</summary>
internal sealed class ReportPage : IDisposable
{
    private readonly string _path;
    private readonly string _part;
    private readonly StreamWriter _writer;
    private readonly HtmlReport _page;

    private ReportPage(string path)
    {
        (_path, _part) = (path, $"{path}.part");
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        _writer = new StreamWriter(_part, append: false, new UTF8Encoding(false));
        _page = new HtmlReport(_writer);
    }

    /// <summary>Begins a page.</summary>
    /// <param name="path">Where it will stand.</param>
    /// <param name="files">How many files it will hold.</param>
    public static async Task<ReportPage> BeginAsync(string path, int files)
    {
        var page = new ReportPage(path);
        await page._page.BeginAsync("AVServer report", files == 1 ? "One file." : $"{files} files.");
        return page;
    }

    public Task AddAsync(ScoreLine line, CancellationToken cancellationToken) => line.Report is { } report
        ? _page.AddAsync(report, report.Events, cancellationToken)
        : _page.AddFailureAsync(line.File, line.Failed!.Error.Message);

    public async Task CompleteAsync()
    {
        await _page.EndAsync();
        await _writer.DisposeAsync();
        File.Move(_part, _path, overwrite: true);
    }

    public void Dispose()
    {
        _writer.Dispose();
        File.Delete(_part);   // nothing where it is complete
    }
}
