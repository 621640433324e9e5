using System.Runtime.InteropServices;
using AVServer.Lab.Augmentation;
using AVServer.Lab.Data;
using AVServer.Signal;

namespace AVServer.Lab.Features;

/// <summary>Training examples as features, made once and kept on disk: what both models learn from.</summary>
public sealed class ExamplePool
{
    /// <summary>Mel values of a fbank frame.</summary>
    public const int Mels = 80;

    /// <summary>Fbank, [examples, frames, mels], in half precision: the pool has to fit into memory.</summary>
    public required Half[][] Fbank { get; init; }

    /// <summary>Speech embeddings, [examples, steps, 96].</summary>
    public required float[][] Embeddings { get; init; }

    /// <summary>Times of the keyword; absent in filler.</summary>
    public required WordTimes?[] Words { get; init; }

    /// <summary>Examples.</summary>
    public int Count => Words.Length;

    /// <summary>Reads a pool, or makes and writes it.</summary>
    /// <param name="path">File of the pool; its name should say what it was made of.</param>
    /// <param name="composer">Makes the examples.</param>
    /// <param name="embedding">Front end of the second stage.</param>
    /// <param name="count">Examples.</param>
    /// <param name="seed">Seed of the first example; the others follow.</param>
    /// <param name="progress">Told how many are done.</param>
    public static ExamplePool LoadOrMake(
        string path, ExampleComposer composer, EmbeddingFrontEnd embedding, int count, int seed, Action<int> progress)
    {
        if (!File.Exists(path)) Make(path, composer, embedding, count, seed, progress);
        using var reader = new BinaryReader(new BufferedStream(File.OpenRead(path), 1 << 20));
        var total = reader.ReadInt32();
        var pool = new ExamplePool { Fbank = new Half[total][], Embeddings = new float[total][], Words = new WordTimes?[total] };
        for (var i = 0; i < total; i++)
        {
            var (start, end) = (reader.ReadDouble(), reader.ReadDouble());
            pool.Words[i] = double.IsNaN(start) ? null : new WordTimes(start, end);
            pool.Fbank[i] = MemoryMarshal.Cast<byte, Half>(reader.ReadBytes(reader.ReadInt32())).ToArray();
            pool.Embeddings[i] = MemoryMarshal.Cast<byte, float>(reader.ReadBytes(reader.ReadInt32())).ToArray();
        }
        return pool;
    }

    private static void Make(string path, ExampleComposer composer, EmbeddingFrontEnd embedding, int count, int seed, Action<int> progress)
    {
        var computer = new FbankComputer(new FbankOptions());
        using (var writer = new BinaryWriter(new BufferedStream(File.Create(path + ".part"), 1 << 20)))
        {
            writer.Write(count);
            foreach (var (word, fbank, vectors) in Enumerable.Range(0, count).AsParallel().AsOrdered().WithDegreeOfParallelism(2)
                .Select(i => Extract(composer.Compose(seed + i), computer, embedding)))
            {
                writer.Write(word?.StartSeconds ?? double.NaN);
                writer.Write(word?.EndSeconds ?? double.NaN);
                writer.Write(fbank.Length * 2);
                writer.Write(MemoryMarshal.AsBytes<Half>(fbank));
                writer.Write(vectors.Length * 4);
                writer.Write(MemoryMarshal.AsBytes<float>(vectors));
                progress(1);
            }
        }
        File.Move(path + ".part", path);
    }

    private static (WordTimes?, Half[], float[]) Extract(Example example, FbankComputer computer, EmbeddingFrontEnd embedding)
    {
        var samples = new float[example.Samples.Length];
        for (var i = 0; i < samples.Length; i++) samples[i] = example.Samples[i] / 32768f;
        var fbank = Signal.Fbank.Compute(samples, computer);
        return (example.Word, Array.ConvertAll(fbank, value => (Half)value), embedding.Compute(samples));
    }
}
