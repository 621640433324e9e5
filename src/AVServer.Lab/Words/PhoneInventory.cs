using AVServer.Detection;
using AVServer.Lab.Import.Kaldi;

namespace AVServer.Lab.Words;

/// <summary>Phones of a network and their outputs, as counted from its model file and from speech that it decodes freely.</summary>
internal static class PhoneInventory
{
    /// <summary>Names of the phones; their order is that of the model's phone table.</summary>
    public static readonly string[] Phones =
        [.. "AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W Y Z ZH SIL SPN".Split(' ')];

    private static readonly HashSet<string> Silences = ["SIL", "SPN"];
    private const int SilenceNumbers = 5;
    private const int NoiseNumbers = 10;
    private const int Positions = 4;
    private const int MinPairCount = 15;
    private const double MinShare = 0.02;

    /// <summary>Phones by what the model's states say, without contexts.</summary>
    public static PhoneStates Read(KaldiModel model)
    {
        int[][] Outputs(Func<KaldiTransition, int> output) =>
            [.. Phones.Select((_, phone) => model.Transitions.Where(state => PhoneOf(state.Phone) == phone).Select(output).Distinct().Order().ToArray())];
        return new PhoneStates(Phones, Silences, Outputs(state => state.Enter), Outputs(state => state.Stay), [], [.. Phones.Select(_ => 3f)]);
    }

    /// <summary>The same with the outputs that each phone showed behind each other one, and with usual durations.</summary>
    /// <param name="states">Without contexts.</param>
    /// <param name="scores">Scores of recordings of speech, each [outputs, states].</param>
    /// <param name="width">States of an output.</param>
    public static PhoneStates WithContexts(PhoneStates states, IEnumerable<float[]> scores, int width)
    {
        var owner = new (int Phone, bool Enters)[width];
        for (var phone = 0; phone < states.Phones.Count; phone++)
        {
            foreach (var output in states.Stay(phone)) owner[output] = (phone, false);
            foreach (var output in states.Enter(phone)) owner[output] = (phone, true);
        }
        var silence = states.IndexOf("SIL");
        var counts = new Dictionary<(int Left, int Phone, bool Enters), Dictionary<int, int>>();
        var durations = new (long Frames, int Runs)[states.Phones.Count];
        foreach (var recording in scores)
        {
            var (left, current, length) = (silence, -1, 0);
            for (var frame = 0; frame < recording.Length / width; frame++)
            {
                var row = recording.AsSpan(frame * width, width);
                var best = 0;
                for (var i = 1; i < width; i++)
                    if (row[i] > row[best]) best = i;
                var (phone, enters) = owner[best];
                if (phone != current)
                {
                    if (current >= 0) durations[current] = (durations[current].Frames + length, durations[current].Runs + 1);
                    (left, current, length) = (current < 0 ? silence : current, phone, 0);
                }
                length++;
                if (!counts.TryGetValue((left, phone, enters), out var seen)) counts[(left, phone, enters)] = seen = [];
                seen[best] = seen.GetValueOrDefault(best) + 1;
            }
        }
        var contexts = counts.Keys.Select(key => (key.Left, key.Phone)).Distinct()
            .Select(pair => new PhoneContext(pair.Left, pair.Phone, Often(pair.Left, pair.Phone, true), Often(pair.Left, pair.Phone, false)))
            .Where(context => context.Enter.Length > 0 || context.Stay.Length > 0)
            .OrderBy(context => (context.Left, context.Phone));
        return new PhoneStates(
            states.Phones, Silences, [.. Phones.Select((_, phone) => states.Enter(phone).ToArray())], [.. Phones.Select((_, phone) => states.Stay(phone).ToArray())],
            [.. contexts], [.. durations.Select(run => run.Runs < 20 ? 3f : (float)run.Frames / run.Runs)]);

        int[] Often(int left, int phone, bool enters)
        {
            if (!counts.TryGetValue((left, phone, enters), out var seen)) return [];
            var total = seen.Values.Sum();
            return total < MinPairCount ? [] : [.. seen.Where(output => output.Value >= Math.Max(1, MinShare * total)).Select(output => output.Key).Order()];
        }
    }

    // Kaldi's phone table: silences, noises, then each phone in four positions.
    private static int PhoneOf(int number) =>
        number <= SilenceNumbers ? Array.IndexOf(Phones, "SIL") : number <= NoiseNumbers ? Array.IndexOf(Phones, "SPN") : (number - NoiseNumbers - 1) / Positions;
}
