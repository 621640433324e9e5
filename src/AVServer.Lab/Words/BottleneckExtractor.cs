using AVServer.Lab.Training.Phones;
using AVServer.Networks;
using static TorchSharp.torch;

namespace AVServer.Lab.Words;

/// <summary>Bottleneck features of a phone network: what its last layer takes, short vectors that are kept for as often as words are searched.</summary>
internal sealed class BottleneckExtractor : IDisposable
{
    private const int SampleRateHz = 16_000;
    private readonly PhoneNet _net;
    private readonly PhoneCepstra _cepstra;
    private readonly Tensor _weight;
    private readonly Tensor _bias;

    /// <param name="net">The network, in evaluation mode.</param>
    /// <param name="noiseVariance">Variance of the white noise that is added in expectation.</param>
    public BottleneckExtractor(PhoneNet net, float noiseVariance)
    {
        (_net, _cepstra) = (net, new PhoneCepstra(noiseVariance));
        using var mode = no_grad();
        _weight = net.Layers.Output.weight.squeeze(2).t().contiguous().detach();
        _bias = net.Layers.Output.bias!.detach();
    }

    /// <summary>Values of a vector.</summary>
    public int Dim => _net.Config.Rank;

    /// <summary>Outputs of the network.</summary>
    public int States => _net.Config.States;

    /// <summary>The last layer: weights [states, <see cref="Dim"/>] and bias.</summary>
    public (float[] Weights, float[] Bias) Output
    {
        get
        {
            using var scope = NewDisposeScope();
            return (_weight.t().contiguous().data<float>().ToArray(), _bias.data<float>().ToArray());
        }
    }

    /// <summary>Vectors of a recording, [outputs, <see cref="Dim"/>], with half a second of silence behind it as the server hears it.</summary>
    /// <param name="samples">Sound in [-1, 1).</param>
    public float[] Encode(ReadOnlySpan<float> samples)
    {
        var padded = new float[samples.Length + (SampleRateHz / 2)];
        samples.CopyTo(padded);
        return EncodeUnpadded(padded);
    }

    /// <summary>Vectors of a recording, [outputs, <see cref="Dim"/>]; at its edges its first and its last frame stand on.</summary>
    /// <param name="samples">Sound in [-1, 1).</param>
    public float[] EncodeUnpadded(ReadOnlySpan<float> samples)
    {
        var (frames, context) = (_cepstra.FramesOf(samples.Length), _net.Config.ContextFrames);
        var cepstra = new float[(frames + (2 * context)) * _cepstra.Dim];
        _cepstra.Compute(samples, cepstra.AsSpan(context * _cepstra.Dim));
        for (var i = 0; i < context; i++)
        {
            cepstra.AsSpan(context * _cepstra.Dim, _cepstra.Dim).CopyTo(cepstra.AsSpan(i * _cepstra.Dim));
            cepstra.AsSpan((context + frames - 1) * _cepstra.Dim, _cepstra.Dim).CopyTo(cepstra.AsSpan((context + frames + i) * _cepstra.Dim));
        }
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        return _net.Encode(tensor(cepstra).reshape(1, -1, _cepstra.Dim))[0].t().contiguous().data<float>().ToArray();
    }

    /// <summary>Scores of the states: [outputs, <see cref="Dim"/>] → [outputs, <see cref="States"/>].</summary>
    public float[] Score(float[] codes)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        return (tensor(codes).reshape(-1, Dim).mm(_weight) + _bias).data<float>().ToArray();
    }

    public void Dispose()
    {
        _weight.Dispose();
        _bias.Dispose();
    }
}
