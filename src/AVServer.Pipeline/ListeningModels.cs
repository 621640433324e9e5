using AVServer.Contracts;
using AVServer.Runtime;

namespace AVServer.Pipeline;

/// <summary>The models that listen to a stream. Shared and immutable.</summary>
/// <param name="Spoken">Those that only hear.</param>
/// <param name="AudioVisual">Those that hear and read lips.</param>
internal sealed record ListeningModels(IReadOnlyList<KeywordModel> Spoken, IReadOnlyList<AudioVisualKeyword> AudioVisual)
{
    /// <summary>Whether any model could make use of pictures.</summary>
    public bool WantsPictures => AudioVisual.Count > 0;

    /// <summary>What they all hear; null where nothing listens.</summary>
    public FeatureSpec? Features =>
        Spoken.Select(model => model.Features).Concat(AudioVisual.Select(model => model.Features)).FirstOrDefault();

    /// <summary>Those that listen to a stream that has no pictures.</summary>
    public ListeningModels WithoutPictures => this with { AudioVisual = [.. AudioVisual.Where(model => model.WithoutVideo)] };

    /// <summary>Keywords that a model that only hears and an audio-visual one both know.</summary>
    public IReadOnlySet<string> SharedKeywords =>
        Spoken.SelectMany(model => model.Words).Select(word => word.Keyword).Intersect(AudioVisual.Select(model => model.Keyword))
            .ToHashSet();

    /// <summary>Names and versions, for events.</summary>
    public IReadOnlyList<ModelReference> References =>
        [.. Spoken.Select(model => model.Verifier?.Reference ?? model.SpotterReference), .. AudioVisual.Select(model => model.Reference)];
}
