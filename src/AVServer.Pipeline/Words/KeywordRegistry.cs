using System.Collections.Immutable;
using System.Globalization;
using AVServer.Contracts;
using AVServer.Detection;
using AVServer.Media;
using AVServer.Runtime;
using AVServer.Speech;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AVServer.Pipeline;

/// <summary>Typed words of the configuration, of the file, and those that come while the server runs.</summary>
internal sealed class KeywordRegistry : IKeywordRegistry
{
    private const int MaxPronunciations = 8;

    private readonly MediaFile _files;
    private readonly KeywordsOptions _options;
    private readonly KeywordFile? _file;
    private readonly Lazy<WordModel?> _model;
    private readonly HashSet<ModelReference> _verifiers;
    private readonly Lock _gate = new();
    private volatile WordList? _current;

    public KeywordRegistry(
        ModelRuntime runtime, KeywordCatalog models, MediaFile files, IOptions<KeywordsOptions> options, ILogger<KeywordRegistry> logger)
    {
        (_files, _options) = (files, options.Value);
        _verifiers = [.. models.Active.Spoken.Select(model => model.Verifier?.Reference).OfType<ModelReference>()];
        _model = new Lazy<WordModel?>(() => WordModel.TryLoad(
            runtime,
            _options.MeasuredPath is { Length: > 0 } folder ? WordMeasurements.Open(folder, runtime.Store, logger) : null));
        if (_options.Lips is { Length: > 0 } lips && Model is { } heard) Lips = LipPhones.Load(runtime, lips, heard.States);
        _file = _options.Path is { Length: > 0 } path ? new KeywordFile(path) : null;
        var stored = _file?.Read() ?? [];
        if (_options.Shipped && Model is { } model)
            foreach (var word in model.Shipped)
                AddOrReplace(EnrolmentOf(word.Request) is { } enrolment
                    ? Calibrate(word.Request, enrolment, default)
                    : Fuse(word.ToWord(model), word));
        foreach (var word in _options.Words)
        {
            var streams = word.Streams.Count > 0 ? word.Streams.ToArray() : null;
            var request = new KeywordRequest(word.Text, word.FalseAlarmsPerHour, word.RefractorySeconds, streams);
            AddOrReplace(Calibrate(request, EnrolmentOf(request), default));
        }
        // Of words that come from elsewhere the file has the recordings only.
        foreach (var word in stored.Where(word => IsAdded(word.ToRequest())))
            AddOrReplace(Calibrate(word.ToRequest(), word.Enrolment, default));

        Enrolment? EnrolmentOf(KeywordRequest request) =>
            stored.FirstOrDefault(word => KeywordNames.FromText(word.Text) == KeywordNames.FromText(request.Text))?.Enrolment;
    }

    /// <summary>A word as it is shipped with the phone model; for the lab.</summary>
    /// <param name="request">The word.</param>
    /// <param name="fused">A trained model that knows it; null: none does.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public ShippedWord MeasureShipped(KeywordRequest request, FusedModel? fused, CancellationToken cancellationToken)
    {
        var (word, measured) = CalibrateText(request, null, cancellationToken);
        if (fused is null) return ShippedWord.Of(word);
        var (threshold, table) = Model!.Calibrator.Calibrate(word.Name, measured, request, fused: fused);
        return ShippedWord.Of(word) with { Fused = new FusedThreshold(fused, threshold, table) };
    }

    /// <summary>What finds typed words; null where the models' folder lacks it.</summary>
    public WordModel? Model => _model.Value;

    /// <summary>The lips that they are looked for on too; null where they are only heard.</summary>
    public LipPhones? Lips { get; }

    /// <summary>The words of this moment; null while there are none.</summary>
    public WordList? Current => _current;

    public IReadOnlyList<KeywordDetails> Keywords => [.. Words.Select(word => word.Describe())];

    private ImmutableArray<TypedWord> Words => _current?.Words ?? [];

    public KeywordDetails? Find(string name) => FindWord(name)?.Describe();

    public async Task<KeywordDetails> AddAsync(KeywordRequest request, CancellationToken cancellationToken)
    {
        // What was recorded stays: the word's target may have changed, not its sound.
        var enrolment = FindWord(request.Text)?.Enrolment;
        return Store(await Task.Run(() => Calibrate(request, enrolment, cancellationToken), cancellationToken));
    }

