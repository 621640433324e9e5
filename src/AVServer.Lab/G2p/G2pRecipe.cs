using System.Text.Json;
using AVServer.Lab.Data;

namespace AVServer.Lab.G2p;

/// <summary>Everything that a letters-to-phones model depends on beside the lexicon; nothing is drawn by chance.</summary>
/// <param name="Name">Name of the model.</param>
/// <param name="Version">Version of the weights.</param>
/// <param name="Lexicon">Name of the lexicon's folder among the models.</param>
/// <param name="Rounds">Rounds of expectation maximisation that align letters and phones.</param>
/// <param name="RarestGraphone">Words with a graphone that stands in fewer of all words are left out: they are abbreviations and
/// mistakes.</param>
/// <param name="Order">The longest n-gram of graphones.</param>
/// <param name="Prune">An n-gram goes whose absence costs less than this many nats over all training.</param>
internal sealed record G2pRecipe(string Name, string Version, string Lexicon, int Rounds, int RarestGraphone, int Order, double Prune)
{
    /// <exception cref="JsonException">It is not one.</exception>
    public static G2pRecipe Load(string path) =>
        JsonSerializer.Deserialize<G2pRecipe>(File.ReadAllText(path), DataRecipe.Json)
            ?? throw new JsonException($"Expected a letters-to-phones recipe in {path}, got null.");
}
