using AVServer.Contracts;

namespace AVServer.Pipeline;

/// <summary>The words that were told of one track: what two kinds of models find is told once.</summary>
internal sealed class ToldWords
{
    private readonly Dictionary<string, TimeSpan> _ends = [];

    /// <summary>Whether a word is to be told: none of its name that was reaches into it.</summary>
    public bool IsNew(WakeWordEvent word)
    {
        if (_ends.TryGetValue(word.Keyword, out var end) && word.Start < end) return false;
        _ends[word.Keyword] = word.End;
        return true;
    }
}
