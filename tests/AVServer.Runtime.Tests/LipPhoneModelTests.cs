using AVServer.TestKit;

namespace AVServer.Runtime.Tests;

/// <summary>The shipped network that knows which phones lips show.</summary>
[Trait("Category", "unit")]
public sealed class LipPhoneModelTests : IDisposable
{
    private readonly LipPhoneModel _model = LipPhoneModel.Load(ModelStore.Open(TestPaths.Models).Get("lip-phones"));

    [Fact]
    public void It_reads_the_values_that_Vision_measures_as_phones_of_the_phone_model()
    {
        Assert.Equal(228, _model.ValueCount);
        Assert.Equal(40, _model.PhoneCount);
        Assert.Equal("SIL", _model.Manifest.Labels[^1]);
        Assert.Equal(1, _model.Table.Priors.Sum(), 0.01f);
    }

    [Fact]
    public void A_picture_rests_on_three_pictures_ahead()
    {
        var mouth = Mouth(60, seed: 1);
        var before = Read(mouth);
        mouth[(40 * _model.ValueCount) + 7] += 0.5f;
        var after = Read(mouth);
        var touched = Enumerable.Range(0, 60).Where(picture => !Row(before, picture).SequenceEqual(Row(after, picture))).ToArray();
        Assert.Equal(37, touched[0]);
    }

    [Fact]
    public void One_picture_is_enough() => Assert.Equal(40, Read(Mouth(1, seed: 2)).Length);

    [Fact]
    public void Lips_that_rest_show_silence_more_than_anything_else()
    {
        var logits = Read(new float[50 * _model.ValueCount]);
        Assert.Equal(39, Array.IndexOf(Row(logits, 25), Row(logits, 25).Max()));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(227, 40)]
    [InlineData(228, 39)]
    [InlineData(456, 40)]
    public void Lengths_must_fit(int values, int logits) =>
        Assert.Throws<ArgumentException>(() => _model.Read(new float[values], new float[logits]));

    [Fact]
    public void Values_that_are_no_numbers_are_refused()
    {
        var mouth = Mouth(10, seed: 3);
        mouth[5] = float.NaN;
        Assert.Throws<InferenceException>(() => Read(mouth));
    }

    [Fact]
    public void Another_kind_of_model_is_refused() =>
        Assert.Throws<ArgumentException>(() => LipPhoneModel.Load(ModelStore.Open(TestPaths.Models).Get("face-mesh")));

    public void Dispose() => _model.Dispose();

    private float[] Read(float[] mouth)
    {
        var logits = new float[mouth.Length / _model.ValueCount * _model.PhoneCount];
        _model.Read(mouth, logits);
        return logits;
    }

    private float[] Row(float[] logits, int picture) => logits[(picture * _model.PhoneCount)..((picture + 1) * _model.PhoneCount)];

    private float[] Mouth(int pictures, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, pictures * _model.ValueCount).Select(_ => (random.NextSingle() - 0.5f) / 20)];
    }
}
