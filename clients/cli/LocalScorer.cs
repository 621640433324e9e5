using AVServer.Contracts;
using AVServer.Pipeline;
using Microsoft.Extensions.DependencyInjection;

namespace AVServer.Cli;

/// <summary>Runs the server's pipeline in this process.</summary>
internal sealed class LocalScorer : IFileScorer
{
    private readonly ServiceProvider _services;
    private readonly IStreamPipeline _pipeline;
    private readonly KeywordRequest[] _words;
    private readonly bool _video;

    /// <param name="modelsPath">Folder of the models.</param>
    /// <param name="purpose">What emotion is estimated for; null: it isn't.</param>
    /// <param name="words">Words that are looked for beside those of the models, as text.</param>
    /// <param name="lips">Model of lips that words are looked for on too; null: they are only heard.</param>
    /// <param name="video">Whether pictures count.</param>
    /// <exception cref="Runtime.ModelStoreException">The models aren't what their manifests say.</exception>
    /// <exception cref="SetupException">Emotion or lips are asked for, but there is no model for it.</exception>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">The purpose is one that is refused.</exception>
    public LocalScorer(
        string modelsPath, string? purpose = null, IReadOnlyList<string>? words = null, string? lips = null, bool video = true)
    {
        _services = PipelineServices.BuildPipeline(
            modelsPath,
            KeyValuePair.Create($"{EmotionOptions.Section}:{nameof(EmotionOptions.Purpose)}", purpose),
            KeyValuePair.Create($"{KeywordsOptions.Section}:{nameof(KeywordsOptions.MeasuredPath)}", CacheFolder),
            KeyValuePair.Create($"{KeywordsOptions.Section}:{nameof(KeywordsOptions.Lips)}", lips));
        _pipeline = _services.GetRequiredService<IStreamPipeline>();
        _video = video;
        _words = [.. (words ?? []).Select(word => new KeywordRequest(word))];
    }

    public Task<ScoreReport> ScoreAsync(
        string path, bool posteriors, string? model, Action<TimeSpan> onHeard, CancellationToken cancellationToken) =>
        File.Exists(path)
            ? _pipeline.ScoreFileAsync(
                path, new ScoreRequest(path, posteriors, model) { OnProgress = onHeard, Words = _words, Video = _video },
                cancellationToken)
            : throw new FileNotFoundException($"Expected a media file, found nothing at '{path}'.");

    // Where programs of this user keep what they can compute again (XDG base directories); null where he has no such place.
    private static string? CacheFolder
    {
        get
        {
            var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
            var caches = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } named ? named
                : home.Length > 0 ? Path.Combine(home, ".cache") : null;
            return caches is null ? null : Path.Combine(caches, "avserver", "measured");
        }
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
