using System.Globalization;

namespace AVServer.Cli;

/// <summary>Says how far a run is: over and over on one line of a terminal, now and then where standard error goes to a file.</summary>
/// <param name="error">Where it is said; null: nowhere.</param>
/// <param name="isTerminal">Whether a line can be written over.</param>
/// <param name="files">Files of the run.</param>
/// <param name="skipped">Files that a run before has done.</param>
/// <param name="time">Measures the run.</param>
internal sealed class ScoreProgress(TextWriter? error, bool isTerminal, int files, int skipped, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly TimeSpan _interval = isTerminal ? TimeSpan.FromMilliseconds(500) : TimeSpan.FromSeconds(10);
    private readonly Dictionary<string, TimeSpan> _underWay = [];
    private readonly long _started = time.GetTimestamp();
    private long _printedAt = time.GetTimestamp();
    private TimeSpan _heard;
    private int _done;

    /// <summary>A file was heard up to this media time.</summary>
    public void Report(string file, TimeSpan at)
    {
        lock (_gate)
        {
            _underWay[file] = at;
            PrintNowAndThen();
        }
    }

    /// <summary>A file is done.</summary>
    public void Complete(ScoreLine line)
    {
        lock (_gate)
        {
            _underWay.Remove(line.File);
            _heard += TimeSpan.FromSeconds(line.Report?.DurationSeconds ?? 0);
            _done++;
            PrintNowAndThen();
        }
    }

    /// <summary>The run is over.</summary>
    public void End()
    {
        lock (_gate)
        {
            Print();
            if (isTerminal) error?.WriteLine();
        }
    }

    private void PrintNowAndThen()
    {
        if (time.GetElapsedTime(_printedAt) >= _interval) Print();
    }

    private void Print()
    {
        _printedAt = time.GetTimestamp();
        var heard = _underWay.Values.Aggregate(_heard, (sum, at) => sum + at);
        var speed = heard / (time.GetElapsedTime(_started) + TimeSpan.FromMilliseconds(1));
        var before = skipped > 0 ? $" and {skipped} of a run before" : "";
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"av: {_done} of {files} files{before}, {(int)heard.TotalHours}:{heard.Minutes:00}:{heard.Seconds:00} of media, {speed:0.0} "
            + $"times real time");
        if (isTerminal) error?.Write($"\r{text}\e[K");
        else error?.WriteLine(text);
    }
}
