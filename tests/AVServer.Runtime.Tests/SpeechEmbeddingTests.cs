using AVServer.TestKit;
using Microsoft.ML.OnnxRuntime;

namespace AVServer.Runtime.Tests;

[Trait("Category", "unit")]
public sealed class SpeechEmbeddingTests : IDisposable
{
    private readonly SpeechEmbedding _embedding = SpeechEmbedding.Load(ModelStore.Open(TestPaths.Models).Get("speech-embedding"));

    public void Dispose() => _embedding.Dispose();

    [Fact]
    public void Stretch_at_once_equals_its_steps_and_leaves_a_state_to_go_on_from()
    {
        const int steps = 14;
        var sound = Sound(steps * SpeechEmbedding.StepSamples);
        var stepped = new float[steps * SpeechEmbedding.Dim];
        var state = _embedding.CreateState();
        for (var i = 0; i < steps; i++) Step(state, sound, i, stepped.AsSpan(i * SpeechEmbedding.Dim, SpeechEmbedding.Dim));

        var atOnce = new float[stepped.Length];
        var embedded = new EmbeddingState();
        const int stretch = steps - 1;
        _embedding.Embed(
            embedded, [.. new float[SpeechEmbedding.ContextSamples], .. sound[..(stretch * SpeechEmbedding.StepSamples)]],
            atOnce.AsSpan(0, stretch * SpeechEmbedding.Dim));
        Step(embedded, sound, stretch, atOnce.AsSpan(stretch * SpeechEmbedding.Dim));

        Assert.True(stepped.Max() - stepped.Min() > 1);
        Assert.All(stepped.Zip(atOnce), pair => Assert.Equal(pair.First, pair.Second, 1e-4f));
        Assert.Equal(stepped[^SpeechEmbedding.Dim..], atOnce[^SpeechEmbedding.Dim..]);
    }

    [Fact]
    public void Priming_in_the_midst_equals_having_heard_everything()
    {
        const int steps = 14;
        var sound = Sound(steps * SpeechEmbedding.StepSamples);
        var heard = _embedding.CreateState();
        var expected = new float[SpeechEmbedding.Dim];
        for (var i = 0; i < steps; i++) Step(heard, sound, i, expected);

        var primed = _embedding.CreateState();
        var lastStep = sound.Length - SpeechEmbedding.StepSamples;
        _embedding.Prime(primed, sound.AsSpan(lastStep - SpeechEmbedding.ContextSamples, SpeechEmbedding.ContextSamples));
        var actual = new float[SpeechEmbedding.Dim];
        Step(primed, sound, steps - 1, actual);

        Assert.Equal(expected, actual);
    }

    [Fact]
    public async Task Streams_that_run_at_once_equal_each_alone()
    {
        var sounds = Enumerable.Range(1, 8).Select(seed => Sound(5 * SpeechEmbedding.StepSamples, seed)).ToArray();
        var alone = sounds.Select(Embed).ToArray();

        var together = await Task.WhenAll(sounds.Select(sound => Task.Run(() => Embed(sound))));

        Assert.Equal(alone, together);
        Assert.NotEqual(alone[0], alone[1]);
    }

    [Fact]
    public void Steps_allocate_nothing_once_warm()
    {
        var state = _embedding.CreateState();
        var sound = Sound(SpeechEmbedding.StepSamples);
        var vector = new float[SpeechEmbedding.Dim];

        var perStep = Allocations.LeastOf(() => { for (var i = 0; i < 50; i++) Step(state, sound, 0, vector); }) / 50.0;

        // The binding's own marshalling takes a few bytes for each of the two runs.
        Assert.InRange(perStep, 0, 64);
    }

    [Fact]
    public void Step_of_the_wrong_length_is_refused()
    {
        var e = Assert.Throws<ArgumentException>(() => _embedding.Step(_embedding.CreateState(), new float[1279], new float[96]));
        Assert.Contains("Expected 1280 values, got 1279", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Vector_equals_the_two_graphs_run_by_hand()
    {
        const int steps = 10;
        var sound = Sound(480 + (steps * 1280));
        using var mel = SessionFactory.Open(File.ReadAllBytes(Path.Combine(TestPaths.Models, "speech-embedding", "melspectrogram.onnx")));
        using var embedding = SessionFactory.Open(File.ReadAllBytes(Path.Combine(TestPaths.Models, "speech-embedding", "model.onnx")));
        var frames = new List<float>();
        for (var step = 0; step < steps; step++)
        {
            float[] piece = [.. sound.AsSpan(step * 1280, 480 + 1280).ToArray().Select(sample => sample * 32768)];
            frames.AddRange(Run(mel, piece, 1, 1760).Select(value => (value / 10) + 2));
        }
        Assert.Equal(steps * 8 * 32, frames.Count);
        var expected = Run(embedding, [.. frames.TakeLast(76 * 32)], 1, 76, 32, 1);

        var actual = new float[SpeechEmbedding.Dim];
        _embedding.Embed(_embedding.CreateState(), sound, actual);

        // The sessions differ in the number of threads, hence in the order of sums.
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-3f));
        Assert.True(expected.Max() - expected.Min() > 1);
    }

    private static float[] Run(InferenceSession session, float[] values, params long[] shape)
    {
        using var options = new RunOptions();
        using var input = OrtValue.CreateTensorValueFromMemory(values, shape);
        using var results = session.Run(options, session.InputNames, [input], session.OutputNames);
        return results[0].GetTensorDataAsSpan<float>().ToArray();
    }

    private float[] Embed(float[] sound)
    {
        var vectors = new float[sound.Length / SpeechEmbedding.StepSamples * SpeechEmbedding.Dim];
        _embedding.Embed(_embedding.CreateState(), [.. new float[SpeechEmbedding.ContextSamples], .. sound], vectors);
        return vectors;
    }

    private void Step(EmbeddingState state, float[] sound, int step, Span<float> vector) =>
        _embedding.Step(state, sound.AsSpan(step * SpeechEmbedding.StepSamples, SpeechEmbedding.StepSamples), vector);

    private static float[] Sound(int length, int seed = 1)
    {
        var random = new Random(seed);
        var sound = new float[length];
        for (var i = 0; i < length; i++)
            sound[i] = (float)((0.3 * Math.Sin(i * (0.05 + (0.01 * seed)))) + (0.02 * (random.NextDouble() - 0.5)));
        return sound;
    }
}
