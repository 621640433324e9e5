using AVServer.Media;
using AVServer.Runtime;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace AVServer.Pipeline;

/// <summary>Registration of the pipeline and all that it stands on.</summary>
public static class PipelineServices
{
    /// <summary>
    /// Adds <see cref="IStreamPipeline"/> with its media decoders and models; settings come from the sections of their options.
    /// </summary>
    public static IServiceCollection AddPipeline(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(configuration);
        services.AddMedia();
        services.AddModelRuntime();
        services.AddOptions<PipelineOptions>().BindConfiguration(PipelineOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<PipelineOptions>, PipelineOptionsValidator>();
        services.AddOptions<EmotionOptions>().BindConfiguration(EmotionOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<EmotionOptions>, EmotionOptionsValidator>();
        services.AddOptions<SpeechOptions>().BindConfiguration(SpeechOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<SpeechOptions>, SpeechOptionsValidator>();
        services.AddOptions<KeywordsOptions>().BindConfiguration(KeywordsOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<KeywordsOptions>, KeywordsOptionsValidator>();
        services.AddSingleton<KeywordRegistry>();
        services.AddSingleton<IKeywordRegistry>(provider => provider.GetRequiredService<KeywordRegistry>());
        services.AddSingleton<CallWords>();
        services.AddSingleton<FaceModels>();
        services.AddSingleton<SpeechModels>();
        services.AddSingleton<KeywordCatalog>();
        services.AddSingleton<IStreamPipeline, StreamPipeline>();
        return services;
    }

    /// <summary>A pipeline for a process that is no server: a command, a measurement.</summary>
    /// <param name="modelsPath">Folder of the models.</param>
    /// <param name="settings">Further settings, by <c>Section:Key</c>.</param>
    /// <returns>Holds <see cref="IStreamPipeline"/>; the caller's to dispose.</returns>
    public static ServiceProvider BuildPipeline(string modelsPath, params IEnumerable<KeyValuePair<string, string?>> settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new($"{RuntimeOptions.Section}:{nameof(RuntimeOptions.ModelsPath)}", modelsPath), .. settings])
            .Build();
        return new ServiceCollection().AddLogging().AddPipeline(configuration).BuildServiceProvider();
    }
}
