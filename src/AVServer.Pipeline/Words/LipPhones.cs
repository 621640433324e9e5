using AVServer.Detection;
using AVServer.Runtime;

namespace AVServer.Pipeline;

/// <summary>Lips that typed words are looked for on: a network that knows phones, and which of its labels a word's phones are.</summary>
/// <remarks>Shared by all streams; immutable.</remarks>
internal sealed class LipPhones
{
    private const string Silence = "SIL";

    private readonly LipPhoneModel _model;
    private readonly LipGains _gains;
    private readonly int[] _labelOf;

    /// <param name="model">The network.</param>
    /// <param name="states">Phones of the typed words.</param>
    /// <exception cref="ModelStoreException">The network has no label for one of them.</exception>
    public LipPhones(LipPhoneModel model, PhoneStates states)
    {
        (_model, _gains) = (model, new LipGains(model.Manifest.Labels, model.Table.Priors));
        _labelOf = [.. states.Phones.Select((name, phone) => LabelOf(states.IsSilence[phone] ? Silence : name))];
    }

    /// <summary>Number of labels.</summary>
    public int LabelCount => _gains.Count;

    /// <summary>By phone of the typed words, its label.</summary>
    public IReadOnlyList<int> Labels => _labelOf;

    /// <summary>What is read by the model of this name.</summary>
    /// <param name="runtime">The models.</param>
    /// <param name="name">As the setting has it.</param>
    /// <param name="states">Phones of the typed words.</param>
    /// <exception cref="SetupException">There is no such model.</exception>
    /// <exception cref="ModelStoreException">It can't be loaded, or what finds faces isn't there.</exception>
    public static LipPhones Load(ModelRuntime runtime, string name, PhoneStates states)
    {
        string[] known = [.. runtime.Store.OfKind(ModelKind.LipPhones).Select(model => model.Manifest.Name)];
        if (!known.Contains(name))
            throw new SetupException(
                $"{KeywordsOptions.Section}:{nameof(KeywordsOptions.Lips)}: expected a model of lips out of "
                + $"{string.Join(", ", known.DefaultIfEmpty("none"))}, got '{name}'.");
        // What finds faces has to be there before the first stream needs it.
        foreach (var face in FaceModels.Names) _ = runtime.Store.Get(face);
        return new LipPhones(runtime.LipPhones(name), states);
    }

    /// <summary>Reads pictures in a row.</summary>
    /// <param name="mouth">[pictures, <see cref="Vision.MouthFeatures.Values"/>].</param>
    /// <param name="gains">Receives [pictures, <see cref="LabelCount"/>]; see <see cref="LipGains"/>.</param>
    public void Read(ReadOnlySpan<float> mouth, Span<float> gains)
    {
        var logits = new float[gains.Length];
        _model.Read(mouth, logits);
        for (var at = 0; at < gains.Length; at += LabelCount)
            _gains.Compute(logits.AsSpan(at, LabelCount), gains.Slice(at, LabelCount));
    }

    private int LabelOf(string phone)
    {
        var labels = _model.Manifest.Labels;
        for (var i = 0; i < labels.Count; i++)
            if (labels[i] == phone) return i;
        throw new ModelStoreException(new ModelProblem(
            ModelProblemCode.ManifestInvalid, _model.Manifest.Name, $"a label for each phone, {phone} among them",
            string.Join(' ', labels), "Restore the model's folder."));
    }
}
