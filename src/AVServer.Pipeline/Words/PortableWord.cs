using System.Text.Json;
using AVServer.Contracts;
using AVServer.Detection;
using AVServer.Speech;

namespace AVServer.Pipeline;

/// <summary>
/// A measured word on its way to another server. Measuring takes a core for seconds, and the word shall be found there at once; so what was
/// measured goes with it, and holds where the models are the same.
/// </summary>
/// <param name="Model">The phone model that it was measured with.</param>
/// <param name="Measured">What was measured.</param>
/// <param name="Warnings">What the user should know of it.</param>
/// <param name="Enrolment">What was learnt from recordings of it; null: nothing was recorded.</param>
/// <param name="OtherSpeech">Mean of the speech that the recordings are compared with.</param>
internal sealed record PortableWord(
    ModelReference Model, ShippedWord Measured, IReadOnlyList<string> Warnings, Enrolment? Enrolment, float[]? OtherSpeech)
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    /// <summary>A word of this server.</summary>
    public static PortableWord Of(TypedWord word, WordModel model) =>
        new(model.Reference, ShippedWord.Of(word), word.Warnings, word.Enrolment, word.Examples?.OtherSpeech.ToArray());

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="KeywordException">It is something else.</exception>
    public static PortableWord Parse(string json)
    {
        try
        {
            if (JsonSerializer.Deserialize<PortableWord>(json, Json) is { Measured.Request.Text: not null } word) return word;
        }
        catch (JsonException)
        {
            // Said below; the text isn't repeated, since it may be long.
        }
        throw new KeywordException("Expected a word of another server of the same version, got something else.");
    }

    /// <summary>The word as text.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <summary>The word, ready to be listened for; null where what was measured doesn't hold here.</summary>
    /// <exception cref="PronunciationException">The word can't be said here.</exception>
    public TypedWord? TryToWord(WordModel model, int maxPronunciations)
    {
        if (model.Reference != Model) return null;
        Pronunciation[] ways = [.. model.Pronouncer.Pronounce(Measured.Request.Text).Take(maxPronunciations)];
        if (!ways.Select(way => way.ToString()).SequenceEqual(Measured.Pronunciations)) return null;
        var word = Measured.ToWord(model, ways) with { Warnings = Warnings };
        if (Enrolment is null || OtherSpeech is null) return word;
        var length = WordExamples.EmbeddingDim(model.States);
        return Enrolment.Examples.Append(OtherSpeech).All(vector => vector.Length == length)
            ? word with { Enrolment = Enrolment, Examples = new WordExamples(Enrolment.Examples, [OtherSpeech]) }
            : null;
    }
}
