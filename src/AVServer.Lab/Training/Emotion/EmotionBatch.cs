using AVServer.Speech;
using static TorchSharp.torch;

namespace AVServer.Lab.Training.Emotion;

/// <summary>Sequences of different lengths as tensors with their lengths, and labels as distributions.</summary>
internal static class EmotionBatch
{
    /// <summary>[B, T, dim], zeros behind each, and the lengths [B].</summary>
    internal static (Tensor Frames, Tensor Lengths) Pad(IReadOnlyList<float[]> sequences, int dim, int least = 1)
    {
        var longest = Math.Max(least, sequences.Max(sequence => sequence.Length) / dim);
        var values = new float[sequences.Count * longest * dim];
        for (var i = 0; i < sequences.Count; i++) sequences[i].CopyTo(values.AsSpan(i * longest * dim));
        return (tensor(values, [sequences.Count, longest, dim]),
            tensor(sequences.Select(sequence => (long)(sequence.Length / dim)).ToArray()));
    }

    /// <summary>Descriptors as a tensor [B, values]; null where there are none.</summary>
    internal static Tensor? Descriptors(IReadOnlyList<float[]> descriptors) =>
        descriptors[0].Length == 0 ? null
            : tensor(descriptors.SelectMany(values => values).ToArray(), [descriptors.Count, descriptors[0].Length]);

    /// <summary>Vectors of words, [rows, dim]; of none a text without words has none.</summary>
    internal static float[] Embed(WordVectors vectors, IReadOnlyList<string> words)
    {
        var rows = new float[Math.Min(words.Count, EmotionRecipe.MaxWords) * vectors.Dim];
        return rows[..(vectors.Embed(words, rows) * vectors.Dim)];
    }
}
