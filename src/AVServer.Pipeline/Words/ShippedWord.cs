using System.Text.Json;
using AVServer.Contracts;
using AVServer.Detection;
using AVServer.Speech;

namespace AVServer.Pipeline;

/// <summary>A word that was measured when the phone model was made, as its file holds it.</summary>
/// <param name="Request">What was asked for.</param>
/// <param name="Pronunciations">How it may be said, each in ARPAbet.</param>
/// <param name="MatchingThreshold">Least score of a candidate.</param>
/// <param name="HeardFrom">Least judge's log-odds of a candidate that the small recogniser hears.</param>
/// <param name="HeardAgainFrom">Least score by then of one that the large recogniser hears too.</param>
/// <param name="Threshold">Least score of a detection, log-odds.</param>
/// <param name="Calibration">What thresholds stand for.</param>
internal sealed record ShippedWord(
    KeywordRequest Request,
    IReadOnlyList<string> Pronunciations,
    float MatchingThreshold,
    float HeardFrom,
    float HeardAgainFrom,
    float Threshold,
    KeywordCalibration Calibration)
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true };

    /// <summary>Reads a phone model's words.</summary>
    public static IReadOnlyList<ShippedWord> Parse(ReadOnlySpan<byte> file) => JsonSerializer.Deserialize<List<ShippedWord>>(file, Json) ?? [];

    /// <summary>The words as they stand in the file.</summary>
    public static byte[] ToJson(IReadOnlyList<ShippedWord> words) => JsonSerializer.SerializeToUtf8Bytes(words, Json);

    /// <summary>A measured word for the file.</summary>
    public static ShippedWord Of(TypedWord word) => new(
        word.Request,
        [.. word.Pronunciations.Select(way => way.ToString())],
        word.Paths[0].Threshold,
        word.HeardFrom,
        word.HeardAgainFrom,
        word.Threshold,
        word.Calibration);

    /// <summary>The word, ready to be listened for.</summary>
    public TypedWord ToWord(WordModel model)
    {
        Pronunciation[] ways = [.. Pronunciations.SelectMany(phones => model.Pronouncer.Pronounce($"{KeywordNames.Of(Request.Text)}={phones}"))];
        WordPath[] paths = [.. ways.Select(way => new WordPath(0, [.. way.Phones.Select(phone => model.States.NumberOf(phone.ToString()))], MatchingThreshold))];
        var spellings = new Lazy<IReadOnlyList<int[]>>(() => model.Rescorer.Spell(KeywordNames.Of(Request.Text), ways));
        return new TypedWord(Request, ways, paths, spellings, HeardFrom, HeardAgainFrom, Threshold, Calibration, []);
    }
}
