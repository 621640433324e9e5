using AVServer.Lab.Data;

namespace AVServer.Lab.Training;

/// <summary>The recordings of one split in memory.</summary>
public sealed class AudioVisualSet
{
    private readonly Dictionary<AudioVisualClip, LipRecording> _recordings;

    /// <param name="corpus">All recordings.</param>
    /// <param name="split">Which of them.</param>
    /// <exception cref="ArgumentException">The split lacks recordings with the keyword, or without.</exception>
    public AudioVisualSet(AudioVisualCorpus corpus, Split split) : this(corpus.Of(split), corpus.Read)
    {
    }

    /// <param name="clips">Recordings.</param>
    /// <param name="read">Reads one.</param>
    /// <exception cref="ArgumentException">There are none with the keyword, or none without.</exception>
    internal AudioVisualSet(IReadOnlyList<AudioVisualClip> clips, Func<AudioVisualClip, LipRecording> read)
    {
        Clips = clips;
        Positives = [.. Clips.Where(clip => clip.Keyword is not null)];
        Negatives = [.. Clips.Where(clip => clip.Keyword is null)];
        if (Positives.Count == 0 || Negatives.Count == 0)
            throw new ArgumentException(
                $"Expected recordings with the keyword and without, got {Positives.Count} and {Negatives.Count}.", nameof(clips));
        _recordings = Clips.ToDictionary(clip => clip, read);
    }

    /// <summary>All recordings.</summary>
    public IReadOnlyList<AudioVisualClip> Clips { get; }

    /// <summary>Those that end with the keyword.</summary>
    public IReadOnlyList<AudioVisualClip> Positives { get; }

    /// <summary>Those that don't have it.</summary>
    public IReadOnlyList<AudioVisualClip> Negatives { get; }

    /// <summary>Sound and lips of a recording.</summary>
    public LipRecording this[AudioVisualClip clip] => _recordings[clip];

    /// <summary>Sound and lips of a recording, if there is one.</summary>
    public LipRecording? Find(AudioVisualClip? clip) => clip is null ? null : _recordings[clip];
}
