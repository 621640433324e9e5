using System.Globalization;
using AVServer.Contracts;
using AVServer.Media;

namespace AVServer.Pipeline;

/// <summary>Reads recordings of a word, and refuses what can't be one.</summary>
/// <param name="files">Decodes.</param>
internal sealed class KeywordRecordings(MediaFile files)
{
    private const double MinSeconds = 0.3;

    /// <summary>Reads all of them.</summary>
    /// <exception cref="KeywordException">There are too few or too many, or one isn't a recording of a word.</exception>
    public async Task<IReadOnlyList<NamedRecording>> ReadAsync(
        IReadOnlyList<KeywordRecording> recordings, CancellationToken cancellationToken)
    {
        const int Fewest = KeywordEnrolment.FewestRecordings, Most = KeywordEnrolment.MostRecordings;
        if (recordings.Count is < Fewest or > Most)
            throw new KeywordException($"Expected {Fewest} to {Most} recordings, got {recordings.Count}.");
        var read = new List<NamedRecording>();
        foreach (var recording in recordings)
            read.Add(new NamedRecording(recording.Name, await ReadAsync(recording, cancellationToken)));
        return read;
    }

    private async Task<float[]> ReadAsync(KeywordRecording recording, CancellationToken cancellationToken)
    {
        float[] samples;
        try
        {
            samples = await files.ReadAudioAsync(recording.Path, AudioClock.SampleRateHz, cancellationToken);
        }
        catch (MediaException e)
        {
            throw new KeywordException($"{recording.Name}: {e.Message}");
        }
        var seconds = samples.Length / (double)AudioClock.SampleRateHz;
        if (seconds is < MinSeconds or > WordEnroller.MaxSeconds)
            throw new KeywordException(string.Create(
                CultureInfo.InvariantCulture,
                $"Expected a recording of {MinSeconds} to {WordEnroller.MaxSeconds} seconds with the word once in it, "
                + $"got {seconds:F1} in {recording.Name}."));
        return samples;
    }
}
