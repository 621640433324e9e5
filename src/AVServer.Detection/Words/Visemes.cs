namespace AVServer.Detection;

/// <summary>Kinds of phones that lips show alike: whoever looks can't tell a P from a B.</summary>
/// <remarks>Twelve kinds of English phones by place of articulation and rounding of the lips, and silence.</remarks>
public static class Visemes
{
    /// <summary>Number of the kind of silence and noise.</summary>
    public const int Silence = 0;

    private static readonly string[] Kinds =
    [
        "SIL SPN", "P B M", "F V", "TH DH", "T D N L", "S Z", "SH CH JH ZH", "K G NG HH", "R ER", "W", "UW UH OW OY", "AA AE AH AO AW AY",
        "IY IH EY EH Y",
    ];

    private static readonly Dictionary<string, int> ByPhone =
        Kinds.SelectMany((kind, number) => kind.Split(' ').Select(phone => (phone, number))).ToDictionary();

    /// <summary>Names of the kinds: their phones.</summary>
    public static IReadOnlyList<string> Names => Kinds;

    /// <summary>Number of a phone's kind.</summary>
    /// <exception cref="ArgumentException">There is no such phone.</exception>
    public static int Of(string phone) =>
        ByPhone.TryGetValue(phone, out var kind)
            ? kind : throw new ArgumentException($"Expected a phone of CMUdict, got '{phone}'.", nameof(phone));
}
