using TorchSharp.Interop;

namespace TorchSharp.Modules;

/// <summary>What GRU and LSTM share: for each layer and direction weight_ih [gates·hidden, in], weight_hh [gates·hidden, hidden] and two biases.</summary>
public abstract class Recurrent : torch.nn.Module
{
    private readonly int _gates;
    private readonly double _dropout;
    private readonly List<Parameter> _weights = [];

    private protected Recurrent(string name, int gates, in RecurrentShape shape, torch.Device? device, torch.ScalarType? dtype) : base(name)
    {
        _gates = gates;
        _dropout = shape.Dropout;
        hidden_size = shape.HiddenSize;
        num_layers = shape.Layers;
        has_bias = shape.Bias;
        batch_first = shape.BatchFirst;
        bidirectional = shape.Bidirectional;
        for (var layer = 0; layer < num_layers; layer++)
        {
            var input = layer == 0 ? shape.InputSize : hidden_size * Directions;
            AddWeights($"_l{layer}", input, device, dtype);
            if (bidirectional) AddWeights($"_l{layer}_reverse", input, device, dtype);
        }
    }

    public long hidden_size { get; }

    public long num_layers { get; }

    public bool has_bias { get; }

    public bool batch_first { get; }

    public bool bidirectional { get; }

    private int Directions => bidirectional ? 2 : 1;

    private protected torch.Tensor[] Run(string name, torch.Tensor input, Argument state) =>
        Aten.CallMany(name, input, state, _weights.ToArray<torch.Tensor>(), has_bias, num_layers, _dropout, training, bidirectional, batch_first);

    private protected torch.Tensor FirstState(torch.Tensor input) =>
        torch.zeros([num_layers * Directions, input.shape[batch_first ? 0 : 1], hidden_size], input.dtype, input.device);

    private void AddWeights(string suffix, long inputSize, torch.Device? device, torch.ScalarType? dtype)
    {
        AddWeight("weight_ih" + suffix, [_gates * hidden_size, inputSize], device, dtype);
        AddWeight("weight_hh" + suffix, [_gates * hidden_size, hidden_size], device, dtype);
        if (!has_bias) return;
        AddWeight("bias_ih" + suffix, [_gates * hidden_size], device, dtype);
        AddWeight("bias_hh" + suffix, [_gates * hidden_size], device, dtype);
    }

    private void AddWeight(string name, long[] shape, torch.Device? device, torch.ScalarType? dtype)
    {
        var bound = 1 / Math.Sqrt(hidden_size);
        var weight = new Parameter(torch.empty(shape, dtype, device));
        torch.nn.init.uniform_(weight, -bound, bound);
        register_parameter(name, weight);
        _weights.Add(weight);
    }
}

internal readonly record struct RecurrentShape(
    long InputSize, long HiddenSize, long Layers, bool Bias, bool BatchFirst, double Dropout, bool Bidirectional);

/// <summary>Gated recurrent units.</summary>
public sealed class GRU : Recurrent
{
    internal GRU(in RecurrentShape shape, torch.Device? device, torch.ScalarType? dtype) : base(nameof(GRU), 3, shape, device, dtype)
    {
    }

    /// <summary>Runs over a sequence.</summary>
    /// <param name="input">[length, batch, features], or [batch, length, features] if batch first.</param>
    /// <param name="h0">The state before it, [layers · directions, batch, hidden]; zeros if left out.</param>
    /// <returns>The outputs of the last layer at each step, and the state after the sequence.</returns>
    public (torch.Tensor output, torch.Tensor h_n) forward(torch.Tensor input, torch.Tensor? h0 = null)
    {
        using var zeros = h0 is null ? FirstState(input) : null;
        var results = Run("gru.input", input, h0 ?? zeros!);
        return (results[0], results[1]);
    }

    public (torch.Tensor output, torch.Tensor h_n) call(torch.Tensor input, torch.Tensor? h0 = null) => forward(input, h0);
}

/// <summary>Long short-term memory.</summary>
public sealed class LSTM : Recurrent
{
    internal LSTM(in RecurrentShape shape, torch.Device? device, torch.ScalarType? dtype) : base(nameof(LSTM), 4, shape, device, dtype)
    {
    }

    /// <summary>Runs over a sequence.</summary>
    /// <param name="input">[length, batch, features], or [batch, length, features] if batch first.</param>
    /// <param name="h0_c0">Hidden and cell state before it, each [layers · directions, batch, hidden]; zeros if left out.</param>
    /// <returns>The outputs of the last layer at each step, and both states after the sequence.</returns>
    public (torch.Tensor output, torch.Tensor h_n, torch.Tensor c_n) forward(torch.Tensor input, (torch.Tensor h0, torch.Tensor c0)? h0_c0 = null)
    {
        using var zeros = h0_c0 is null ? FirstState(input) : null;
        var results = Run("lstm.input", input, new[] { h0_c0?.h0 ?? zeros!, h0_c0?.c0 ?? zeros! });
        return (results[0], results[1], results[2]);
    }

    public (torch.Tensor output, torch.Tensor h_n, torch.Tensor c_n) call(torch.Tensor input, (torch.Tensor h0, torch.Tensor c0)? h0_c0 = null) => forward(input, h0_c0);
}