    public async Task<KeywordDetails?> EnrolAsync(
        string name, IReadOnlyList<KeywordRecording> recordings, CancellationToken cancellationToken)
    {
        if (FindWord(name) is not { } word) return null;
        var heard = await new KeywordRecordings(_files).ReadAsync(recordings, cancellationToken);
        var enrolled = await Task.Run(async () =>
        {
            var (byText, measured) = CalibrateText(word.Request, FusedWith(word.Name), cancellationToken);
            var enrolment = await new WordEnroller(Model!).EnrolAsync(byText, measured, heard, cancellationToken);
            return WithExamples(byText, measured, enrolment);
        }, cancellationToken);
        return Store(enrolled);
    }

    public async Task<bool> ForgetRecordingsAsync(string name, CancellationToken cancellationToken)
    {
        if (FindWord(name) is not { Enrolment: not null } word) return false;
        Store(await Task.Run(() => Calibrate(word.Request, null, cancellationToken), cancellationToken));
        return true;
    }

    public bool Remove(string name)
    {
        lock (_gate)
        {
            var kept = Words.RemoveAll(word => word.Name == KeywordNames.FromText(name));
            if (kept.Length == Words.Length) return false;
            Publish(kept);
        }
        Save();
        return true;
    }

    public MeasuredKeyword? Export(string name) => FindWord(name) is { } word
        ? new MeasuredKeyword(word.Name, PortableWord.Of(word, Model!).ToJson(), IsAdded(word.Request)) : null;

    public async Task ImportAsync(string json, CancellationToken cancellationToken)
    {
        var portable = PortableWord.Parse(json);
        Store(TakeAsMeasured(portable)
            ?? await Task.Run(() => Calibrate(portable.Measured.Request, portable.Enrolment, cancellationToken), cancellationToken));
    }

    /// <summary>The words of this moment and some of one call's own.</summary>
    /// <param name="requests">The call's words; one of a name that is there takes its place.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="KeywordException">A word can't be taken.</exception>
    public WordList CombineWith(IReadOnlyList<KeywordRequest> requests, CancellationToken cancellationToken)
    {
        TypedWord[] own = [.. requests.Select(request => Calibrate(request, null, cancellationToken))];
        var model = Model!;
        return new WordList(model.States, model.Table.Matcher, [.. Words.Where(word => own.All(other => other.Name != word.Name)), .. own]);
    }

    private TypedWord? FindWord(string? name) =>
        name is null ? null : Words.FirstOrDefault(word => word.Name == KeywordNames.FromText(name));

    private KeywordDetails Store(TypedWord word)
    {
        AddOrReplace(word);
        Save();
        return word.Describe();
    }

    private TypedWord? TakeAsMeasured(PortableWord word)
    {
        try
        {
            // Measured with a trained model that doesn't listen here, it has a threshold that is none of this server's.
            if (Model is null || (word.Measured.Fused is { } fused && !_verifiers.Contains(fused.By.Model))) return null;
            return word.TryToWord(Model, MaxPronunciations) is { } taken ? taken with { Fused = word.Measured.Fused?.By } : null;
        }
        catch (PronunciationException)
        {
            return null;   // measuring says why
        }
    }

    private TypedWord Fuse(TypedWord word, ShippedWord measured) =>
        measured.Fused is { } fused && _verifiers.Contains(fused.By.Model)
            ? word with { Threshold = fused.Threshold, Calibration = fused.Calibration, Fused = fused.By }
            : word;

    private FusedModel? FusedWith(string name)
    {
        var fused = Model?.Shipped.FirstOrDefault(word => KeywordNames.FromText(word.Request.Text) == name)?.Fused?.By;
        return fused is not null && _verifiers.Contains(fused.Model) ? fused : null;
    }

    private TypedWord Calibrate(KeywordRequest request, Enrolment? enrolment, CancellationToken cancellationToken)
    {
        var (word, measured) = CalibrateText(request, FusedWith(KeywordNames.FromText(request.Text ?? "")), cancellationToken);
        if (enrolment is null) return word;
        var length = WordExamples.EmbeddingDim(Model!.States);
        if (enrolment.Examples.All(example => example.Length == length)) return WithExamples(word, measured, enrolment);
        const string OfAnother = "Its recordings belong to another phone model and don't count: record the word again.";
        return word with { Warnings = [.. word.Warnings, OfAnother] };
    }

