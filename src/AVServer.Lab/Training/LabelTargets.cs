using static TorchSharp.torch;

namespace AVServer.Lab.Training;

/// <summary>What a classifier is to say.</summary>
internal static class LabelTargets
{
    /// <summary>Labels [B] as distributions [B, labels], a share of each spread over all (label smoothing).</summary>
    internal static Tensor Of(IReadOnlyList<int> labels, int count, double smoothing)
    {
        var values = new float[labels.Count * count];
        Array.Fill(values, (float)(smoothing / count));
        for (var i = 0; i < labels.Count; i++) values[(i * count) + labels[i]] += (float)(1 - smoothing);
        return tensor(values, [labels.Count, count]);
    }
}
