using AVServer.TestKit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace AVServer.Runtime.Tests;

[Trait("Category", "unit")]
public sealed class RuntimeServicesTests : IDisposable
{
    private readonly TemporaryFolder _models = new();

    public void Dispose() => _models.Dispose();

    [Fact]
    public async Task Registered_runtime_loads_a_model_once_and_steps_streams()
    {
        var fake = new FakeSpotter();
        fake.Write(_models.Path);
        using var services = Services(("Runtime:ModelsPath", _models.Path));
        var runtime = services.GetRequiredService<ModelRuntime>();

        var spotter = runtime.Spotter(fake.Name);
        var output = new float[spotter.Model.OutputLength];
        await spotter.RunAsync(spotter.Model.CreateState(), new float[spotter.Model.InputLength], output);

        Assert.Same(spotter, runtime.Spotter(fake.Name));
        Assert.Equal(fake.Posterior(0, 0), output[0], 1e-6f);
        Assert.Equal([fake.Name], services.GetRequiredService<ModelStore>().Names);
    }

    [Fact]
    public void Model_of_another_kind_is_refused()
    {
        new FakeSpotter().Write(_models.Path);
        using var services = Services(("Runtime:ModelsPath", _models.Path));

        Assert.Throws<ArgumentException>(() => services.GetRequiredService<ModelRuntime>().Verifier("fake-spotter"));
        Assert.Throws<UnknownModelException>(() => services.GetRequiredService<ModelRuntime>().Spotter("absent"));
    }

    [Fact]
    public void Device_that_is_not_there_falls_back_to_the_cpu()
    {
        new FakeSpotter().Write(_models.Path);
        using var services = Services(("Runtime:ModelsPath", _models.Path), ("Runtime:Device", "Cuda"));

        Assert.NotNull(services.GetRequiredService<ModelRuntime>().Spotter("fake-spotter"));
    }

    [Theory]
    [InlineData("MaxBatch", "0")]
    [InlineData("MaxQueueDelay", "00:00:01")]
    [InlineData("Workers", "-1")]
    [InlineData("ModelsPath", "")]
    [InlineData("Device", "7")]
    public void Option_out_of_range_is_refused(string option, string value)
    {
        using var services = Services(("Runtime:" + option, value));

        var e = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IOptions<RuntimeOptions>>().Value);
        Assert.Contains(option, e.Message, StringComparison.Ordinal);
    }

    private static ServiceProvider Services(params (string Key, string Value)[] settings) => new ServiceCollection()
        .AddSingleton<IConfiguration>(new ConfigurationBuilder()
            .AddInMemoryCollection(settings.ToDictionary(setting => setting.Key, setting => (string?)setting.Value)).Build())
        .AddLogging()
        .AddModelRuntime()
        .BuildServiceProvider();
}
