namespace AVServer.Lab.Data;

/// <summary>
/// Makes the corpus <c>synthetic</c>: the keyword, words near it, and sentences, by the voices of flite, festival and espeak-ng, most of them turned into
/// other people by Praat's "Change gender" (formants, pitch, its range, pace).
/// </summary>
/// <remarks>
/// Robotic, but many: what recordings of a handful of people can't teach is that the word stays the same when the throat changes. Near misses and sentences
/// go through the same voices and shapes, or the network would learn to hear Praat.
/// </remarks>
/// <param name="recipe">What is said.</param>
/// <param name="cache">Where the corpus is kept.</param>
public sealed class SpeechSynthesis(SynthesisRecipe recipe, CorpusCache cache)
{
    /// <summary>Name of the corpus.</summary>
    public const string Set = "synthetic";

    private const int ShapesOfRecorded = 45;

    // Formant voices stay as they are: they are for accents, and sound less like people the more they are bent.
    private const int ShapesOfFormant = 0;
    private const int ShapesOfNearMisses = 1;
    private const int LeastSamples = 3200;
    private const double MostMuteShare = 0.02;

    /// <summary>Makes the corpus unless it is there.</summary>
    /// <param name="sentences">Text to speak beside keyword and near misses, one sentence an entry.</param>
    /// <param name="cancellationToken">Stops the work; the corpus is then not in the cache.</param>
    /// <returns>Whether it was made now.</returns>
    public async Task<bool> MakeAsync(IReadOnlyList<string> sentences, CancellationToken cancellationToken)
    {
        if (cache.Has(Set)) return false;
        using var studio = new VoiceSynthesizer();
        var plan = Plan(sentences, new Random(recipe.Seed)).ToArray();
        var spoken = new short[plan.Length][][];
        await Parallel.ForAsync(0, plan.Length, new ParallelOptions { MaxDegreeOfParallelism = 2, CancellationToken = cancellationToken }, async (i, token) =>
            spoken[i] = await TakesAsync(studio, plan[i], token));
        var mute = spoken.Count(takes => takes.Length == 0);
        if (mute > plan.Length * MostMuteShare)
            throw new InvalidOperationException($"Expected nearly all of {plan.Length} utterances to be spoken, {mute} were not. Try the programs that 'scripts/setup.sh lab' installs by hand.");

        await cache.WriteAsync(
            Set,
            plan.SelectMany((utterance, i) => spoken[i].Select((samples, shape) => ($"{utterance.Kind}/{i}-{shape}", utterance.Text, $"{utterance.Voice}-{shape}", samples)))
                .Where(take => take.samples.Length >= LeastSamples)
                .ToAsyncEnumerable(),
            cancellationToken);
        return true;
    }

    // festival's diphone voices crash on some words; a few utterances less do no harm.
    private static async Task<short[][]> TakesAsync(VoiceSynthesizer studio, Utterance utterance, CancellationToken cancellationToken)
    {
        try
        {
            return await studio.SynthesizeAsync(utterance.Voice, utterance.Text, utterance.WordsPerMinute, utterance.Shapes, cancellationToken);
        }
        catch (InvalidOperationException)
        {
            return [];
        }
    }

    private IEnumerable<Utterance> Plan(IReadOnlyList<string> sentences, Random random)
    {
        foreach (var voice in SyntheticVoice.Recorded)
            foreach (var spelling in recipe.Spellings) yield return Make("keyword", voice, spelling, ShapesOfRecorded);
        foreach (var voice in SyntheticVoice.Accented) yield return Make("keyword", voice, recipe.Spellings[0], ShapesOfFormant);
        foreach (var voice in SyntheticVoice.Foreign)
            foreach (var pronunciation in recipe.Pronunciations) yield return Make("keyword", voice, pronunciation, ShapesOfFormant);
        foreach (var word in recipe.NearMisses)
        {
            foreach (var voice in SyntheticVoice.Recorded) yield return Make("near", voice, word, ShapesOfNearMisses);
            for (var i = 0; i < 4; i++) yield return Make("near", Any(SyntheticVoice.Accented), word, ShapesOfNearMisses);
            yield return Make("near", Any(SyntheticVoice.Foreign), word, ShapesOfNearMisses);
        }
        foreach (var sentence in sentences)
            yield return Make("sentence", Any(random.Next(3) == 0 ? SyntheticVoice.Accented : SyntheticVoice.Recorded), sentence, 1);

        SyntheticVoice Any(IReadOnlyList<SyntheticVoice> voices) => voices[random.Next(voices.Count)];
        Utterance Make(string kind, SyntheticVoice voice, string text, int shapes) =>
            new(kind, voice, text, random.Next(120, 200), [VoiceShape.Unchanged, .. Enumerable.Range(0, shapes).Select(_ => VoiceShape.Draw(random))]);
    }

    private sealed record Utterance(string Kind, SyntheticVoice Voice, string Text, int WordsPerMinute, IReadOnlyList<VoiceShape> Shapes);
}
