using AVServer.Networks;
using AVServer.Runtime.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AVServer.Lab.Export;

/// <content>Layers: those of libtorch as operators, those of the project by what they are made of.</content>
internal sealed partial class GraphValue
{
    public override Value Apply(Module<Tensor, Tensor> layer) => layer switch
    {
        Layer own => own.Compute(this),
        Sequential several => several.children().Cast<Module<Tensor, Tensor>>().Aggregate((Value)this, (x, each) => x.Apply(each)),
        TorchSharp.Modules.Linear linear => Linear(linear.weight, linear.bias),
        Convolution convolution => Convolve(
            convolution.weight!, convolution.bias,
                new Window(convolution.stride, convolution.padding ?? [0], convolution.dilation, convolution.groups)),
        BatchNorm norm => Scale(norm),
        LayerNorm norm => Node(
            "LayerNormalization", [Name, Of(Constant(norm.weight!)), Of(Constant(norm.bias!))], Shape, ("axis", -1),
                ("epsilon", (float)norm.eps)),
        TorchSharp.Modules.Dropout or TorchSharp.Modules.Dropout2d => this,
        _ => throw new NotSupportedException($"Expected a layer that a graph can be written of, got {layer.GetName()}."),
    };

    public override Value Linear(Tensor weight, Tensor? bias)
    {
        var product = MatMul(Constant(weight.t()));
        return bias is null ? product : product + bias;
    }

    public override Value Convolve(Tensor weight, Tensor? bias, Window? window = null)
    {
        var axes = (int)weight.dim() - 2;
        var (stride, padding, dilation, groups) = window ?? new Window();
        long[] Each(long[] numbers) => numbers.Length == axes ? numbers : [.. Enumerable.Repeat(numbers[0], axes)];
        var (strides, pads, dilations) = (Each(stride), Each(padding), Each(dilation));
        Axis[] moved = [.. Enumerable.Range(0, axes).Select(
            axis => Moved(Shape[axis + 2], weight.size(axis + 2), strides[axis], pads[axis], dilations[axis]))];
        _graph.Count([Shape[0], .. moved, .. weight.shape.Select(length => (Axis)length)]);
        string[] inputs = bias is null ? [Name, Of(Constant(weight))] : [Name, Of(Constant(weight)), Of(Constant(bias))];
        return Node(
            "Conv", inputs, [Shape[0], weight.size(0), .. moved], ("strides", strides), ("pads", (long[])[.. pads, .. pads]),
                ("dilations", dilations), ("group", groups));
    }

    public override Value Attend(MultiheadAttention attention, int heads)
    {
        Tensor Weight(string name) => attention.get_parameter(name)!;
        var output = Weight("out_proj.weight");
        var (dim, inside) = (output.size(0), Weight("in_proj_weight"));
        // The query's scale goes into its weights.
        var scale = cat([full([dim], 1 / Math.Sqrt((double)dim / heads), float64), ones([2 * dim], float64)]);
        var projected = Linear(inside.to(float64) * scale.unsqueeze(1), Weight("in_proj_bias").to(float64) * scale);  // [L, N, 3 · D]
        var parts = projected.Reshape(0, 0, 3, heads, dim / heads).Permute(2, 1, 3, 0, 4);                            // [3, N, heads, L, d]
        var (query, key, value) = (parts.Narrow(0, 0, 1).Squeeze(0), parts.Narrow(0, 1, 1).Squeeze(0), parts.Narrow(0, 2, 1).Squeeze(0));
        var shares = query.MatMul(key.Transpose(2, 3)).Softmax(3);                                                    // [N, heads, L, L]
        return shares.MatMul(value).Permute(2, 0, 1, 3).Reshape(0, 0, dim).Linear(output, Weight("out_proj.bias"));   // [L, N, D]
    }

