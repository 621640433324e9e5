namespace AVServer.Speech;

/// <summary>A phone and how much it is stressed.</summary>
/// <param name="Phone">The phone.</param>
/// <param name="Stress">0 none, 1 primary, 2 secondary; <see cref="Unknown"/> for consonants and where nobody knows.</param>
internal readonly record struct StressedPhone(Phone Phone, byte Stress)
{
    public const byte Unknown = 3;
}
