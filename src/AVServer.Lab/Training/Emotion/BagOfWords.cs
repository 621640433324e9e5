using AVServer.Lab.Data.Emotion;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Lab.Training.Emotion;

/// <summary>The baseline of a model that reads: logistic regression on how often a text has which words, whatever their order.</summary>
public sealed class BagOfWords : Module<Tensor, Tensor>
{
    private const int FewestTexts = 3;
    private readonly Dictionary<string, long> _words;
    private readonly Embedding _weights;
    private readonly Parameter _bias;

    /// <param name="texts">Texts of the training; words of fewer than three are left out.</param>
    /// <param name="labels">Number of labels.</param>
    public BagOfWords(IReadOnlyList<LabelledText> texts, int labels) : base(nameof(BagOfWords))
    {
        // Place 0 stands for no word.
        _words = texts.SelectMany(text => text.Words.Distinct()).CountBy(word => word).Where(word => word.Value >= FewestTexts)
            .OrderByDescending(word => word.Value).ThenBy(word => word.Key, StringComparer.Ordinal).Select((word, i) => (word.Key, i))
            .ToDictionary(word => word.Key, word => word.i + 1L, StringComparer.Ordinal);
        _weights = Embedding(_words.Count + 1, labels, padding_idx: 0);
        _bias = Parameter(zeros(labels));
        using (no_grad()) _weights.weight!.zero_();
        RegisterComponents();
    }

    /// <summary>Places of words [B, W], 0 where there is none → logits [B, labels].</summary>
    public override Tensor forward(Tensor words)
    {
        using var scope = NewDisposeScope();
        return (_weights.call(words).sum(1) + _bias).MoveToOuterDisposeScope();
    }

    /// <summary>What is added to the sum of a text's votes, [labels].</summary>
    internal Tensor Bias => _bias;

    /// <summary>Each word's votes for the labels as a table, most frequent word first; half precision.</summary>
    internal (byte[] Words, byte[] Votes) ToTable()
    {
        var words = _words.Keys.OrderBy(word => _words[word]);
        using var scope = NewDisposeScope();
        var votes = _weights.weight!.detach().narrow(0, 1, _words.Count).to(float32).contiguous();
        return (System.Text.Encoding.UTF8.GetBytes(string.Join('\n', words) + '\n'),
            System.Runtime.InteropServices.MemoryMarshal.AsBytes<Half>(
                Array.ConvertAll(votes.data<float>().ToArray(), value => (Half)value)).ToArray());
    }

    /// <summary>Texts as places of their words, [B, W].</summary>
    public Tensor Places(IReadOnlyList<LabelledText> texts)
    {
        var rows = texts.Select(text => text.Words.Select(word => _words.GetValueOrDefault(word)).Where(place => place > 0).ToArray())
            .ToArray();
        var longest = Math.Max(1, rows.Max(row => row.Length));
        var places = new long[rows.Length * longest];
        for (var i = 0; i < rows.Length; i++) rows[i].CopyTo(places.AsSpan(i * longest));
        return tensor(places).view(rows.Length, longest);
    }
}
