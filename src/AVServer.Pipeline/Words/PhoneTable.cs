using System.Text.Json;
using AVServer.Detection;
using AVServer.Runtime;

namespace AVServer.Pipeline;

/// <summary>A phone model's <c>phones.json</c>: its phones, their outputs, and how words are followed. Written by the lab.</summary>
/// <param name="Phones">Names of the phones, in their order.</param>
/// <param name="Silences">Which of them are silence or noise.</param>
/// <param name="Enter">By phone, the outputs for its first frame.</param>
/// <param name="Stay">By phone, the outputs for its later frames.</param>
/// <param name="Contexts">Outputs of a phone behind another.</param>
/// <param name="Durations">By phone, its usual length in outputs.</param>
/// <param name="Matcher">How words are followed.</param>
/// <param name="NoiseVariance">Variance of the white noise that is added in expectation, Kaldi's scale.</param>
/// <param name="OutputsLate">Outputs by which the network's answers come late in a stream.</param>
/// <param name="CandidatesPerHour">Candidates an hour of other speech that a word's matching threshold allows.</param>
/// <param name="RescoredPerHour">Candidates an hour of other speech, the judge's best, that the small recogniser rescores.</param>
/// <param name="HeardAgainPerHour">Of these the likeliest by then, that the large one hears too.</param>
/// <param name="FalseAlarms">How a word's threshold follows from its alarms in stored speech.</param>
/// <param name="Rescoring">How judge and recogniser together make the score.</param>
public sealed record PhoneTable(
    IReadOnlyList<string> Phones,
    IReadOnlyList<string> Silences,
    IReadOnlyList<int[]> Enter,
    IReadOnlyList<int[]> Stay,
    IReadOnlyList<PhoneContext> Contexts,
    IReadOnlyList<float> Durations,
    MatcherOptions Matcher,
    float NoiseVariance,
    int OutputsLate,
    double CandidatesPerHour,
    double RescoredPerHour,
    double HeardAgainPerHour,
    FalseAlarmModel FalseAlarms,
    RescoringWeights Rescoring)
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    /// <summary>Reads the table of a phone model.</summary>
    /// <exception cref="InvalidDataException">It isn't one.</exception>
    public static PhoneTable Load(StoredModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return JsonSerializer.Deserialize<PhoneTable>(model.ReadFile(PhoneModelFiles.Phones), Json)
            ?? throw new InvalidDataException($"Expected a table of phones in {PhoneModelFiles.Phones} of {model.Manifest.Name}, got null.");
    }

    /// <summary>The table as it stands in the file.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, Json);

    /// <summary>The phones and their outputs, ready to be asked.</summary>
    public PhoneStates ToStates() => new(Phones, Silences.ToHashSet(), Enter, Stay, Contexts, Durations);
}
