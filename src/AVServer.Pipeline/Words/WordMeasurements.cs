using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using AVServer.Detection;
using AVServer.Runtime;
using Microsoft.Extensions.Logging;

namespace AVServer.Pipeline;

/// <summary>
/// Keeps between runs what the search for a word found in stored speech, so that a word costs its seconds once. Nothing in it says which
/// word it was, nor comes from a user's sound. Thread-safe; several processes may share a folder.
/// </summary>
internal sealed partial class WordMeasurements
{
    private const uint Magic = 0x31_4D_57_41;   // "AWM1"

    /// <summary>Measurements that a folder keeps, some 110 KB each; of more the oldest goes.</summary>
    private const int MostKept = 1_000;

    private readonly string _folder;
    private readonly string _origin;
    private readonly ILogger _logger;

    private WordMeasurements(string folder, string origin, ILogger logger) => (_folder, _origin, _logger) = (folder, origin, logger);

    /// <summary>The measurements of a folder that the models of a store made, by this program.</summary>
    /// <param name="folder">Where they lie; made when the first is kept.</param>
    /// <param name="store">The models.</param>
    /// <param name="logger">Is told where the folder can't be written.</param>
    public static WordMeasurements Open(string folder, ModelStore store, ILogger logger)
    {
        // Other weights and other code may find something else.
        var models = store.OfKind(ModelKind.PhoneModel).Concat(store.OfKind(ModelKind.SpeechRecogniser))
            .SelectMany(model => model.Manifest.Files.Values).Select(file => file.Sha256).Order(StringComparer.Ordinal);
        Type[] code = [typeof(WordMeasurements), typeof(WordMatcher), typeof(ModelStore)];
        var origin = string.Join('\n', [.. models, .. code.Select(type => type.Module.ModuleVersionId.ToString())]);
        return new WordMeasurements(folder, origin, logger);
    }

    /// <summary>What was found; null where nobody has looked yet.</summary>
    /// <param name="key">Everything that the search depends on but models and code.</param>
    /// <param name="pronunciations">Phones of each way to say it, by the model's numbers.</param>
    public WordStatistics? Find(string key, IReadOnlyList<int[]> pronunciations)
    {
        var path = PathOf(key);
        try
        {
            using var reader = new BinaryReader(new MemoryStream(File.ReadAllBytes(path)));
            if (reader.ReadUInt32() != Magic) return null;
            var (matching, small, large) = (reader.ReadSingle(), reader.ReadSingle(), reader.ReadSingle());
            var (count, length) = (reader.ReadUInt32(), reader.ReadUInt32());
            var bytes = (length * (long)sizeof(float)) + sizeof(float) + sizeof(long);
            if (reader.BaseStream.Length - reader.BaseStream.Position != count * bytes) return null;   // cut off
            var candidates = new BackgroundCandidate[count];
            for (var i = 0; i < candidates.Length; i++)
            {
                var (end, score) = (reader.ReadInt64(), reader.ReadSingle());
                var embedding = reader.ReadBytes((int)length * sizeof(float));
                candidates[i] = new BackgroundCandidate(end, score, MemoryMarshal.Cast<byte, float>(embedding).ToArray());
            }
            return new WordStatistics([.. pronunciations.Select(phones => new WordPath(0, phones, matching))], small, large, candidates);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;   // there is none, or it is nobody's to read
        }
    }

    /// <summary>Keeps what was found; where it can't be, it is measured anew in the next run.</summary>
    /// <param name="key">See <see cref="Find"/>.</param>
    /// <param name="measured">What was found.</param>
    public void Keep(string key, WordStatistics measured)
    {
        var path = PathOf(key);
        var part = $"{path}.{Guid.NewGuid():n}.part";
        try
        {
            Directory.CreateDirectory(_folder);
            File.WriteAllBytes(part, ToBytes(measured));
            File.Move(part, path, overwrite: true);
            var files = new DirectoryInfo(_folder).GetFiles("*.words");
            foreach (var old in files.OrderByDescending(file => file.LastWriteTimeUtc).Skip(MostKept)) old.Delete();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Log.NotKept(_logger, _folder, exception.Message);
        }
    }

    private static byte[] ToBytes(WordStatistics measured)
    {
        using var file = new MemoryStream();
        using var writer = new BinaryWriter(file);
        writer.Write(Magic);
        writer.Write(measured.Paths[0].Threshold);
        writer.Write(measured.SmallRecogniserThreshold);
        writer.Write(measured.LargeRecogniserThreshold);
        writer.Write(measured.Candidates.Count);
        writer.Write(measured.Candidates.Count > 0 ? measured.Candidates[0].Embedding.Length : 0);
        foreach (var candidate in measured.Candidates)
        {
            writer.Write(candidate.End);
            writer.Write(candidate.Score);
            writer.Write(MemoryMarshal.AsBytes<float>(candidate.Embedding));
        }
        writer.Flush();
        return file.ToArray();
    }

    private string PathOf(string key) =>
        Path.Combine(_folder, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{_origin}\n{key}")))[..32] + ".words");

    private static partial class Log
    {
        [LoggerMessage(
            LogEventIds.MeasurementNotKept, LogLevel.Warning,
            "What was measured of a word can't be kept in {Folder} (Keywords:MeasuredPath), and is measured anew: {Reason}")]
        public static partial void NotKept(ILogger logger, string folder, string reason);
    }
}
