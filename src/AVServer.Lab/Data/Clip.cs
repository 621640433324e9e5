namespace AVServer.Lab.Data;

/// <summary>Where the keyword lies in a clip.</summary>
/// <param name="StartSeconds">Its beginning, from the clip's first sample.</param>
/// <param name="EndSeconds">Its end.</param>
public readonly record struct WordTimes(double StartSeconds, double EndSeconds);

/// <summary>One recording of a corpus.</summary>
/// <param name="Set">Corpus.</param>
/// <param name="Path">Path inside the corpus; with <paramref name="Set"/> its identity.</param>
/// <param name="Speaker">Speaker, contributor or call; empty where the corpus names none.</param>
/// <param name="Split">What it may be used for.</param>
/// <param name="Role">What it is.</param>
/// <param name="Samples">Where its samples lie in the corpus's cache.</param>
/// <param name="Word">Times of the keyword; absent where the role is another or they are not known.</param>
public sealed record Clip(string Set, string Path, string Speaker, Split Split, ClipRole Role, Range Samples, WordTimes? Word = null)
{
    /// <summary>Who gave the recording: the speaker where the corpus names one, else the file's name without its number.</summary>
    public string Contributor =>
        Speaker.Length > 0 ? Speaker
            : System.IO.Path.GetFileNameWithoutExtension(Path).TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9')
                .TrimEnd('-', '.', '_');
}
