using System.Runtime.InteropServices;
using AVServer.Contracts;
using AVServer.Pipeline;
using Microsoft.Extensions.DependencyInjection;

namespace AVServer.Lab.Scoring;

/// <summary>Finished models as the server runs them: exported graphs, gate, cascade, shipped thresholds.</summary>
public sealed class PipelineScorer : IAsyncDisposable
{
    private const int ChunkSamples = 16_000;
    private static readonly MediaHello Hello = new(MediaHello.CurrentProtocol, new AudioFormat("pcm_f32le"));
    private readonly ServiceProvider _services;
    private readonly IStreamPipeline _pipeline;

    /// <param name="modelsPath">Folder of the finished models.</param>
    /// <param name="settings">What differs from the server's defaults.</param>
    /// <exception cref="Runtime.ModelStoreException">The models aren't what their manifests say.</exception>
    public PipelineScorer(string modelsPath, params IEnumerable<KeyValuePair<string, string?>> settings)
    {
        _services = PipelineServices.BuildPipeline(modelsPath, settings);
        _pipeline = _services.GetRequiredService<IStreamPipeline>();
    }

    /// <summary>The detections of a keyword in a recording.</summary>
    /// <param name="keyword">Which one.</param>
    /// <param name="samples">16 kHz in [-1, 1).</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="InvalidOperationException">The pipeline can't use the recording.</exception>
    public async Task<IReadOnlyList<WakeWordEvent>> ScoreAsync(string keyword, float[] samples, CancellationToken cancellationToken)
    {
        var found = new List<WakeWordEvent>();
        await foreach (var happened in _pipeline.RunAsync(new StreamRequest("lab", Hello), Chunks(samples), cancellationToken))
        {
            if (happened is WakeWordEvent word && word.Keyword == keyword) found.Add(word);
            else if (happened is FaultEvent fault) throw new InvalidOperationException(fault.Message);
        }
        return found;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private static async IAsyncEnumerable<MediaChunk> Chunks(float[] samples)
    {
        await Task.CompletedTask;
        for (var at = 0; at < samples.Length; at += ChunkSamples)
            yield return new MediaChunk(
                MediaKind.Audio,
                TimeSpan.FromSeconds(at / 16_000.0),
                MemoryMarshal.AsBytes(samples.AsSpan(at, Math.Min(ChunkSamples, samples.Length - at))).ToArray());
    }
}
