using AVServer.TestKit;

namespace AVServer.Runtime.Tests;

[Trait("Category", "unit")]
public sealed class VerifierModelTests : IDisposable
{
    private readonly TemporaryFolder _models = new();
    private readonly VerifierModel _verifier;

    public VerifierModelTests()
    {
        new FakeSpotter().Write(_models.Path);
        new FakeVerifier { WindowSteps = 4, Gain = 2 }.Write(_models.Path);
        var shipped = ModelStore.Open(TestPaths.Models).Get("speech-embedding");
        Directory.CreateSymbolicLink(Path.Combine(_models.Path, "speech-embedding"), shipped.Folder);
        _verifier = VerifierModel.Load(ModelStore.Open(_models.Path).Get("fake-verifier"));
    }

    public void Dispose()
    {
        _verifier.Dispose();
        _models.Dispose();
    }

    [Fact]
    public void Verdict_is_what_the_graph_says_of_the_window()
    {
        float[] window = [.. Enumerable.Repeat(0.5f, _verifier.WindowLength)];

        var verdict = _verifier.Verify(window);

        Assert.Equal(1 / (1 + MathF.Exp(-1)), verdict.Posterior, 1e-6f);
        Assert.Equal(0.7f, verdict.SecondsSinceStart, 1e-6f);
        Assert.Equal(0.1f, verdict.SecondsSinceEnd, 1e-6f);
    }

    [Fact]
    public void Window_of_another_length_is_refused() =>
        Assert.Contains(
            "Expected 384 embedding values, got 96", Assert.Throws<ArgumentException>(() => _verifier.Verify(new float[96])).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Window_that_is_no_number_is_refused() =>
        Assert.Throws<InferenceException>(() => _verifier.Verify([.. Enumerable.Repeat(float.NaN, _verifier.WindowLength)]));
}
