using System.Text;
using AVServer.Lab.Data;
using AVServer.Speech;

namespace AVServer.Lab.G2p;

/// <summary>What espeak-ng says of words, as phones: rules by other people, to check against.</summary>
internal static class EspeakPhones
{
    // Longer ones first where one begins another. A flap and a glottal stop are t, as the lexicon writes them.
    private static readonly (string Ipa, string Phones)[] Sounds =
    [
        ("tʃ", "CH"), ("dʒ", "JH"), ("eɪ", "EY"), ("aɪ", "AY"), ("aʊ", "AW"), ("ɔɪ", "OY"), ("oʊ", "OW"), ("əʊ", "OW"), ("ɔːɹ", "AO R"),
        ("oːɹ", "AO R"), ("oː", "AO"),
        ("ɜː", "ER"), ("ɑː", "AA"), ("ɔː", "AO"), ("iː", "IY"), ("uː", "UW"), ("aː", "AA"), ("n̩", "AH N"), ("l̩", "AH L"), ("ɚ", "ER"),
        ("ɝ", "ER"), ("ɐ", "AH"), ("ʌ", "AH"),
        ("ə", "AH"), ("ɑ", "AA"), ("ɔ", "AO"), ("ɒ", "AA"), ("i", "IY"), ("u", "UW"), ("æ", "AE"), ("a", "AE"), ("ɛ", "EH"), ("e", "EH"),
        ("ɪ", "IH"), ("ᵻ", "IH"), ("ʊ", "UH"), ("o", "OW"),
        ("ɾ", "T"), ("ʔ", "T"), ("ŋ", "NG"), ("ʃ", "SH"), ("ʒ", "ZH"), ("θ", "TH"), ("ð", "DH"), ("ɹ", "R"), ("r", "R"), ("j", "Y"),
        ("h", "HH"), ("ɡ", "G"), ("x", "K"), ("ɬ", "L"),
        ("b", "B"), ("d", "D"), ("f", "F"), ("k", "K"), ("l", "L"), ("m", "M"), ("n", "N"), ("p", "P"), ("s", "S"), ("t", "T"), ("v", "V"),
        ("w", "W"), ("z", "Z"),
    ];

    /// <summary>The phones of each word, in order.</summary>
    public static async Task<IReadOnlyList<Phone[]>> TranscribeAsync(IReadOnlyList<string> words, CancellationToken cancellationToken)
    {
        var said = await ExternalProgram.RunAsync(
            "espeak-ng", ["-q", "--ipa", "-v", "en-us"], cancellationToken, string.Join('\n', words) + "\n");
        var lines = Encoding.UTF8.GetString(said).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (lines.Length != words.Count)
            throw new InvalidDataException($"Expected espeak-ng to say {words.Count} words, it said {lines.Length}.");
        return [.. lines.Select(FromIpa)];
    }

    /// <summary>Phones of the IPA that espeak-ng writes for US English; marks that mean no phone are skipped.</summary>
    public static Phone[] FromIpa(string ipa)
    {
        var phones = new List<Phone>();
        for (var at = 0; at < ipa.Length;)
        {
            var sound = Sounds.FirstOrDefault(sound => string.CompareOrdinal(ipa, at, sound.Ipa, 0, sound.Ipa.Length) == 0);
            if (sound.Ipa is not null) phones.AddRange(PhoneSet.Parse(sound.Phones));
            at += sound.Ipa?.Length ?? 1;
        }
        return [.. phones];
    }
}
