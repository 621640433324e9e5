using System.Collections.Immutable;

namespace AVServer.Speech;

/// <summary>Guesses how a word is said from how it is spelled. Immutable; shared by threads.</summary>
/// <remarks>
/// A joint n-gram model of letters and phones (Bisani and Ney, Speech Communication 50, 2008): a beam search over the ways to part the word
/// into graphones; ways that say the same phones count together.
/// </remarks>
public sealed class LettersToPhones
{
    private const int Beam = 80;
    private const float Narrowest = 12;

    private readonly Lazy<GraphoneModel> _model;
    private readonly Lazy<ILookup<string, int>> _byLetters;

    /// <param name="model">The n-grams.</param>
    public LettersToPhones(GraphoneModel model)
        : this(() => model)
    {
    }

    private LettersToPhones(Func<GraphoneModel> read)
    {
        _model = new Lazy<GraphoneModel>(read);
        _byLetters = new Lazy<ILookup<string, int>>(
            () => Enumerable.Range(0, _model.Value.Graphones.Length)
                .ToLookup(i => _model.Value.Graphones[i].Letters, StringComparer.Ordinal));
    }

    /// <summary>What a file holds, which is read when a word is first guessed.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static LettersToPhones Load(string path)
    {
        if (!File.Exists(path)) throw new FileNotFoundException($"Expected a letters-to-phones model at {path}, found none.", path);
        return new LettersToPhones(() =>
        {
            using var file = File.OpenRead(path);
            return GraphoneModel.Read(file);
        });
    }

    /// <summary>The most probable ways to say a word, best first; no two are the same.</summary>
    /// <param name="letters">Lower case, <c>a</c> to <c>z</c> and apostrophes.</param>
    /// <param name="count">The most ways wanted.</param>
    /// <returns>None where the word is empty or has a letter that the model doesn't know.</returns>
    /// <exception cref="InvalidDataException">The file is no model.</exception>
    public IReadOnlyList<SpelledWord> Guess(string letters, int count)
    {
        ArgumentNullException.ThrowIfNull(letters);
        var (model, byLetters) = (_model.Value, _byLetters.Value);
        var open = new List<Partial>[letters.Length + 1];
        for (var i = 0; i < open.Length; i++) open[i] = [];
        open[0].Add(new Partial(model.Start, 0, null, 0, 0));
        for (var at = 0; at < letters.Length; at++)
        {
            foreach (var partial in Best(open[at], Beam))
            {
                for (var length = 1; length <= Graphone.Longest && at + length <= letters.Length; length++)
                {
                    foreach (var graphone in byLetters[letters.Substring(at, length)])
                    {
                        var node = model.Advance(partial.Node, graphone + 1, out var logProbability);
                        open[at + length].Add(partial.With(node, logProbability, graphone, model.Graphones[graphone].Phones));
                    }
                }
            }
        }
        return Finish(model, open[^1], count);
    }

    private static SpelledWord[] Finish(GraphoneModel model, List<Partial> complete, int count)
    {
        var ways = new Dictionary<string, (ImmutableArray<Phone> Phones, double Probability)>(StringComparer.Ordinal);
        foreach (var partial in complete)
        {
            _ = model.Advance(partial.Node, GraphoneModel.Edge, out var end);
            var phones = Phones(model, partial);
            if (phones.IsEmpty) continue;
            var key = PhoneSet.Format(phones.AsSpan());
            var before = ways.TryGetValue(key, out var way) ? way.Probability : 0;
            ways[key] = (phones, before + Math.Exp((double)partial.LogProbability + end));
        }
        return [.. ways.OrderByDescending(way => way.Value.Probability).ThenBy(way => way.Key, StringComparer.Ordinal).Take(count)
            .Select(way => new SpelledWord(way.Value.Phones, Math.Log(way.Value.Probability)))];
    }

    private static IEnumerable<Partial> Best(List<Partial> partials, int count)
    {
        if (partials.Count == 0) return [];
        var merged = partials.GroupBy(partial => (partial.Node, partial.Said)).Select(Merge)
            .OrderByDescending(partial => partial.LogProbability).ToArray();
        return merged.Take(count).TakeWhile(partial => partial.LogProbability > merged[0].LogProbability - Narrowest);
    }

    /// <summary>What has said the same and goes on the same way is one.</summary>
    private static Partial Merge(IEnumerable<Partial> same)
    {
        var best = same.MaxBy(partial => partial.LogProbability)!;
        return best with
        {
            LogProbability = best.LogProbability
            + MathF.Log(same.Sum(partial => MathF.Exp(partial.LogProbability - best.LogProbability)))
        };
    }

    private static ImmutableArray<Phone> Phones(GraphoneModel model, Partial? partial)
    {
        var phones = new List<Phone>();
        for (; partial?.Before is not null; partial = partial.Before) phones.InsertRange(0, model.Graphones[partial.Graphone].Phones);
        return [.. phones];
    }

    /// <summary>A word said up to some letter.</summary>
    /// <param name="Node">What goes on from here depends on it.</param>
    /// <param name="LogProbability">Of all up to here.</param>
    /// <param name="Before">Up to the graphone before; null at the word's beginning.</param>
    /// <param name="Graphone">The last graphone.</param>
    /// <param name="Said">A hash of the phones.</param>
    private sealed record Partial(int Node, float LogProbability, Partial? Before, int Graphone, ulong Said)
    {
        public Partial With(int node, float logProbability, int graphone, ImmutableArray<Phone> phones)
        {
            var said = Said;
            foreach (var phone in phones) said = (said ^ ((ulong)phone + 1)) * 0x9E3779B97F4A7C15 + 0x632BE59BD9B4E019;
            return new Partial(node, LogProbability + logProbability, this, graphone, said);
        }
    }
}
