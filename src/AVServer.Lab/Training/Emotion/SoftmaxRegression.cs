using static TorchSharp.torch;

namespace AVServer.Lab.Training.Emotion;

/// <summary>
/// Multinomial logistic regression with a ridge, fitted on all examples at once by Nesterov's accelerated gradient: no chance, no steps to
/// choose.
/// </summary>
/// <remarks>The loss is strictly convex: whoever minimises it finds the same weights.</remarks>
internal static class SoftmaxRegression
{
    private const int Rounds = 400;
    private const int PowerRounds = 20;

    /// <summary>Fits weights and biases.</summary>
    /// <param name="values">Examples [rows, values]; not kept.</param>
    /// <param name="labels">Their labels.</param>
    /// <param name="count">Number of labels, each of which weighs as much as any other.</param>
    /// <param name="decay">Adds decay ÷ 2 · the weights' sum of squares to the mean loss; biases are free.</param>
    /// <returns>Weights [labels, values], row after row, and biases [labels].</returns>
    internal static (float[] Weights, float[] Biases) Fit(Tensor values, IReadOnlyList<int> labels, int count, double decay)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var (rows, dim) = (labels.Count, (int)values.size(1));
        var (targets, shares) = Targets(labels, count);
        var x = cat([values, ones(rows, 1)], 1);                                                    // the last value stands for the bias
        var kept = cat([full([dim, 1], decay, float32), zeros(1, 1)], 0);                          // [dim + 1, 1]
        var step = 1 / ((0.5 * LargestCurvature(x, shares)) + decay);
        var weights = zeros(dim + 1, count);
        var ahead = weights;
        var momentum = 1.0;
        for (var round = 0; round < Rounds; round++)
        {
            using var inner = NewDisposeScope();
            var error = (x.matmul(ahead).softmax(1) - targets) * shares;                           // [rows, labels]
            var next = ahead - ((x.t().matmul(error) + (ahead * kept)) * step);
            var faster = (1 + Math.Sqrt(1 + (4 * momentum * momentum))) / 2;
            ahead = (next + ((next - weights) * ((momentum - 1) / faster))).MoveToOuterDisposeScope();
            weights = next.MoveToOuterDisposeScope();
            momentum = faster;
        }
        var fitted = weights.narrow(0, 0, dim).t().contiguous();
        return (fitted.data<float>().ToArray(), weights.narrow(0, dim, 1).contiguous().data<float>().ToArray());
    }

    /// <summary>Labels as rows with a single 1, and each example's share of the mean loss [rows, 1].</summary>
    private static (Tensor Targets, Tensor Shares) Targets(IReadOnlyList<int> labels, int count)
    {
        var (wanted, share, of) = (new float[labels.Count * count], new float[labels.Count], new int[count]);
        foreach (var label in labels) of[label]++;
        var present = of.Count(examples => examples > 0);
        for (var i = 0; i < labels.Count; i++)
        {
            wanted[(i * count) + labels[i]] = 1;
            share[i] = 1f / (present * of[labels[i]]);
        }
        return (tensor(wanted).view(labels.Count, count), tensor(share).view(-1, 1));
    }

    /// <summary>Largest eigenvalue of the examples' second moments, by power iteration, a little more to be safe.</summary>
    private static double LargestCurvature(Tensor x, Tensor shares)
    {
        var direction = ones(x.size(1), 1);
        var length = 0.0;
        for (var round = 0; round < PowerRounds; round++)
        {
            using var inner = NewDisposeScope();
            var turned = x.t().matmul(x.matmul(direction) * shares);
            length = Math.Sqrt((turned * turned).sum().item<float>());
            direction = (turned / length).MoveToOuterDisposeScope();
        }
        return 1.2 * length;
    }
}
