using AVServer.Contracts;

namespace AVServer.Cli;

/// <summary>A file that could not be scored, as a line of the output.</summary>
/// <param name="File">The file.</param>
/// <param name="Error">What was wrong.</param>
internal sealed record FailedFile(string File, FileError Error);

/// <summary>Why a file could not be scored.</summary>
/// <param name="Code">Short name for programs.</param>
/// <param name="Message">What was expected, what came, what to do.</param>
internal sealed record FileError(string Code, string Message);

/// <summary>One line of the output: a report or an error.</summary>
internal sealed record ScoreLine(ScoreReport? Report, FailedFile? Failed)
{
    public string File => Report?.File ?? Failed!.File;

    public object Value => (object?)Report ?? Failed!;
}
