using System.Runtime.InteropServices;
using System.Text;

namespace AVServer.Speech;

/// <summary>A table of words and their vectors. Immutable; shared by streams and threads.</summary>
public sealed class WordVectors
{
    private readonly Dictionary<string, int> _rows;
    private readonly Half[] _values;

    /// <summary>Reads a table.</summary>
    /// <param name="words">UTF-8, one word a line; of a word that stands twice the first counts.</param>
    /// <param name="vectors">For each word, in the same order, as many little-endian half-precision values as for every other;
    /// copied.</param>
    /// <exception cref="InvalidDataException">There are no words, or the values don't divide among them.</exception>
    public WordVectors(ReadOnlySpan<byte> words, ReadOnlySpan<byte> vectors)
    {
        var list = Encoding.UTF8.GetString(words).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (list.Length == 0 || vectors.IsEmpty || vectors.Length % (list.Length * sizeof(ushort)) != 0)
            throw new InvalidDataException(
                $"Expected half-precision vectors of one length for each word, got {vectors.Length} bytes for {list.Length} words.");
        _rows = new Dictionary<string, int>(list.Length, StringComparer.Ordinal);
        for (var i = 0; i < list.Length; i++) _rows.TryAdd(list[i].TrimEnd('\r'), i);
        _values = MemoryMarshal.Cast<byte, Half>(vectors).ToArray();
        Dim = _values.Length / list.Length;
    }

    private WordVectors(Dictionary<string, int> rows, Half[] values, int dim) => (_rows, _values, Dim) = (rows, values, dim);

    /// <summary>
    /// The words of this table and of another, each with its values here and then those there; zeros stand for what one of them lacks.
    /// </summary>
    /// <param name="other">The other table.</param>
    public WordVectors Beside(WordVectors other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var rows = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var word in _rows.Keys.Concat(other._rows.Keys)) rows.TryAdd(word, rows.Count);
        var dim = Dim + other.Dim;
        var values = new Half[rows.Count * dim];
        foreach (var (word, row) in rows)
        {
            if (_rows.TryGetValue(word, out var here)) _values.AsSpan(here * Dim, Dim).CopyTo(values.AsSpan(row * dim));
            if (other._rows.TryGetValue(word, out var there))
                other._values.AsSpan(there * other.Dim, other.Dim).CopyTo(values.AsSpan((row * dim) + Dim));
        }
        return new WordVectors(rows, values, dim);
    }

    /// <summary>Values in a vector.</summary>
    public int Dim { get; }

    /// <summary>Words in the table.</summary>
    public int Count => _rows.Count;

    /// <summary>Whether the table has a word.</summary>
    /// <param name="word">As <see cref="Tokenizer"/> gives it.</param>
    public bool Contains(string word) => _rows.ContainsKey(word);

    /// <summary>
    /// Writes the vectors of a text's words one after another. Words that the table lacks are skipped: no row stands for them.
    /// </summary>
    /// <param name="text">Any text; <see cref="Tokenizer"/> cuts it.</param>
    /// <param name="destination">Receives [maxWords, <see cref="Dim"/>]; what is beyond is cut, rows behind the last word are zero.</param>
    /// <returns>Rows written.</returns>
    /// <exception cref="ArgumentException">The destination doesn't hold whole rows.</exception>
    public int Embed(string text, Span<float> destination) => Embed(Tokenizer.Split(text), destination);

    /// <param name="words">As <see cref="Tokenizer"/> gives them.</param>
    /// <inheritdoc cref="Embed(string, Span{float})"/>
    /// <param name="destination"/>
    public int Embed(IReadOnlyList<string> words, Span<float> destination)
    {
        ArgumentNullException.ThrowIfNull(words);
        if (destination.Length % Dim != 0)
            throw new ArgumentException($"Expected room for rows of {Dim} values, got {destination.Length}.", nameof(destination));
        destination.Clear();
        var written = 0;
        for (var i = 0; i < words.Count && written < destination.Length / Dim; i++)
        {
            if (!_rows.TryGetValue(words[i], out var row)) continue;
            var target = destination.Slice(written++ * Dim, Dim);
            for (var d = 0; d < Dim; d++) target[d] = (float)_values[(row * Dim) + d];
        }
        return written;
    }
}
