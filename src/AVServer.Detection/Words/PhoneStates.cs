namespace AVServer.Detection;

/// <summary>Which outputs of a phone network belong to which phone, alone and behind another phone. Immutable; shared by all streams.</summary>
/// <remarks>
/// A phone has outputs for its first frame ("enter") and for those after it ("stay"). They depend on the phone before; which of them follow
/// which phone was counted in speech that the network decoded freely.
/// </remarks>
public sealed class PhoneStates
{
    private readonly int[][] _enter;
    private readonly int[][] _stay;
    private readonly Dictionary<(int Left, int Phone), PhoneContext> _contexts = [];

    /// <param name="phones">Names of the phones; silences among them.</param>
    /// <param name="silences">Which of them are silence or noise, not speech.</param>
    /// <param name="enter">By phone, the outputs for its first frame.</param>
    /// <param name="stay">By phone, the outputs for the frames after it.</param>
    /// <param name="contexts">Outputs of a phone behind another; a pair that is missing has all of the phone's.</param>
    /// <param name="durations">By phone, its usual length in frames.</param>
    /// <exception cref="ArgumentException">The lists don't fit each other.</exception>
    public PhoneStates(
        IReadOnlyList<string> phones, IReadOnlySet<string> silences, IReadOnlyList<int[]> enter, IReadOnlyList<int[]> stay,
        IEnumerable<PhoneContext> contexts, IReadOnlyList<float> durations)
    {
        if (enter.Count != phones.Count || stay.Count != phones.Count || durations.Count != phones.Count)
            throw new ArgumentException($"Expected outputs and a duration for each of {phones.Count} phones, got {enter.Count}, {stay.Count} and {durations.Count}.", nameof(phones));
        (Phones, Durations, _enter, _stay) = (phones, durations, [.. enter], [.. stay]);
        IsSilence = [.. phones.Select(silences.Contains)];
        IsVowel = [.. phones.Select((name, phone) => !IsSilence[phone] && "AEIOU".Contains(name[0], StringComparison.Ordinal))];
        Contexts = [.. contexts];
        foreach (var context in Contexts) _contexts[(context.Left, context.Phone)] = context;
    }

    /// <summary>Names of the phones, by number.</summary>
    public IReadOnlyList<string> Phones { get; }

    /// <summary>Outputs of phones behind others.</summary>
    public IReadOnlyList<PhoneContext> Contexts { get; }

    /// <summary>Usual length of a phone, in frames of the network's outputs.</summary>
    public IReadOnlyList<float> Durations { get; }

    /// <summary>Whether a phone is silence or noise.</summary>
    public IReadOnlyList<bool> IsSilence { get; }

    /// <summary>Whether a phone is a vowel.</summary>
    public IReadOnlyList<bool> IsVowel { get; }

    /// <summary>Number of a phone by its name.</summary>
    /// <exception cref="ArgumentException">There is no such phone.</exception>
    public int IndexOf(string phone)
    {
        for (var i = 0; i < Phones.Count; i++)
            if (Phones[i] == phone) return i;
        throw new ArgumentException($"Expected one of the phones {string.Join(' ', Phones)}, got '{phone}'.", nameof(phone));
    }

    /// <summary>All outputs for a phone's first frame.</summary>
    public ReadOnlySpan<int> Enter(int phone) => _enter[phone];

    /// <summary>All outputs for a phone's later frames.</summary>
    public ReadOnlySpan<int> Stay(int phone) => _stay[phone];

    /// <summary>The outputs of a phone behind another.</summary>
    /// <param name="left">The phone before; null where it isn't known.</param>
    /// <param name="phone">The phone.</param>
    public (int[] Enter, int[] Stay) InContext(int? left, int phone) =>
        left is { } before && _contexts.TryGetValue((before, phone), out var context)
            ? (context.Enter.Length > 0 ? context.Enter : _enter[phone], context.Stay.Length > 0 ? context.Stay : _stay[phone])
            : (_enter[phone], _stay[phone]);
}

/// <summary>The outputs that a phone showed behind another.</summary>
/// <param name="Left">The phone before.</param>
/// <param name="Phone">The phone.</param>
/// <param name="Enter">Outputs of its first frame; empty where too few were seen to say.</param>
/// <param name="Stay">Outputs of its later frames; empty where too few were seen to say.</param>
public sealed record PhoneContext(int Left, int Phone, int[] Enter, int[] Stay);
