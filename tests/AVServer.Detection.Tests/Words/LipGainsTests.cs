namespace AVServer.Detection.Tests.Words;

/// <summary>From logits of a picture to what speaks for each phone.</summary>
[Trait("Category", "unit")]
public sealed class LipGainsTests
{
    private static readonly string[] Labels = ["P", "B", "AA", "SIL"];

    [Fact]
    public void Lips_that_say_what_is_always_shown_say_nothing()
    {
        float[] priors = [0.1f, 0.2f, 0.3f, 0.4f];
        var gains = new float[4];
        new LipGains(Labels, priors).Compute([.. priors.Select(prior => MathF.Log(prior))], gains);
        Assert.All(gains, gain => Assert.Equal(0, gain, 1e-3f));
    }

    [Fact]
    public void Gain_is_half_the_phones_and_half_its_visemes()
    {
        // P twice as likely as usual, B as usual: together 3/2.
        var gains = new float[4];
        new LipGains(Labels, [0.1f, 0.1f, 0.4f, 0.4f]).Compute([MathF.Log(0.2f), MathF.Log(0.1f), MathF.Log(0.3f), MathF.Log(0.4f)], gains);
        Assert.Equal(0.5 * (Math.Log(2) + Math.Log(1.5)), gains[0], 2e-3);
        Assert.Equal(0.5 * Math.Log(1.5), gains[1], 2e-3);
        Assert.Equal(Math.Log(0.75), gains[2], 2e-3);
    }

    [Fact]
    public void One_picture_decides_nothing()
    {
        var gains = new float[4];
        new LipGains(Labels, [0.01f, 0.01f, 0.48f, 0.5f]).Compute([500, -500, -500, -500], gains);
        Assert.Equal(2.5f, gains.Max());
        Assert.Equal(-2.5f, gains.Min());
    }

    [Fact]
    public void A_prior_for_each_phone_is_needed() => Assert.Throws<ArgumentException>(() => new LipGains(Labels, [1, 2]));

    [Fact]
    public void Every_phone_of_CMUdict_has_a_viseme_and_no_other_name_has()
    {
        string[] phones =
        [
            "AA", "AE", "AH", "AO", "AW", "AY", "B", "CH", "D", "DH", "EH", "ER", "EY", "F", "G", "HH", "IH", "IY", "JH", "K", "L", "M",
            "N", "NG", "OW", "OY", "P", "R", "S", "SH", "T", "TH", "UH", "UW", "V", "W", "Y", "Z", "ZH", "SIL", "SPN",
        ];
        Assert.Equal(Enumerable.Range(0, Visemes.Names.Count), phones.Select(Visemes.Of).Distinct().Order());
        Assert.Equal(Visemes.Of("P"), Visemes.Of("M"));
        Assert.NotEqual(Visemes.Of("P"), Visemes.Of("F"));
        Assert.Throws<ArgumentException>(() => Visemes.Of("please"));
    }
}
