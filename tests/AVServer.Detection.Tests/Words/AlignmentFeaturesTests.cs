namespace AVServer.Detection.Tests.Words;

/// <summary>The numbers of a candidate, on a case worked by hand.</summary>
[Trait("Category", "unit")]
public sealed class AlignmentFeaturesTests
{
    private static readonly PhoneStates States = new(
        ["A", "B", "SIL"], new HashSet<string> { "SIL" }, [[0], [1], [2]], [[0], [1], [2]], [], [2, 1, 1]);

    [Fact]
    public void Numbers_are_those_worked_by_hand()
    {
        var history = new PhoneScoreHistory(States);
        foreach (var frame in new float[][] { [0, 0, 3], [2, 1, 0], [2, 0, 1], [1, 4, 0], [0, 0, 3] }) history.Accept(frame);
        var features = new float[AlignmentFeatures.Count];
        AlignmentFeatures.Compute(new WordCandidate(0, 2.5f, [1, 3], 3), [0, 1], history, features);

        Expect("score", 2.5);
        Expect("scorePerPhone", 1.25);
        Expect("phones", 2);
        Expect("frames", 3);
        Expect("gainMean", 0);                           // both phones are the best in all their frames
        Expect("rankZero", 1);
        Expect("durationFirst", Math.Log(2 / 2.0));
        Expect("durationLast", Math.Log(1 / 1.0));
        Expect("leadMean", ((2 + 1) / 2.0 + 4) / 2);     // A lies 2 and 1 above silence, B 4
        Expect("leadWorst", 1.5);
        Expect("vowelShare", 0.5);
        Expect("editDistance", 0);
        Expect("heardPerPhone", 1);
        Expect("silenceBefore", 0);                      // silence is the best there
        Expect("silenceAfter", 0);
        Expect("silenceInside", (-2 - 1 - 4) / 3.0);
        Expect("bestMean", (2 + 2 + 4) / 3.0);

        void Expect(string name, double value) => Assert.Equal(value, features[AlignmentFeatures.Names.ToList().IndexOf(name)], 5);
    }

    [Fact]
    public void A_phone_that_others_beat_has_gain_and_rank()
    {
        var history = new PhoneScoreHistory(States);
        foreach (var frame in new float[][] { [1, 3, 0], [1, 3, 2] }) history.Accept(frame);
        var features = new float[AlignmentFeatures.Count];
        AlignmentFeatures.Compute(new WordCandidate(0, 0, [0], 1), [0], history, features);
        var names = AlignmentFeatures.Names.ToList();
        Assert.Equal(-2, features[names.IndexOf("gainMean")]);
        Assert.Equal(1, features[names.IndexOf("rankMean")]);      // B, not silence
        Assert.Equal(1, features[names.IndexOf("editDistance")]);  // B heard for A, a consonant for a vowel
    }

    [Fact]
    public void Another_length_is_refused() =>
        Assert.Throws<ArgumentException>(() => AlignmentFeatures.Compute(new WordCandidate(0, 0, [0], 0), [0], new PhoneScoreHistory(States), new float[3]));
}
