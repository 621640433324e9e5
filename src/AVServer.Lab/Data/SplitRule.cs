using System.Text;
using System.Text.RegularExpressions;

namespace AVServer.Lab.Data;

/// <summary>One line of the table that deals recordings out; the first rule that matches a recording decides.</summary>
/// <param name="Set">Corpus that it is about.</param>
/// <param name="Split">Split of the recordings; absent where <paramref name="BySpeaker"/> deals.</param>
/// <param name="Role">What the recordings are.</param>
/// <param name="Path">Regular expression that the path must match; absent: any.</param>
/// <param name="Label">Regular expression that the label must match; absent: any.</param>
/// <param name="BySpeaker">Per cent of train, dev and test, dealt by a hash of the speaker (of the path where there is none).</param>
public sealed record SplitRule(
    string Set,
    ClipRole Role = ClipRole.Filler,
    Split? Split = null,
    string? Path = null,
    string? Label = null,
    IReadOnlyList<int>? BySpeaker = null)
{
    /// <summary>Whether the rule is about this recording.</summary>
    public bool Matches(CorpusRow row) =>
        row.Set == Set
        && (Path is null || Regex.IsMatch(row.Path, Path, RegexOptions.CultureInvariant))
        && (Label is null || Regex.IsMatch(row.Label, Label, RegexOptions.CultureInvariant | RegexOptions.IgnoreCase));

    /// <summary>The split of a recording that the rule is about.</summary>
    public Split SplitOf(CorpusRow row)
    {
        if (BySpeaker is null) return Split ?? Data.Split.None;
        var share = (int)(Hash(row.Speaker.Length > 0 ? row.Speaker : row.Path) % 100);
        if (share < BySpeaker[0]) return Data.Split.Train;
        return share < BySpeaker[0] + BySpeaker[1] ? Data.Split.Dev : Data.Split.Test;
    }

    // FNV-1a and a finaliser: the runtime's own string hash differs from run to run.
    private static uint Hash(string text)
    {
        var hash = 2166136261u;
        foreach (var b in Encoding.UTF8.GetBytes(text)) hash = (hash ^ b) * 16777619u;
        hash = (hash ^ (hash >> 16)) * 0x7feb352du;
        return hash ^ (hash >> 15);
    }
}
