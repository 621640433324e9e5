using AVServer.Models.Emotion;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace AVServer.Lab.Export;

/// <summary>
/// <see cref="MscnnSpu"/> as a graph: <c>features</c> [N, T, features] and <c>frames</c> [N], <c>words</c> [N, W, dim + votes] and <c>wordCount</c> [N],
/// <c>descriptors</c> [N, values] between them, <c>speaker</c> [N, dim], those of them that the model takes → <c>logits</c> [N, labels]; N and T are free, the counts whole numbers.
/// </summary>
internal sealed class MscnnGraph
{
    private readonly MscnnSpu _model;
    private readonly int _maxWords;
    private readonly OldGraph _graph = new(nameof(MscnnSpu));
    private long _read;

    private MscnnGraph(MscnnSpu model, int maxWords) => (_model, _maxWords) = (model, maxWords);

    private MscnnConfig Config => _model.Config;

    internal static byte[] Build(MscnnSpu model, int maxWords)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        return new MscnnGraph(model, maxWords).Compose();
    }

    private byte[] Compose()
    {
        var layers = _model.Layers;
        var (features, frames) = Config.Audio ? (_graph.Input("features", "N", "T", Config.Features), _graph.IntegerInput("frames", "N")) : ("", "");
        var descriptors = Config.Descriptors > 0 ? _graph.Input("descriptors", "N", Config.Descriptors) : "";
        var (words, count) = Config.Text ? (_graph.Input("words", "N", _maxWords, Config.WordInputs), _graph.IntegerInput("wordCount", "N")) : ("", "");
        var parts = new List<string>();
        List<string> heard = [];
        if (layers.Audio is { } audio)
        {
            var (maps, mask, lengths) = Convolve(audio, Normalise(features, frames), frames);
            heard = Pool(maps, mask, lengths);
            string[] beside = Config.SpeakerDim > 0 ? [_graph.Input("speaker", "N", Config.SpeakerDim)] : [];
            parts.Add(Judge([.. heard, .. beside], layers.AudioNorm!));
            if (Config.Descriptors > 0)
            {
                var normal = Limit(descriptors);
                parts.Add(Judge(Describe(normal)));
                if (_model.Radial is { } radial) parts.Add(Compare(normal, radial));
            }
        }
        if (layers.Text is { } text)
        {
            var given = words;
            if (Config.WordVotes) words = _graph.Slice(given, 2, 0, Config.WordDim);
            var (maps, mask, lengths) = Convolve(text, words, count);
            var told = _graph.Spread(_graph.Real(_graph.Node("Greater", [count, _graph.Scalar(0)])), 1);
            var beside = Config.Swem ? Swem(words, count, told) : [];
            parts.Add(_graph.Node("Mul", [Judge([.. Pool(maps, mask, lengths), .. beside], layers.TextNorm!), told]));
            if (Config.WordVotes) parts.Add(_graph.Node("Mul", [Vote(given, count), told]));
            if (layers.AttentionNorm is { } norm) parts.Add(_graph.Node("Mul", [Judge(Attend(heard, maps, mask), norm), told]));
        }
        var sum = parts.Aggregate((one, other) => _graph.Node("Add", [one, other]));
        _graph.Output(_graph.Node("Add", [sum, _graph.Constant(layers.Output.bias!)]), "logits", "N", Config.Labels);
        return _graph.ToBytes();
    }

    private string Limit(string descriptors)
    {
        var (mean, istd, _, _) = _model.DescriptorLayers;
        var normal = _graph.Node("Mul", [_graph.Node("Sub", [descriptors, _graph.Constant(mean!)]), _graph.Constant(istd!)]);
        return _graph.Node("Clip", [normal, _graph.Constant(tensor((float)-MscnnSpu.DescriptorLimit)), _graph.Constant(tensor((float)MscnnSpu.DescriptorLimit))]);
    }

    /// <summary>The hidden layer over the descriptors [N, values], its batch norm merged into it: [N, units].</summary>
    private string Describe(string normal)
    {
        var (_, _, layer, norm) = _model.DescriptorLayers;
        var (weight, bias) = Folding.Normed(layer!.weight, layer.bias, norm!);
        return _graph.Node("Relu", [_graph.Linear(normal, weight, bias)]);
    }

    /// <summary>The radial layer over the descriptors [N, values]: [N, labels].</summary>
    private string Compare(string normal, RadialLayer radial)
    {
        var (centres, weight, bias) = radial.Values;
        var own = _graph.Spread(_graph.Sum(_graph.Node("Mul", [normal, normal]), 1), 1);                    // [N, 1]
        var squares = _graph.Node("Add", [_graph.Linear(normal, centres * -2, (centres * centres).sum(1)), own]);
        var distance = _graph.Node("Max", [squares, _graph.Constant(tensor(0f))]);
        return _graph.Linear(_graph.Node("Exp", [_graph.Node("Mul", [distance, _graph.Constant(tensor((float)(-radial.Width / Config.Descriptors)))])]), weight, bias);
    }

    /// <summary>The utterance's mean and the training's statistics taken away: [N, T, features] → the same.</summary>
    private string Normalise(string features, string frames)
    {
        var valid = _graph.Spread(_graph.Within(frames, features, 1), 2);                                  // [N, T, 1]
        var means = _graph.Node("Div", [_graph.Sum(_graph.Keep(features, valid), 1), _graph.Count(frames)]); // [N, features]
        var kept = cat([ones(Config.CentredFeatures), zeros(Config.Features - Config.CentredFeatures)]);
        var centre = _graph.Node("Add", [_graph.Node("Mul", [means, _graph.Constant(kept)]), _graph.Constant(_model.Layers.Mean!)]);
        return _graph.Node("Mul", [_graph.Node("Sub", [features, _graph.Spread(centre, 1)]), _graph.Constant(_model.Layers.Istd!)]);
    }

    /// <summary>Maps [N, C, positions] that are zero beyond each one's length, their mask [N, 1, positions] and the lengths [N].</summary>
    private (string Maps, string Mask, string Lengths) Convolve(MultiScaleConvolution layers, string sequence, string lengths)
    {
        var valid = _graph.Spread(_graph.Within(lengths, sequence, 1), 2);
        var channels = _graph.Node("Transpose", [_graph.Keep(sequence, valid)], ("perm", [0, 2, 1]));
        var scales = layers.Scales.Select(scale => Convolve(scale, channels)).ToArray();
        var maps = _graph.Node("Relu", [_graph.Node("Concat", scales, ("axis", 1))]);
        var positions = layers.Hop == 1 ? lengths : _graph.Node("Div", [_graph.Node("Add", [lengths, _graph.Scalar(layers.Hop - 1)]), _graph.Scalar(layers.Hop)]);
        var mask = _graph.Spread(_graph.Within(positions, maps, 2), 1);
        return (_graph.Keep(maps, mask), mask, positions);
    }

    private string Convolve(Conv1d scale, string x)
    {
        var (before, after) = MultiScaleConvolution.PaddingOf(scale);
        return _graph.Node("Conv", [x, _graph.Constant(scale.weight), _graph.Constant(scale.bias!)], ("strides", scale.stride), ("pads", [before, after]));
    }

    private List<string> Pool(string maps, string mask, string lengths)
    {
        var pooled = new List<string>();
        var count = _graph.Count(lengths);
        var mean = _graph.Node("Div", [_graph.Sum(maps, 2), count]);
        if (Config.Pooling.HasFlag(Statistics.Max)) pooled.Add(_graph.Node("ReduceMax", [maps], ("axes", [2]), ("keepdims", 0)));
        if (Config.Pooling.HasFlag(Statistics.Mean)) pooled.Add(mean);
        if (!Config.Pooling.HasFlag(Statistics.Deviation)) return pooled;
        var deviations = _graph.Keep(_graph.Node("Sub", [maps, _graph.Spread(mean, 2)]), mask);
        var variance = _graph.Node("Div", [_graph.Sum(_graph.Node("Mul", [deviations, deviations]), 2), count]);
        pooled.Add(_graph.Node("Sqrt", [_graph.Node("Add", [variance, _graph.Constant(tensor((float)StatisticalPooling.Epsilon))])]));
        return pooled;
    }

    private string[] Swem(string words, string count, string told)
    {
        var valid = _graph.Spread(_graph.Within(count, words, 1), 2);
        var largest = _graph.Node("ReduceMax", [_graph.Keep(words, valid, -1e4f)], ("axes", [1]), ("keepdims", 0));
        var mean = _graph.Node("Div", [_graph.Sum(_graph.Keep(words, valid), 1), _graph.Count(count)]);
        return [_graph.Node("Mul", [largest, told]), mean];
    }

    private string Vote(string words, string count)
    {
        var (weight, bias) = _model.Votes;
        var valid = _graph.Spread(_graph.Within(count, words, 1), 2);
        var sum = _graph.Sum(_graph.Keep(_graph.Slice(words, 2, Config.WordDim, Config.WordInputs), valid), 1);
        return _graph.Node("Add", [_graph.Node("Mul", [sum, _graph.Constant(weight!)]), _graph.Constant(bias!)]);
    }

    private string[] Attend(List<string> queries, string maps, string mask)
    {
        var values = _graph.Node("Transpose", [maps], ("perm", [0, 2, 1]));
        var scale = _graph.Constant(tensor((float)(1 / Math.Sqrt(Config.Channels))));
        return [.. queries.Select(query =>
        {
            var scores = _graph.Node("MatMul", [_graph.Spread(_graph.Node("Mul", [query, scale]), 1), maps]);   // [N, 1, W]
            var shares = _graph.Node("Softmax", [_graph.Keep(scores, mask, -1e4f)], ("axis", -1));
            return _graph.Node("Squeeze", [_graph.Node("MatMul", [shares, values]), _graph.Constant(1)]);
        })];
    }

    /// <summary>What a part of the pooled vector adds to the logits, its batch norm merged into the dense layer; without the layer's bias.</summary>
    private string Judge(ReadOnlySpan<string> part, BatchNorm norm)
    {
        var (scale, shift) = Folding.Affine(norm);
        var weight = NextWeight(scale.size(0));
        var joined = part.Length == 1 ? part[0] : _graph.Node("Concat", part, ("axis", 1));
        return _graph.Linear(joined, weight * scale, weight.matmul(shift));
    }

    /// <summary>The same of a part that has no batch norm of its own.</summary>
    private string Judge(string part) => _graph.Linear(part, NextWeight(Config.DescriptorUnits), zeros(Config.Labels));

    /// <summary>The dense layer's weights of the next so many values, in double precision.</summary>
    private Tensor NextWeight(long values)
    {
        var weight = _model.Layers.Output.weight.to(float64).narrow(1, _read, values);
        _read += values;
        return weight;
    }
}
