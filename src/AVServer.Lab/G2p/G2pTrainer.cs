using AVServer.Speech;

namespace AVServer.Lab.G2p;

/// <summary>Lexicon → graphones → n-grams.</summary>
internal static class G2pTrainer
{
    /// <summary>Trains a model.</summary>
    /// <param name="recipe">How.</param>
    /// <param name="words">On what.</param>
    /// <param name="log">Receives a line each step.</param>
    public static GraphoneModel Train(G2pRecipe recipe, IReadOnlyList<G2pExample> words, Action<string> log)
    {
        var aligner = GraphoneAligner.Learn(
            words, recipe.Rounds,
            (round, likelihood) => log(FormattableString.Invariant($"round {round + 1}: {likelihood:F3} nats a word")));
        var aligned = words.Select(aligner.Align).OfType<IReadOnlyList<Graphone>>().ToArray();
        var counts = aligned.SelectMany(word => word).CountBy(graphone => graphone).ToDictionary();
        var kept = aligned.Where(word => word.All(graphone => counts[graphone] >= recipe.RarestGraphone)).ToArray();
        log($"{kept.Length} of {words.Count} pronunciations parted into graphones");
        var model = new GraphoneEstimator(kept, recipe.Order, recipe.Prune).ToModel();
        log($"{model.Graphones.Length} graphones, {model.Count} n-grams");
        return model;
    }
}
