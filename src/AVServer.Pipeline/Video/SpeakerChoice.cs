namespace AVServer.Pipeline;

/// <summary>
/// Chooses whose lips are read: of several faces the one whose lips have moved most while there was a voice, and stays with it unless
/// another clearly moves more.
/// </summary>
/// <remarks>A pure state machine, one a stream.</remarks>
internal sealed class SpeakerChoice
{
    // Evidence of half a second counts about two thirds.
    private const float NewShare = 0.08f;

    // Two faces that move alike must not take turns.
    private const float ClearlyMore = 1.5f;
    private const float ClearlyMoreBy = 0.01f;

    // A face that is lost for a moment, behind a hand or in a turn, comes back as the same one.
    private const int SlotsKept = 12;

    private readonly Dictionary<int, Claim> _claims = [];

    /// <summary>The face that was chosen; null while none is seen.</summary>
    public int? Current { get; private set; }

    /// <summary>Takes the faces of a slot.</summary>
    /// <param name="faces">All that are seen.</param>
    /// <param name="voice">Whether there may be a voice; without one, moving lips say nothing.</param>
    /// <returns><see cref="Current"/>; for half a second after it was lost, it stays.</returns>
    public int? Next(IReadOnlyList<SpeakerCandidate> faces, bool voice)
    {
        foreach (var (id, claim) in _claims) _claims[id] = claim with { SlotsUnseen = claim.SlotsUnseen + 1 };
        foreach (var face in faces)
        {
            var evidence = _claims.GetValueOrDefault(face.Id).Evidence;
            _claims[face.Id] = new Claim(voice ? evidence + (NewShare * (face.Movement - evidence)) : evidence, 0, face.Width);
        }
        foreach (var (id, claim) in _claims)
            if (claim.SlotsUnseen > SlotsKept) _claims.Remove(id);

        int? best = null;
        foreach (var (id, claim) in _claims)
            if (claim.SlotsUnseen == 0 && (best is not { } leading || claim.IsBetterThan(_claims[leading]))) best = id;
        if (Current is { } current && _claims.TryGetValue(current, out var stays)
            && (best is not { } other || _claims[other].Evidence <= (ClearlyMore * stays.Evidence) + ClearlyMoreBy)) return Current;
        return Current = best;
    }

    /// <param name="Evidence">How much the lips moved while there was a voice.</param>
    /// <param name="SlotsUnseen">Since when the face is lost.</param>
    /// <param name="Width">Of its box.</param>
    private readonly record struct Claim(float Evidence, int SlotsUnseen, float Width)
    {
        // Where nobody's lips have moved, the largest face is the likely one.
        public bool IsBetterThan(in Claim other) => Evidence > other.Evidence || (Evidence == other.Evidence && Width > other.Width);
    }
}

/// <summary>A face as the choice sees it.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Width">Of its box; any unit.</param>
/// <param name="Movement">How much its lips move, 0 where they rest.</param>
internal readonly record struct SpeakerCandidate(int Id, float Width, float Movement);
