using System.Runtime.CompilerServices;
using AVServer.Contracts;
using AVServer.Media.Ffmpeg;
using AVServer.Media.Matroska;
using AVServer.Media.Ogg;

namespace AVServer.Media;

/// <summary>Reads many files with few processes: one ffmpeg takes a batch and gives one Matroska with a track for each file.</summary>
internal sealed class AudioFileBatches(MediaFile single, MediaOptions options)
{
    private const int FilesPerProcess = 32;
    private const int MaxElementBytes = 1 << 20;

    // A batch waits in memory as samples until it is taken; long files go alone.
    private const long MaxBatchedFileBytes = 2 << 20;

    public async IAsyncEnumerable<AudioFile> ReadAsync(
        IEnumerable<string> paths, int sampleRateHz, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = new Queue<Task<AudioFile[]>>();
        try
        {
            foreach (string[] batch in paths.Chunk(FilesPerProcess))
            {
                running.Enqueue(ReadBatchAsync(batch, sampleRateHz, stop.Token));
                if (running.Count < Environment.ProcessorCount) continue;
                foreach (var file in await running.Dequeue().ConfigureAwait(false)) yield return file;
            }

            while (running.TryDequeue(out var batch))
                foreach (var file in await batch.ConfigureAwait(false)) yield return file;
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await ((Task)Task.WhenAll(running)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<AudioFile[]> ReadBatchAsync(string[] paths, int sampleRateHz, CancellationToken cancellationToken)
    {
        var read = new AudioFile?[paths.Length];
        var together = new List<(int Index, string Path, string Demuxer)>();
        for (int i = 0; i < paths.Length; i++)
        {
            if (await TryOpenAsync(paths[i], sampleRateHz, cancellationToken).ConfigureAwait(false) is { } demuxer)
                together.Add((i, paths[i], demuxer));
        }

        if (together.Count > 1
            && await TryReadTogetherAsync(together, sampleRateHz, cancellationToken).ConfigureAwait(false) is { } samples)
        {
            for (int i = 0; i < together.Count; i++)
                if (samples[i].Length > 0) read[together[i].Index] = new AudioFile(together[i].Path, samples[i], null);
        }

        for (int i = 0; i < paths.Length; i++)
            read[i] ??= await ReadAloneAsync(paths[i], sampleRateHz, cancellationToken).ConfigureAwait(false);
        return read!;
    }

    // Null: read alone, which also finds the words for what is wrong with it.
    private async Task<string?> TryOpenAsync(string path, int sampleRateHz, CancellationToken cancellationToken)
    {
        try
        {
            var (demuxer, length, start) = await MediaFile.OpenAsync(path, options.File, cancellationToken).ConfigureAwait(false);
            bool alone = length > MaxBatchedFileBytes || demuxer == "wav" || CodedFile.IsOfRate(path, demuxer, start, sampleRateHz)
                || (demuxer == "ogg" && await OggLinks.IsChainAsync(path, cancellationToken).ConfigureAwait(false));
            return alone ? null : demuxer;
        }
        catch (Exception e) when (e is MediaException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private async Task<AudioFile> ReadAloneAsync(string path, int sampleRateHz, CancellationToken cancellationToken)
    {
        try
        {
            return new AudioFile(path, await single.ReadAudioAsync(path, sampleRateHz, cancellationToken).ConfigureAwait(false), null);
        }
        catch (MediaException e)
        {
            return new AudioFile(path, [], e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new AudioFile(
                path, [], new MediaException(
                    FaultCodes.Undecodable, "Expected a file that can be read, got none; check the path and its permissions.", e));
        }
    }

    // Null: one bad file spoils a batch; each is then read alone.
    private async Task<float[][]?> TryReadTogetherAsync(
        List<(int Index, string Path, string Demuxer)> files, int sampleRateHz, CancellationToken cancellationToken)
    {
        var arguments = FfmpegArguments.ForFiles([.. files.Select(file => (file.Path, file.Demuxer))], options.File, sampleRateHz);
        await using var process = await DecoderProcess
            .StartAsync(options, arguments, options.File, files.Select(file => file.Path)).ConfigureAwait(false);
        process.CompleteInput();
        var tracks = files.ConvertAll(_ => new TrackSamples(sampleRateHz, options.File));
        try
        {
            var reader = new MatroskaReader(process.Output, MaxElementBytes);
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false)) tracks[reader.Track.Number - 1].Append(reader);
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentOutOfRangeException or MediaException)
        {
            return null;
        }

        var (exitCode, _) = await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        return exitCode == 0 ? [.. tracks.Select(track => track.ToArray())] : null;
    }

    private sealed class TrackSamples(int sampleRateHz, MediaLimits limits)
    {
        private readonly DecodedAudio _audio = new(sampleRateHz, limits);
        private readonly SampleBuffer _samples = new();
        private readonly List<MediaItem> _items = [];

        public void Append(MatroskaReader reader)
        {
            if (reader.Time > limits.MaxDuration) throw ChunkLimits.TooLong(limits, reader.Time);
            _audio.Append(reader, _items);
            foreach (var item in _items)
                if (item is AudioBlock block) _samples.Append(block);
            _items.Clear();
        }

        public float[] ToArray() => _samples.ToArray();
    }
}
