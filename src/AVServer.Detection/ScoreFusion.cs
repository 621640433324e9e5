namespace AVServer.Detection;

/// <summary>
/// Joins what a typed word's score says with what a model that was trained for the same keyword says of the same moment: late fusion by a
/// weighted sum of log-odds.
/// </summary>
/// <remarks>
/// The two hear different features and err on different voices and other words. A model that wasn't asked, because its first stage heard
/// nothing, says as much as one that is sure of nothing: so its score can only add.
/// </remarks>
public static class ScoreFusion
{
    /// <summary>Farthest that the ends which the two give a word lie apart, seconds.</summary>
    public const double MaxSecondsApart = 0.4;

    /// <summary>
    /// Posterior from which the trained model decides by itself, as a word that the text's sound isn't heard in: none of the speech that
    /// models are calibrated on reaches it.
    /// </summary>
    public const float SureAlone = 0.9999f;

    /// <summary>What the trained model's log-odds count, as a first stage's do; see <see cref="StageFusion"/>.</summary>
    private const float Weight = 0.5f;

    /// <summary>Log-odds below which the trained model says nothing.</summary>
    private const float Floor = -4;

    /// <summary>What a trained model's posterior adds to a typed word's log-odds; 0 at least.</summary>
    /// <param name="posterior">0 to 1.</param>
    public static float Gain(float posterior) => Weight * Math.Max(0, StageFusion.LogOdds(posterior) - Floor);
}
