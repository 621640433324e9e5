namespace AVServer.Lab.Zoo;

/// <summary>A network that belongs into the zoo's table and isn't written yet.</summary>
/// <param name="Name">What the literature calls it.</param>
/// <param name="Paper">Where it is from.</param>
/// <param name="Reason">What it lacks here.</param>
internal sealed record UnwrittenNetwork(string Name, string Paper, string Reason)
{
    /// <summary>All of them.</summary>
    internal static IReadOnlyList<UnwrittenNetwork> All { get; } =
    [
        new("KWT, distilled", "Berg et al. 2021, arXiv 2104.00769, §3.2", "kwt is there; its loss on a teacher's labels is not"),
        new("CondenseNet", "Huang et al. 2018, arXiv 1711.09224", "needs a choice of channels as an operation, and pruning in stages"),
        new("DS-CNN with feature attention", "Lei et al. 2022", "ds-cnn is there; syllables, CTC and the large teacher are not"),
        new("TCN cascade", "Giraldo et al. 2021", "its two sizes are rows of dtc; the switch between them is not"),
        new("DCCRN-KWS", "Lv et al. 2023, arXiv 2305.12331", "needs complex spectra as input, and a speaker's embedding as a bias"),
        new("UniKW-AT", "Dinkel et al. 2022, arXiv 2209.11377", "mobilenet-v2 is there; AudioSet's classes are not among the corpora"),
        new("Spiking network", "leaky integrate and fire, surrogate gradient", "no definition yet"),
        new("I3D", "Peng et al. 2023, arXiv 2303.07624", "kwt is there; its gates are not"),
        new("GroupMixFormer", "Ge et al. 2023, arXiv 2311.15157", "no definition yet"),
        new("Neighborhood Attention", "Hassani et al. 2023, arXiv 2204.07143", "needs attention within a moving window as an operation"),
        new("SCConv", "Li et al. 2023, CVPR", "no definition yet"),
        new("OctConv", "Chen et al. 2019, arXiv 1904.05049", "needs a picture made larger as an operation"),
        new("MicroNet", "Li et al. 2021, arXiv 2108.05894", "no definition yet"),
    ];
}
