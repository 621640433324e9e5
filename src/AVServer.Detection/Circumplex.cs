namespace AVServer.Detection;

/// <summary>
/// Valence and arousal of emotions that have names: places on the unit circle at the angles of Russell, "A circumplex model of affect"
/// (1980), figure 2; neutral is its centre. A mapping of labels, weighed by their posteriors, no estimate of its own. Pure.
/// </summary>
public sealed class Circumplex
{
    private static readonly Dictionary<string, double> Degrees = new(StringComparer.Ordinal)
    {
        ["happy"] = 7.8,
        ["happiness"] = 7.8,
        ["surprised"] = 69.8,
        ["surprise"] = 69.8,
        ["angry"] = 99,
        ["anger"] = 99,
        ["afraid"] = 116.1,
        ["fearful"] = 116.1,
        ["fear"] = 116.1,
        ["sad"] = 207.5,
        ["sadness"] = 207.5,
        ["bored"] = 242.2,
        ["boredom"] = 242.2,
        ["calm"] = 316.2,
    };

    private readonly (float Valence, float Arousal)[]? _places;

    /// <param name="labels">Names of the emotions, in the order of the posteriors.</param>
    public Circumplex(IReadOnlyList<string> labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        if (labels.All(label => label == "neutral" || Degrees.ContainsKey(label))) _places = [.. labels.Select(Place)];
    }

    /// <summary>Where an estimate lies.</summary>
    /// <param name="posteriors">They add up to 1.</param>
    /// <returns>Valence and arousal, each -1 to 1; null where an emotion has no place.</returns>
    /// <exception cref="ArgumentException">There are more or fewer than labels.</exception>
    public (float Valence, float Arousal)? Of(ReadOnlySpan<float> posteriors)
    {
        if (_places is null) return null;
        if (posteriors.Length != _places.Length)
            throw new ArgumentException($"Expected {_places.Length} posteriors, got {posteriors.Length}.", nameof(posteriors));
        var (valence, arousal) = (0f, 0f);
        for (var i = 0; i < _places.Length; i++)
        {
            valence += posteriors[i] * _places[i].Valence;
            arousal += posteriors[i] * _places[i].Arousal;
        }
        return (valence, arousal);
    }

    private static (float, float) Place(string label)
    {
        if (!Degrees.TryGetValue(label, out var degrees)) return (0, 0);
        var (sine, cosine) = Math.SinCos(degrees * Math.PI / 180);
        return ((float)cosine, (float)sine);
    }
}
