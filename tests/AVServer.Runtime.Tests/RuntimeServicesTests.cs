using AVServer.TestKit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AVServer.Runtime.Tests;

[Trait("Category", "unit")]
public sealed class RuntimeServicesTests : IDisposable
{
    private readonly TemporaryFolder _models = new();
    private readonly LogLines _log = new();

    public void Dispose()
    {
        _models.Dispose();
        _log.Dispose();
    }

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

    [Theory]
    [InlineData("cuda", LogLevel.Warning)]
    [InlineData("auto", LogLevel.Information)]
    public void Provider_that_is_not_there_leaves_the_cpu_and_one_sentence(string provider, LogLevel level)
    {
        new FakeSpotter { Name = "a" }.Write(_models.Path);
        new FakeSpotter { Name = "b" }.Write(_models.Path);
        using var services = Services(("Runtime:ModelsPath", _models.Path), ("Runtime:Provider", provider));
        var runtime = services.GetRequiredService<ModelRuntime>();

        Assert.NotNull(runtime.Spotter("a"));
        Assert.NotNull(runtime.Spotter("b"));

        var (said, sentence) = Assert.Single(_log.Lines);
        Assert.Equal(level, said);
        Assert.StartsWith("The CPU computes, CUDA can't be used: ", sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Cpu_is_the_default_and_says_nothing()
    {
        new FakeSpotter().Write(_models.Path);
        using var services = Services(("Runtime:ModelsPath", _models.Path));

        Assert.NotNull(services.GetRequiredService<ModelRuntime>().Spotter("fake-spotter"));

        Assert.Equal(InferenceProvider.Cpu, services.GetRequiredService<IOptions<RuntimeOptions>>().Value.Provider);
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public void Provider_that_is_none_is_refused_by_the_settings_name()
    {
        using var services = Services(("Runtime:Provider", "gpu"));

        var e = Assert.Throws<InvalidOperationException>(() => services.GetRequiredService<IOptions<RuntimeOptions>>().Value);
        Assert.Contains("'Runtime:Provider'", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("MaxBatch", "0")]
    [InlineData("MaxQueueDelay", "00:00:01")]
    [InlineData("Workers", "-1")]
    [InlineData("ModelsPath", "")]
    [InlineData("Provider", "7")]
    public void Option_out_of_range_is_refused(string option, string value)
    {
        using var services = Services(("Runtime:" + option, value));

        var e = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IOptions<RuntimeOptions>>().Value);
        Assert.Contains(option, e.Message, StringComparison.Ordinal);
    }

    private ServiceProvider Services(params (string Key, string Value)[] settings) => new ServiceCollection()
        .AddSingleton<IConfiguration>(new ConfigurationBuilder()
            .AddInMemoryCollection(settings.ToDictionary(setting => setting.Key, setting => (string?)setting.Value)).Build())
        .AddLogging(logging => logging.AddProvider(_log))
        .AddModelRuntime()
        .BuildServiceProvider();

    private sealed class LogLines : ILoggerProvider, ILogger
    {
        public List<(LogLevel Level, string Text)> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add((logLevel, formatter(state, exception)));

        public void Dispose()
        {
            // Nothing is held.
        }
    }
}
