using AVServer.Contracts;

namespace AVServer.Server.Sources;

/// <summary>Sources that are pulled from the server's start on, from the section <c>Sources</c>; checked before the port opens.</summary>
public sealed class SourcesOptions
{
    public const string Section = "Sources";

    /// <summary>The sources, as <c>Sources:0</c>, <c>Sources:1</c> and so on. Default: none.</summary>
    public IList<SourceOptions> Sources { get; } = [];
}

/// <summary>One source.</summary>
public sealed class SourceOptions
{
    /// <summary>The stream that it becomes.</summary>
    public string StreamId { get; set; } = "";

    /// <summary>Where it is; user and password, if it asks for them, are best given as an environment variable.</summary>
    public string Url { get; set; } = "";

    /// <summary>Whether its sound is heard. Default true.</summary>
    public bool Sound { get; set; } = true;

    /// <summary>Whether its pictures are looked at, where a model does so. Default false.</summary>
    public bool Pictures { get; set; }

    /// <summary>Texts of words that this stream listens for beside those of all streams. Default: none.</summary>
    public IList<string> Words { get; set; } = [];

    /// <summary>As over HTTP.</summary>
    internal SourceRequest ToRequest() => new(StreamId, Url, Sound, Pictures, [.. Words]);
}
