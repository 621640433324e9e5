using AVServer.Networks;
using AVServer.Runtime;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace AVServer.Lab.Import.Kaldi;

/// <summary>Takes a <see cref="PhoneNet"/>'s weights from a Kaldi chain model of factorised layers.</summary>
internal static class PhoneNetImport
{
    /// <summary>The network with the model's weights.</summary>
    /// <exception cref="InvalidDataException">The model is built otherwise.</exception>
    public static PhoneNet Build(KaldiNetwork model)
    {
        // Before the scope, which would take its tensors along.
        var net = new PhoneNet(new PhoneNetConfig());
        using var mode = no_grad();
        using var scope = NewDisposeScope();
        var layers = net.Layers;
        First(model, layers.First, net.Config);
        Norm(model, "tdnn1.batchnorm", layers.FirstNorm);
        var number = 2;
        foreach (var layer in layers.Fast.Concat(layers.Slow))
        {
            Convolution(model, $"tdnnf{number}.linear", layer.Layers.Linear);
            Convolution(model, $"tdnnf{number}.affine", layer.Layers.Affine);
            Bias(model.Vector($"tdnnf{number}.affine", "BiasParams"), layer.Layers.Affine);
            Norm(model, $"tdnnf{number++}.batchnorm", layer.Layers.Norm);
        }
        Weight(model.Matrix("prefinal-l", "Params"), layers.Bottleneck);
        Weight(model.Matrix("prefinal-chain.affine", "LinearParams"), layers.Hidden);
        Bias(model.Vector("prefinal-chain.affine", "BiasParams"), layers.Hidden);
        Norm(model, "prefinal-chain.batchnorm1", layers.HiddenNorm);
        Weight(model.Matrix("prefinal-chain.linear", "Params"), layers.Code);
        Output(model, layers.Output);
        net.eval();
        return net;
    }

    // The splice of three frames, the LDA and the first layer are linear, one behind the other: one convolution. Columns of the speaker
    // vector fall away.
    private static void First(KaldiNetwork model, Conv1d target, PhoneNetConfig config)
    {
        var (lda, ldaBias) = (Matrix(model.Matrix("lda", "LinearParams")), Vector(model.Vector("lda", "BiasParams")));
        var (affine, bias) = (Matrix(model.Matrix("tdnn1.affine", "LinearParams")), Vector(model.Vector("tdnn1.affine", "BiasParams")));
        var spliced = affine.mm(lda.narrow(1, 0, 3 * config.Ceps)).reshape(config.Width, 3, config.Ceps);
        target.weight.copy_(spliced.transpose(1, 2));
        target.bias!.copy_(affine.mm(ldaBias.unsqueeze(1)).squeeze(1) + bias);
    }

    // Kaldi lays the offsets side by side, each with all channels; a convolution has the taps innermost.
    private static void Convolution(KaldiNetwork model, string component, Conv1d target)
    {
        var (values, rows, columns) = model.Matrix(component, "LinearParams");
        var taps = target.weight.size(2);
        target.weight.copy_(tensor(values).reshape(rows, taps, columns / taps).transpose(1, 2));
    }

    private static void Weight((float[] Values, int Rows, int Columns) matrix, Conv1d target) =>
        target.weight.copy_(Matrix(matrix).unsqueeze(2));

    private static void Bias(float[] values, Conv1d target) => target.bias!.copy_(tensor(values));

    private static void Norm(KaldiNetwork model, string component, ChannelAffine target)
    {
        var (scale, shift) = Statistics(model, component);
        target.Values.Scale.copy_(scale.unsqueeze(1));
        target.Values.Shift.copy_(shift.unsqueeze(1));
    }

    // The last norm stands before a linear layer, and goes into it.
    private static void Output(KaldiNetwork model, Conv1d target)
    {
        var (scale, shift) = Statistics(model, "prefinal-chain.batchnorm2");
        var weight = Matrix(model.Matrix("output.affine", "LinearParams"));
        target.weight.copy_((weight * scale).unsqueeze(2));
        target.bias!.copy_(weight.mm(shift.unsqueeze(1)).squeeze(1) + Vector(model.Vector("output.affine", "BiasParams")));
    }

    private static (Tensor Scale, Tensor Shift) Statistics(KaldiNetwork model, string component)
    {
        var (scale, shift) = model.BatchNorm(component);
        return (Vector(scale), Vector(shift));
    }

    private static Tensor Matrix((float[] Values, int Rows, int Columns) matrix) =>
        tensor(matrix.Values).reshape(matrix.Rows, matrix.Columns);

    private static Tensor Vector(float[] values) => tensor(values);
}
