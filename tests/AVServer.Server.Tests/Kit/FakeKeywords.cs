using System.Text.Json;
using AVServer.Contracts;
using AVServer.Pipeline;

namespace AVServer.Server.Tests.Kit;

/// <summary>Words without a model: one with a <c>!</c> can't be said, one of less than five letters is warned of.</summary>
internal sealed class FakeKeywords : IKeywordRegistry
{
    /// <summary>What finds the words, as the pipeline lists it.</summary>
    public static readonly ModelSummary[] Models =
    [
        new("fake-phones", "2", "phoneModel", [], "Apache-2.0", Active: false),
        new("fake-lexicon", "1", "lexicon", [], "Apache-2.0", Active: false),
    ];

    private readonly List<KeywordDetails> _words = [];

    /// <summary>Names of the words that count as those of the settings.</summary>
    public IReadOnlyList<string> OfSettings { get; init; } = [];

    public IReadOnlyList<KeywordDetails> Keywords
    {
        get { lock (_words) return [.. _words]; }
    }

    public KeywordDetails? Find(string name) => Keywords.FirstOrDefault(word => word.Name == NameOf(name));

    public Task<KeywordDetails> AddAsync(KeywordRequest request, CancellationToken cancellationToken)
    {
        var word = Measure(request);
        lock (_words)
        {
            _words.RemoveAll(other => other.Name == word.Name);
            _words.Add(word);
        }
        return Task.FromResult(word);
    }

    public Task<KeywordDetails?> EnrolAsync(string name, IReadOnlyList<KeywordRecording> recordings, CancellationToken cancellationToken)
    {
        lock (_words)
        {
            var index = _words.FindIndex(word => word.Name == NameOf(name));
            if (index < 0) return Task.FromResult<KeywordDetails?>(null);
            foreach (var recording in recordings)
                if (!File.Exists(recording.Path) || File.ReadAllBytes(recording.Path)[0] == '!')
                    throw new KeywordException($"Expected the word in {recording.Name}.");
            var heard = recordings.Select(recording => new EnrolledRecording(new FileInfo(recording.Path).Length, 1));
            return Task.FromResult<KeywordDetails?>(_words[index] = _words[index] with { Enrolment = new KeywordEnrolment([.. heard]) });
        }
    }

    public Task<bool> ForgetRecordingsAsync(string name, CancellationToken cancellationToken)
    {
        lock (_words)
        {
            var index = _words.FindIndex(word => word.Name == NameOf(name) && word.Enrolment is not null);
            if (index >= 0) _words[index] = _words[index] with { Enrolment = null };
            return Task.FromResult(index >= 0);
        }
    }

    public bool Remove(string name)
    {
        lock (_words) return _words.RemoveAll(word => word.Name == NameOf(name)) > 0;
    }

    public MeasuredKeyword? Export(string name) => Find(name) is { } word
        ? new MeasuredKeyword(word.Name, JsonSerializer.Serialize(word, ContractsJson.Options), !OfSettings.Contains(word.Name)) : null;

    public Task ImportAsync(string json, CancellationToken cancellationToken)
    {
        var word = JsonSerializer.Deserialize<KeywordDetails>(json, ContractsJson.Options)!;
        lock (_words)
        {
            _words.RemoveAll(other => other.Name == word.Name);
            _words.Add(word);
        }
        return Task.CompletedTask;
    }

    /// <summary>What becomes of a word.</summary>
    /// <exception cref="KeywordException">It can't be said.</exception>
    public static KeywordDetails Measure(KeywordRequest request)
    {
        if (string.IsNullOrWhiteSpace(request.Text) || request.Text.Contains('!', StringComparison.Ordinal))
            throw new KeywordException($"Expected words, got '{request.Text}'.");
        var name = NameOf(request.Text);
        var phones = request.Text.Contains('=', StringComparison.Ordinal) ? request.Text.Split('=')[1] : name.ToUpperInvariant();
        return new KeywordDetails(
            name,
            [new KeywordPronunciation(phones, "lexicon")],
            request,
            new KeywordCalibration(name, 0.75f, "made up", 2, 0, [new MeasuredThreshold(0.5, 1, 0), new MeasuredThreshold(0.75, 0.5, 0)]),
            name.Length < 5 ? ["The word is short."] : []);
    }

    private static string NameOf(string text) => text.Split('=')[0].Trim().ToLowerInvariant();
}
