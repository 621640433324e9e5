namespace AVServer.Runtime;

/// <summary>Names of a <see cref="ModelKind.PhoneModel"/>'s files beside its network.</summary>
public static class PhoneModelFiles
{
    /// <summary>Boosted trees: the numbers of a candidate's alignment → log-odds that the word was said.</summary>
    public const string Judge = "judge.onnx";

    /// <summary>Phones, which outputs of the network are theirs, and how words are followed.</summary>
    public const string Phones = "phones.json";

    /// <summary>Words that were measured beforehand, so that a start needn't; may be absent.</summary>
    public const string Keywords = "keywords.json";

    /// <summary>What the network hears in hours of speech, in short vectors: on it a typed word's false alarms are counted.</summary>
    public const string Background = "background.bin";

    /// <summary>The same speech as sound, coded by Opus: on it the recogniser says what it holds of a typed word's false alarms.</summary>
    public const string Sounds = "background.opus";

    /// <summary>Those that may not be absent.</summary>
    public static IReadOnlyList<string> Needed { get; } = [Judge, Phones, Background, Sounds];
}
