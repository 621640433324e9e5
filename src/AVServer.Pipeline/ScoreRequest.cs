using AVServer.Contracts;

namespace AVServer.Pipeline;

/// <summary>How a file is scored.</summary>
/// <param name="FileName">Name to put into the report.</param>
/// <param name="Posteriors">Whether the report carries posterior curves.</param>
/// <param name="Model">Only this keyword model, by name; absent: those that the configuration names.</param>
public sealed record ScoreRequest(string FileName, bool Posteriors = false, string? Model = null)
{
    /// <summary>Words that are looked for beside those of the server.</summary>
    public IReadOnlyList<KeywordRequest> Words { get; init; } = [];

    /// <summary>Whether pictures count; if not, the file is only heard, as if it had none.</summary>
    public bool Video { get; init; } = true;

    /// <summary>
    /// Takes the events as they are found; the list is not the taker's to keep. The report then holds none, and a long file needs no more
    /// memory than a short one. Absent: the report holds them.
    /// </summary>
    public Action<IReadOnlyList<StreamEvent>>? OnEvents { get; init; }

    /// <summary>Told the media time that has been heard, many times a second. Absent: nobody asks.</summary>
    public Action<TimeSpan>? OnProgress { get; init; }
}