    private TypedWord WithExamples(TypedWord word, WordStatistics measured, Enrolment enrolment)
    {
        var examples = measured.CreateExamples(enrolment.Examples);
        var (threshold, table) = Model!.Calibrator.Calibrate(word.Name, measured, word.Request, examples, word.Fused);
        return word with { Threshold = threshold, Calibration = table, Enrolment = enrolment, Examples = examples };
    }

    private (TypedWord Word, WordStatistics Measured) CalibrateText(
        KeywordRequest request, FusedModel? fused, CancellationToken cancellationToken)
    {
        var model = Model ?? throw new KeywordException(
            "Expected a phone model, a lexicon and a speech recogniser in the models' folder to listen for typed words, found less. "
            + "Run scripts/setup.sh.");
        if (!(request.FalseAlarmsPerHour is > 0 and <= 1000))
            throw new KeywordException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Expected falseAlarmsPerHour above 0 and at most 1000, got {request.FalseAlarmsPerHour}."));
        if (!(request.RefractorySeconds is >= 0 and <= 60))
            throw new KeywordException(
                string.Create(CultureInfo.InvariantCulture, $"Expected refractorySeconds from 0 to 60, got {request.RefractorySeconds}."));
        IReadOnlyList<Pronunciation> ways;
        try
        {
            ways = [.. model.Pronouncer.Pronounce(request.Text ?? "").Take(MaxPronunciations)];
        }
        catch (PronunciationException e)
        {
            throw new KeywordException(e.Message);
        }
        int[][] phones = [.. ways.Select(way => way.Phones.Select(phone => model.States.IndexOf(phone.ToString())).ToArray())];
        var name = KeywordNames.FromText(request.Text!);
        var spellings = model.Rescorer.Spellings(name, ways);
        var measured = model.Calibrator.Measure(phones, spellings, cancellationToken);
        var (threshold, table) = model.Calibrator.Calibrate(name, measured, request, fused: fused);
        var warnings = Warnings(model, request, ways, table);
        var written = new Lazy<IReadOnlyList<int[]>>(spellings);
        var word = new TypedWord(
            request, ways, measured.Paths, written, measured.SmallRecogniserThreshold, measured.LargeRecogniserThreshold, threshold, table,
            warnings)
        {
            Fused = fused,
        };
        return (word, measured);
    }

    private List<string> Warnings(WordModel model, KeywordRequest request, IReadOnlyList<Pronunciation> ways, KeywordCalibration table)
    {
        var others = Words.Where(word => word.Name != KeywordNames.FromText(request.Text)).Select(word => word.Pronunciations);
        List<string> warnings = [.. model.Advisor.Advise(ways, others).Select(warning => warning.Message)];
        if (table.Threshold > 0.999)
            warnings.Add("Stored speech sounds like the word now and then: it must be said clearly to be told from it.");
        return warnings;
    }

    private void AddOrReplace(TypedWord word)
    {
        lock (_gate)
        {
            var others = Words.RemoveAll(other => other.Name == word.Name);
            if (others.Length >= _options.MaxWords)
                throw new KeywordException(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"Expected at most {_options.MaxWords} keywords (Keywords:MaxWords), got one more. Remove some first."));
            Publish(others.Add(word));
        }
    }

    private void Publish(ImmutableArray<TypedWord> words) =>
        _current = words.IsEmpty ? null : new WordList(Model!.States, Model.Table.Matcher, words);

    // Words of the configuration come from there again, but not what was recorded of them.
    private void Save() =>
        _file?.Write([.. Words.Where(word => IsAdded(word.Request) || word.Enrolment is not null).Select(StoredKeyword.Of)]);

    private bool IsAdded(KeywordRequest request) =>
        _options.Words.All(word => KeywordNames.FromText(word.Text) != KeywordNames.FromText(request.Text))
        && !(_options.Shipped && Model?.Shipped.Any(word => word.Request == request) == true);
}