    public override Value Recur(Module recurrent)
    {
        var (gates, order) = recurrent switch
        {
            // ONNX: input, output, forget, cell; libtorch: input, forget, cell, output.
            TorchSharp.Modules.LSTM => (4L, new long[] { 0, 3, 1, 2 }),
            // ONNX: update, reset, new; libtorch: reset, update, new.
            TorchSharp.Modules.GRU => (3L, [1, 0, 2]),
            _ => throw new NotSupportedException($"Expected an LSTM or a GRU, got {recurrent.GetName()}."),
        };
        Tensor Gates(string name)
        {
            var parts = recurrent.get_parameter(name)!.chunk(gates, 0);
            return cat([.. order.Select(gate => parts[gate])], 0);
        }

        var (input, hidden) = (Gates("weight_ih_l0"), Gates("weight_hh_l0"));
        var size = hidden.size(1);
        var bias = cat([Gates("bias_ih_l0"), Gates("bias_hh_l0")]);
        var states = gates == 4 ? 2 : 1;
        GraphValue[] before = _graph.Streams ? [.. Enumerable.Range(0, states).Select(_ => _graph.AddInput(Shape[0], 1, size))] : [];
        _graph.Count(Shape[0], Shape[1], gates * size, Shape[2] + size);
        string[] inputs = [Of(Permute(1, 0, 2)), .. new[] { input, hidden, bias }.Select(weight => Of(Constant(weight.unsqueeze(0)))),
            .. before.Length == 0
            ? Array.Empty<string>()
            : ["", .. before.Select(state => Of(state.Permute(1, 0, 2)))]];
        OnnxAttribute[] attributes = gates == 4 ? [("hidden_size", size)] : [("hidden_size", size), ("linear_before_reset", 1)];
        var outputs = _graph.Nodes(gates == 4 ? "LSTM" : "GRU", inputs, 1 + states, attributes);
        for (var i = 0; i < before.Length; i++)
            _graph.DeclareCache(before[i], (GraphValue)new GraphValue(_graph, outputs[1 + i], [1, Shape[0], size]).Permute(1, 0, 2));
        return new GraphValue(_graph, outputs[0], [Shape[1], 1, Shape[0], size]).Squeeze(1).Permute(1, 0, 2);
    }

    public override Value Past(int axis, int steps, bool silence)
    {
        if (steps == 0) return this;
        if (!_graph.Streams) return silence ? Pad(axis, steps, 0) : this;
        // A sequence of vectors is kept with time before its values, anything else as it stands.
        var swap = Rank == 3 && At(axis) == 2;
        var past = swap ? _graph.AddInput(Shape[0], steps, Shape[1]) : _graph.AddInput(With(axis, steps));
        var seen = (swap ? past.Transpose(1, 2) : past).Concat(At(axis), this);
        var last = seen.Narrow(axis, -steps, steps);
        _graph.DeclareCache(past, (GraphValue)(swap ? last.Transpose(1, 2) : last));
        return seen;
    }

    /// <summary>A batch norm as it is at evaluation: a scale and a shift for each channel.</summary>
    private Value Scale(BatchNorm norm)
    {
        var scale = norm.weight!.to(float64) / (norm.running_var!.to(float64) + norm.eps).sqrt();
        var shift = norm.bias!.to(float64) - (norm.running_mean!.to(float64) * scale);
        long[] channels = [-1, .. Enumerable.Repeat(1L, Rank - 2)];
        return (this * scale.reshape(channels)) + shift.reshape(channels);
    }

    /// <summary>Length of an axis behind a kernel that moves along it.</summary>
    private static Axis Moved(Axis length, long taps, long stride, long padding, long dilation)
    {
        var span = ((taps - 1) * dilation) + 1;
        var room = length + ((2 * padding) - span);
        if (room.IsFixed) return (room.Length / stride) + 1;
        if (stride == 1) return room + 1;
        return span == stride && padding == 0 ? $"{length}/{stride}" : $"({room})/{stride}+1";
    }
}
