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
        new("DCCRN-KWS", "Lv et al. 2023, arXiv 2305.12331",
            "its denoiser is given complex spectra and gives sound back, where every row here is given log-mel values, without phase; "
            + "and its bias is the embedding of a speaker network (ECAPA-TDNN) of which none is among the models"),
    ];
}
