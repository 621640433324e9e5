namespace AVServer.Pipeline;

/// <summary>Recognises purposes at work and in education, in the words and spellings in which people declare them.</summary>
/// <remarks>A reminder of the law to those who mean well; who lies about a purpose breaks it knowingly.</remarks>
internal static class ForbiddenPurposes
{
    private static readonly HashSet<string> Words = new(StringComparer.Ordinal)
    {
        "work", "job", "jobs", "hr", "staff", "office", "career", "careers", "boss",
        "edu", "class", "classes", "exam", "exams", "examination", "college", "colleges", "campus", "lesson", "lessons", "lecture",
        "lectures", "learner", "learners",
        "arbeit", "schule", "bildung", "travail", "emploi", "trabajo", "empleo", "lavoro", "scuola", "escuela",
    };

    private static readonly string[] Stems =
    [
        "workplace", "workforce", "workspace", "worker", "cowork", "employ", "recruit", "hiring", "hire", "personnel", "humanresource",
        "colleague",
        "educat", "school", "classroom", "student", "pupil", "teach", "universit", "proctor", "elearning", "kindergarten", "preschool",
        "arbeitsplatz", "mitarbeiter", "angestellt", "unterricht", "schüler", "schueler", "école", "éduca", "educaci", "istruzione",
        "salarié",
    ];

    private static readonly string[] SpelledOut = ["workplace", "employee", "classroom", "education"];

    /// <summary>Finds what makes a purpose one that is refused.</summary>
    /// <returns>The word, or null.</returns>
    public static string? Find(string purpose)
    {
        ArgumentNullException.ThrowIfNull(purpose);
        var words = Split(purpose);
        // "e-learning" and "w o r k p l a c e" are one word to a reader.
        return words.Concat(words.Zip(words.Skip(1), string.Concat))
            .FirstOrDefault(word => Words.Contains(word) || Stems.Any(stem => word.StartsWith(stem, StringComparison.Ordinal)))
            ?? Array.Find(SpelledOut, word => string.Concat(words).Contains(word, StringComparison.Ordinal));
    }

    private static List<string> Split(string purpose)
    {
        var words = new List<string>();
        var start = -1;
        var letters = purpose.ToCharArray();
        for (var i = 0; i < letters.Length; i++) letters[i] = Letter(letters[i]);
        for (var i = 0; i <= letters.Length; i++)
        {
            var isLetter = i < letters.Length && char.IsLetter(letters[i]);
            // "AtWork" is two words.
            var isBreak = start >= 0 && (!isLetter || (char.IsUpper(letters[i]) && char.IsLower(letters[i - 1])));
            if (isBreak)
            {
                words.Add(new string(letters, start, i - start).ToLowerInvariant());
                start = -1;
            }
            if (isLetter && start < 0) start = i;
        }
        return words;
    }

    private static char Letter(char c) => c switch { '0' => 'o', '1' => 'l', '3' => 'e', '4' or '@' => 'a', '5' or '$' => 's', _ => c };
}
