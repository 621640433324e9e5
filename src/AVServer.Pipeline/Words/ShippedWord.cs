using System.Text.Json;
using System.Text.Json.Serialization;
using AVServer.Contracts;
using AVServer.Detection;
using AVServer.Speech;

namespace AVServer.Pipeline;

/// <summary>A word that was measured when the phone model was made, as its file holds it.</summary>
/// <param name="Request">What was asked for.</param>
/// <param name="Pronunciations">How it may be said, each in ARPAbet.</param>
/// <param name="MatchingThreshold">Least score of a candidate.</param>
/// <param name="SmallRecogniserThreshold">Least judge's log-odds of a candidate that the small recogniser rescores.</param>
/// <param name="LargeRecogniserThreshold">Least score by then of one that the large recogniser rescores too.</param>
/// <param name="Threshold">Least score of a detection, log-odds.</param>
/// <param name="Calibration">What thresholds stand for.</param>
/// <param name="Fused">The same where a trained model listens beside; null: none was there.</param>
internal sealed record ShippedWord(
    KeywordRequest Request,
    IReadOnlyList<string> Pronunciations,
    float MatchingThreshold,
    [property: JsonPropertyName("heardFrom")] float SmallRecogniserThreshold,
    [property: JsonPropertyName("heardAgainFrom")] float LargeRecogniserThreshold,
    float Threshold,
    KeywordCalibration Calibration,
    FusedThreshold? Fused = null)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        // A threshold under another name would be read as 0, and words be missed.
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>Reads a phone model's words.</summary>
    public static IReadOnlyList<ShippedWord> Parse(ReadOnlySpan<byte> file) =>
        JsonSerializer.Deserialize<List<ShippedWord>>(file, Json) ?? [];

    /// <summary>The words as they stand in the file.</summary>
    public static byte[] ToJson(IReadOnlyList<ShippedWord> words) => JsonSerializer.SerializeToUtf8Bytes(words, Json);

    /// <summary>A measured word for the file.</summary>
    public static ShippedWord Of(TypedWord word) => new(
        word.Request,
        [.. word.Pronunciations.Select(way => way.ToString())],
        word.Paths[0].Threshold,
        word.SmallRecogniserThreshold,
        word.LargeRecogniserThreshold,
        word.Threshold,
        word.Calibration,
        word.Fused is { } fused ? new FusedThreshold(fused, word.Threshold, word.Calibration) : null);

    /// <summary>The word, ready to be listened for.</summary>
    public TypedWord ToWord(WordModel model)
    {
        Pronunciation[] ways = [
            .. Pronunciations.SelectMany(phones => model.Pronouncer.Pronounce($"{KeywordNames.FromText(Request.Text)}={phones}"))];
        return ToWord(model, ways);
    }

    /// <summary>The same where its pronunciations are known.</summary>
    public TypedWord ToWord(WordModel model, IReadOnlyList<Pronunciation> ways)
    {
        WordPath[] paths = [
            .. ways.Select(
                way => new WordPath(0, [.. way.Phones.Select(phone => model.States.IndexOf(phone.ToString()))], MatchingThreshold))];
        var spellings = new Lazy<IReadOnlyList<int[]>>(() => model.Rescorer.Spellings(KeywordNames.FromText(Request.Text), ways));
        return new TypedWord(
            Request, ways, paths, spellings, SmallRecogniserThreshold, LargeRecogniserThreshold, Threshold, Calibration, []);
    }
}

/// <summary>What a word's threshold is where a trained model counts beside.</summary>
/// <param name="By">The model.</param>
/// <param name="Threshold">Least score of a detection with it, log-odds.</param>
/// <param name="Calibration">What thresholds then stand for.</param>
internal sealed record FusedThreshold(FusedModel By, float Threshold, KeywordCalibration Calibration);
