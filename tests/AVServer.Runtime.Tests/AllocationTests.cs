using AVServer.TestKit;

namespace AVServer.Runtime.Tests;

/// <summary>Counts what the whole process allocates, hence runs alone.</summary>
[CollectionDefinition(nameof(AllocationTests), DisableParallelization = true)]
[Collection(nameof(AllocationTests))]
[Trait("Category", "unit")]
public sealed class AllocationTests
{
    private const int Streams = 16;
    private const int Steps = 500;

    // A run of the binding takes a few bytes, and the test host talks meanwhile; a task for each step would take over 100.
    private const double BytesPerStep = 8;

    [Fact]
    public async Task Steps_of_many_streams_allocate_nothing_once_warm()
    {
        using var models = new TemporaryFolder();
        new FakeSpotter().Write(models.Path);
        using var model = StreamingModel.Load(ModelStore.Open(models.Path).Get("fake-spotter"));
        using var batcher = new DynamicBatcher(model, new RuntimeOptions { MaxBatch = Streams, Workers = 1 }, TimeProvider.System);
        var streams = Enumerable.Range(0, Streams)
            .Select(_ => (State: model.CreateState(), Input: new float[model.InputLength], Output: new float[model.OutputLength]))
            .ToArray();
        await Round(Steps);

        var least = double.MaxValue;
        for (var round = 0; round < 3; round++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            await Round(Steps);
            least = Math.Min(least, (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)(Streams * Steps));
        }

        Assert.InRange(least, 0, BytesPerStep);

        Task Round(int steps) => Task.WhenAll(streams.Select(async stream =>
        {
            for (var step = 0; step < steps; step++) await batcher.RunAsync(stream.State, stream.Input, stream.Output);
        }));
    }
}
