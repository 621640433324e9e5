using AVServer.TestKit;

namespace AVServer.Runtime.Tests;

/// <summary>A loaded fake spotter, batchers on a clock that stands still, and inputs that are a function of stream and step.</summary>
internal sealed class SpotterFixture : IDisposable
{
    private readonly TemporaryFolder _models = new();

    public SpotterFixture()
    {
        Fake.Write(_models.Path);
        Model = Load();
    }

    public FakeSpotter Fake { get; } = new() { Mels = 10, Keywords = ["computer", "stop"], Gain = 0.3f, FailsFrom = 50 };

    public StreamingModel Model { get; }

    public ManualTimeProvider Time { get; } = new();

    public void Dispose()
    {
        Model.Dispose();
        _models.Dispose();
    }

    public StreamingModel Load() => StreamingModel.Load(ModelStore.Open(_models.Path).Get(Fake.Name));

    public DynamicBatcher Batcher(int maxBatch = 16, int workers = 1, TimeSpan? delay = null, TimeProvider? time = null) => new(
        Model, new RuntimeOptions { MaxBatch = maxBatch, Workers = workers, MaxQueueDelay = delay ?? TimeSpan.FromMilliseconds(5) },
        time ?? Time);

    public Task Start(DynamicBatcher batcher, int stream) =>
        batcher.RunAsync(Model.CreateState(), Input(stream, 0).Values, new float[Model.OutputLength]).AsTask();

    /// <summary>Lets another stream step, so that whoever comes next has reason to expect company.</summary>
    public Task Warm(DynamicBatcher batcher) => Start(batcher, 1000);

    /// <summary>The last output of a stream after some steps.</summary>
    public async Task<float[]> Run(DynamicBatcher batcher, int stream, int steps)
    {
        var state = Model.CreateState();
        var output = new float[Model.OutputLength];
        for (var step = 0; step < steps; step++) await batcher.RunAsync(state, Input(stream, step).Values, output);
        return output;
    }

    /// <summary>The same on a batcher of its own.</summary>
    public async Task<float[]> Alone(int stream, int steps)
    {
        using var batcher = Batcher();
        return await Run(batcher, stream, steps);
    }

    public (float[] Values, float[] Means) Input(int stream, int step)
    {
        var random = new Random((stream * 1000) + step);
        var values = new float[Model.InputLength];
        foreach (ref var value in values.AsSpan()) value = (random.NextSingle() * 4) - 2;
        return (values, [.. values.Chunk(values.Length / 2).Select(stride => stride.Average())]);
    }

    /// <summary>Waits for another thread to reach a state that the test then relies on.</summary>
    public static async Task Until(Func<bool> condition)
    {
        while (!condition()) await Task.Yield();
    }
}
