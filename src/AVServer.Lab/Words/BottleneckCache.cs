using System.Runtime.InteropServices;

namespace AVServer.Lab.Words;

/// <summary>Bottleneck features of many recordings in one file: made once for each network and condition.</summary>
internal sealed class BottleneckCache
{
    private readonly float[] _values;
    private readonly int[] _starts;

    private BottleneckCache(float[] values, int[] starts) => (_values, _starts) = (values, starts);

    /// <summary>Recordings in the file.</summary>
    public int Count => _starts.Length - 1;

    /// <summary>Vectors of one recording.</summary>
    public float[] this[int recording] => _values[_starts[recording].._starts[recording + 1]];

    /// <summary>Reads a file, or makes it.</summary>
    /// <param name="path">Its file.</param>
    /// <param name="count">Recordings.</param>
    /// <param name="encode">Vectors of one of them; called by several threads.</param>
    /// <param name="log">Told how far it is.</param>
    public static BottleneckCache LoadOrMake(string path, int count, Func<int, float[]> encode, Action<string> log)
    {
        if (File.Exists(path)) return Load(path);
        var codes = new float[count][];
        var done = 0;
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = 2 }, i =>
        {
            codes[i] = encode(i);
            if (Interlocked.Increment(ref done) % 500 == 0) log($"{Path.GetFileName(path)}: {done} of {count}");
        });
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using (var file = File.Create(path + ".part"))
        {
            file.Write(MemoryMarshal.AsBytes<int>(new[] { count }));
            file.Write(MemoryMarshal.AsBytes<int>(codes.Select(values => values.Length).ToArray()));
            foreach (var values in codes) file.Write(MemoryMarshal.AsBytes<float>(values));
        }
        File.Move(path + ".part", path);
        return Load(path);
    }

    private static BottleneckCache Load(string path)
    {
        var bytes = File.ReadAllBytes(path).AsSpan();
        var count = MemoryMarshal.Read<int>(bytes);
        var lengths = MemoryMarshal.Cast<byte, int>(bytes.Slice(sizeof(int), count * sizeof(int)));
        var starts = new int[count + 1];
        for (var i = 0; i < count; i++) starts[i + 1] = starts[i] + lengths[i];
        return new BottleneckCache(MemoryMarshal.Cast<byte, float>(bytes[((count + 1) * sizeof(int))..]).ToArray(), starts);
    }
}
