using AVServer.Models.Flcma;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace AVServer.Lab.Export;

/// <summary>
/// <see cref="FlcmaEnsemble"/> as a graph: <c>fbank</c> [N, frames, mels], <c>lips</c> [N, T, V] and <c>presence</c> [N, 2] →
/// <c>posterior</c> [N, 1]; N is free.
/// </summary>
/// <remarks>
/// Tokens are rows [N · T, D] of one modality, so that products and their biases are one operator; only attention, depthwise
/// convolution and fusion see windows.
/// </remarks>
internal sealed class FlcmaGraph
{
    private readonly FlcmaConfig _config;
    private readonly OldGraph _graph = new(nameof(FlcmaEnsemble));

    private FlcmaGraph(FlcmaConfig config) => _config = config;

    internal static byte[] Build(FlcmaEnsemble ensemble)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        return new FlcmaGraph(ensemble.Config).Compose(ensemble.Members);
    }

    private byte[] Compose(IReadOnlyList<FlcmaConformer> members)
    {
        var fbank = _graph.Input("fbank", "N", _config.AudioFrames, _config.Mels);
        var lips = Normalise(_graph.Input("lips", "N", _config.VideoFrames, _config.LipValues));
        var presence = _graph.Node("Split", 2, [_graph.Input("presence", "N", 2), _graph.Constant(1, 1)], ("axis", 1));
        var votes = members.Select(member => Vote(member, fbank, lips, presence)).ToArray();
        _graph.Output(_graph.Node("Sigmoid", [_graph.Node("Mean", votes)]), "posterior", "N", 1);
        return _graph.ToBytes();
    }

    /// <summary>A member's logits [N, 1].</summary>
    private string Vote(FlcmaConformer member, string fbank, string lips, string[] presence)
    {
        var layers = member.Layers;
        var scale = layers.Positions.Scale;
        var heard = Subsample(layers.Subsampler, fbank, scale);
        var seen = _graph.Linear(Rows(lips, _config.LipValues), layers.LipProjection.weight * scale, layers.LipProjection.bias! * scale);
        var (audio, video) = (Place(heard, presence[0], layers.AbsentAudio, layers.Positions), Place(seen, presence[1], layers.AbsentVideo, layers.Positions));
        foreach (var block in layers.Blocks) (audio, video) = Block(block, audio, video);
        return Classify(layers.Classifier, Fuse(layers.Fusion, audio, video));
    }

    private string Rows(string x, long values) => _graph.Node("Reshape", [x, _graph.Constant(-1, values)]);

    private string Windows(string rows) => _graph.Node("Reshape", [rows, _graph.Constant(-1, _config.VideoFrames, _config.Dim)]);

    /// <summary>[N, frames, mels] → scaled tokens.</summary>
    private string Subsample(AudioSubsampler subsampler, string fbank, double scale)
    {
        var (first, second, project) = subsampler.Layers;
        var map = _graph.Node("Unsqueeze", [Centre(fbank), _graph.Constant(1)]);
        var hidden = _graph.Node("Relu", [_graph.Convolve(map, first)]);
        var maps = _graph.Node("Relu", [_graph.Convolve(hidden, second)]);                                 // [N, channels, T, mels / 4]
        var moments = Rows(_graph.Node("Transpose", [maps], ("perm", [0, 2, 1, 3])), project.weight.size(1));
        return _graph.Linear(moments, project.weight * scale, project.bias! * scale);
    }

    /// <summary>Lip features and measures as <see cref="LipNormalisation"/> leaves them.</summary>
    private string Normalise(string lips)
    {
        if (_config.LipMeasures == 0) return _config.IndependentOfLooks ? Centre(lips) : lips;
        var parts = _graph.Node("Split", 2, [lips, _graph.Constant(_config.LipFeatures, _config.LipMeasures)], ("axis", 2));
        var measures = Centre(parts[1]);
        var deviation = _graph.Node("Sqrt", [MeanOverTime(_graph.Node("Mul", [measures, measures]))]);
        var standardised = _graph.Node("Div", [measures, _graph.Node("Add", [deviation, _graph.Constant(tensor((float)LipNormalisation.Tremble))])]);
        return _graph.Node("Concat", [_config.IndependentOfLooks ? Centre(parts[0]) : parts[0], standardised], ("axis", 2));
    }

    private string Centre(string x) => _graph.Node("Sub", [x, MeanOverTime(x)]);

    private string MeanOverTime(string x) => _graph.Node("ReduceMean", [x], ("axes", [1]), ("keepdims", 1));

    /// <summary>The learnt vector where the modality is absent; then the positions.</summary>
    private string Place(string tokens, string present, Tensor absent, Positions positions)
    {
        var believed = _graph.Node("Unsqueeze", [_graph.Node("Greater", [present, _graph.Constant(tensor(0.5f))]), _graph.Constant(2)]);
        var placed = _graph.Node("Where", [believed, Windows(tokens), _graph.Constant(absent * positions.Scale)]);
        return Rows(_graph.Node("Add", [placed, _graph.Constant(positions.Added)]), _config.Dim);
    }

    private (string Audio, string Video) Block(FlcmaBlock block, string audio, string video)
    {
        var (ofAudio, ofVideo, crossModal) = block.Layers;
        var both = CrossModal(crossModal.Attention, Enter(ofAudio, audio), Enter(ofVideo, video));
        return (Leave(ofAudio, both[0]), Leave(ofVideo, both[1]));
    }

    private string[] CrossModal(SelfAttentionModule module, string audio, string video)
    {
        var pairs = Rows(_graph.Node("Concat", [audio, video], ("axis", 1)), _config.Dim);                 // two rows for each moment
        var moments = Rows(Attend(module, pairs, length: 2), 2 * _config.Dim);
        return _graph.Node("Split", 2, [moments, _graph.Constant(_config.Dim, _config.Dim)], ("axis", 1));
    }

    private string Enter(ConformerBlock block, string x) =>
        block.Layers.FeedForward1 is { } feedForward ? FeedForward(feedForward, x, 0.5) : x;

    private string Leave(ConformerBlock block, string x)
    {
        var (_, attention, convolution, feedForward, norm) = block.Layers;
        x = Attend(attention, x, _config.VideoFrames);
        if (convolution is not null) x = Convolve(convolution, x);
        return _graph.Normalise(FeedForward(feedForward, x, convolution is null ? 1 : 0.5), norm);
    }

    /// <summary>A feed-forward module, weighted, beside its residual.</summary>
    private string FeedForward(FeedForwardModule module, string x, double weight)
    {
        var (norm, expand, contract) = module.Layers;
        var hidden = _graph.Silu(_graph.Linear(_graph.Normalise(x, norm), expand));
        return _graph.Node("Add", [x, _graph.Linear(hidden, contract.weight * weight, contract.bias! * weight)]);
    }

    /// <summary>Attention beside its residual.</summary>
    private string Attend(SelfAttentionModule module, string x, int length) =>
        _graph.Node("Add", [x, _graph.Attend(x, module, _config.Heads, length)]);

    /// <summary>The convolution module beside its residual; pointwise convolutions are products of rows.</summary>
    private string Convolve(ConvolutionModule module, string x)
    {
        var (norm, expand, depthwise, batchNorm, contract) = module.Layers;
        var halves = _graph.Node("Split", 2, [Pointwise(expand, _graph.Normalise(x, norm)), _graph.Constant(_config.Dim, _config.Dim)], ("axis", 1));
        var gated = _graph.Node("Mul", [halves[0], _graph.Node("Sigmoid", [halves[1]])]);
        var channels = _graph.Node("Transpose", [Windows(gated)], ("perm", [0, 2, 1]));
        var convolved = _graph.Silu(_graph.Convolve(channels, (depthwise, batchNorm)));
        return _graph.Node("Add", [x, Pointwise(contract, Rows(_graph.Node("Transpose", [convolved], ("perm", [0, 2, 1])), _config.Dim))]);
    }

    private string Pointwise(Conv1d convolution, string x) => _graph.Linear(x, convolution.weight.squeeze(2), convolution.bias!);

    /// <summary>Both modalities' rows → windows [N, T, D].</summary>
    private string Fuse(ConvolutionFusion fusion, string audio, string video)
    {
        var (first, second, third) = fusion.Layers;
        var axis = _graph.Constant(1);
        var maps = _graph.Node("Concat", [_graph.Node("Unsqueeze", [Windows(audio), axis]), _graph.Node("Unsqueeze", [Windows(video), axis])], ("axis", 1));
        var hidden = _graph.Silu(_graph.Convolve(_graph.Silu(_graph.Convolve(maps, first)), second));
        return _graph.Node("Squeeze", [_graph.Convolve(hidden, third), axis]);
    }

    private string Classify(WindowClassifier classifier, string windows)
    {
        var (pooling, hidden, output) = classifier.Layers;
        var (attend, score) = pooling.Layers;
        var scores = _graph.Node("MatMul", [_graph.Node("Tanh", [_graph.Linear(Rows(windows, _config.Dim), attend)]), _graph.Constant(score.weight.t())]);
        var shares = _graph.Node("Softmax", [_graph.Node("Reshape", [scores, _graph.Constant(-1, _config.VideoFrames, 1)])], ("axis", 1));
        var pooled = _graph.Node("ReduceSum", [_graph.Node("Mul", [windows, shares]), _graph.Constant(1)], ("keepdims", 0));
        return _graph.Linear(_graph.Node("Relu", [_graph.Linear(pooled, hidden)]), output);
    }
}
