namespace AVServer.Lab.Commands;

/// <summary>Where the lab finds and keeps its files.</summary>
/// <param name="Corpora">The recordings.</param>
/// <param name="Work">Decoded corpora, pools, checkpoints: everything that can be made again.</param>
/// <param name="Models">Folder of the finished models.</param>
public sealed record LabFolders(string Corpora, string Work, string Models)
{
    public string Cache => Path.Combine(Work, "corpora");

    /// <summary>Lips of the audio-visual corpora; not beside the sound, so that one can be made without the other.</summary>
    public string Lips => Path.Combine(Work, "lips");

    public string Run(string model) => Path.Combine(Work, "runs", model);
}
