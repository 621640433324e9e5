using AVServer.TestKit;

namespace AVServer.Runtime.Tests;

/// <summary>
/// Where the heap puts a tensor must not show in what comes out: kernels peel rows up to a vector's boundary, which changes the order of
/// sums.
/// </summary>
[Trait("Category", "unit")]
public sealed class AlignmentTests : IDisposable
{
    private const int Places = 8;
    private readonly SpotterFixture _spotter = new();
    private readonly List<float[]> _inTheWay = [];

    public void Dispose() => _spotter.Dispose();

    [Fact]
    public async Task Batches_give_the_same_bits_wherever_their_memory_lies()
    {
        var outputs = new List<float[]>();
        for (var place = 0; place < Places; place++)
        {
            Shift();
            outputs.Add(await _spotter.Alone(3, 30));
        }

        Assert.All(outputs, output => Assert.Equal(outputs[0], output));
    }

    [Fact]
    public void Voice_activity_gives_the_same_bits_wherever_its_memory_lies()
    {
        using var model = VoiceActivityModel.Load(ModelStore.Open(TestPaths.Models).Get("voice-activity"));
        var random = new Random(7);
        float[] sound = [.. Enumerable.Range(0, 20 * VoiceActivityModel.FrameSamples).Select(_ => random.NextSingle() - 0.5f)];

        var heard = Enumerable.Range(0, Places).Select(_ => Hear()).ToArray();

        Assert.All(heard, probabilities => Assert.Equal(heard[0], probabilities));

        float[] Hear()
        {
            _inTheWay.Add(new float[(2 * _inTheWay.Count) + 1]);
            var state = new VoiceActivityState();
            return [.. sound.Chunk(VoiceActivityModel.FrameSamples).Select(Next)];

            float Next(float[] frame)
            {
                var voice = new float[1];
                model.Next(state, frame, voice);
                return voice[0];
            }
        }
    }

    [Fact]
    public void Emotion_gives_the_same_bits_wherever_its_memory_lies()
    {
        using var folder = new TemporaryFolder();
        new FakeEmotion().WriteWithVoiceActivity(folder.Path);
        using var model = EmotionModel.Load(ModelStore.Open(folder.Path).Get("emotion"));
        var random = new Random(8);
        var utterance = new EmotionInput(
            (float[])[.. Enumerable.Range(0, 211 * model.FeatureDim).Select(_ => random.NextSingle() - 0.5f)],
            (float[])[.. Enumerable.Range(0, 7 * model.WordDim).Select(_ => random.NextSingle() - 0.5f)]);

        var estimates = Enumerable.Range(0, Places).Select(_ =>
        {
            _inTheWay.Add(new float[(2 * _inTheWay.Count) + 1]);
            return model.Estimate(utterance)[0];
        }).ToArray();

        Assert.All(estimates, posteriors => Assert.Equal(estimates[0], posteriors));
    }

    /// <summary>Moves whatever is pinned next by eight bytes more.</summary>
    private void Shift() => _inTheWay.Add(GC.AllocateArray<float>((2 * _inTheWay.Count) + 2, pinned: true));
}
