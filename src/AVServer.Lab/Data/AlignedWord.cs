namespace AVServer.Lab.Data;

/// <summary>A word of a recording and when it is said.</summary>
/// <param name="Text">The word, small letters.</param>
/// <param name="StartSeconds">Its beginning, from the recording's first sample.</param>
/// <param name="EndSeconds">Its end.</param>
public readonly record struct AlignedWord(string Text, double StartSeconds, double EndSeconds);
