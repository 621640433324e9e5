using static AVServer.Runtime.ManifestValidator;

namespace AVServer.Runtime;

/// <summary>Judges what only an emotion model's manifest has.</summary>
internal static class EmotionValidator
{
    public static void Validate(ModelManifest manifest, List<string> errors)
    {
        Require(manifest.Labels.Count >= 2, $"labels: expected at least two emotions, got {manifest.Labels.Count}", errors);
        if (manifest.Emotion is not { } spec)
        {
            errors.Add("emotion: expected frontEnd, temperature and minimumConfidence, got nothing");
            return;
        }
        Require(spec.MaxSeconds is >= 1 and <= 60, $"emotion.maxSeconds: expected 1 to 60, got {spec.MaxSeconds}", errors);
        Require(spec.MaxWords is >= 1 and <= 1024, $"emotion.maxWords: expected 1 to 1024, got {spec.MaxWords}", errors);
        Require(
            spec.Temperature is > 0 and <= 100, $"emotion.temperature: expected more than 0 and at most 100, got {spec.Temperature}",
            errors);
        Require(
            spec.MinimumConfidence is >= 0 and < 1,
            $"emotion.minimumConfidence: expected 0 or more and less than 1, got {spec.MinimumConfidence}", errors);
        Require(
            spec.WordVectors is not "", "emotion.wordVectors: expected the name of a word-vector model or null, got an empty name", errors);
        Require(
            spec.WordVotes is null
                || (spec.WordVotes is not "" && spec.WordVectors is not null),
                "emotion.wordVotes: expected the name of a word-vector model beside wordVectors or null, got another", errors);

        var encodes = spec.FrontEnd == EmotionFrontEnd.Encoder;
        Require(
            encodes == spec.Encoder is not (null or ""),
            $"emotion.encoder: expected the name of a speech encoder with the front end encoder and none without, got '{spec.Encoder}'",
            errors);
        Require(spec.WindowSeconds is >= 0.5 and <= 10, $"emotion.windowSeconds: expected 0.5 to 10, got {spec.WindowSeconds}", errors);
        string[] frames = encodes ? [] : [EmotionSpec.Features, EmotionSpec.Frames];
        string[] voice = encodes ? [EmotionSpec.Descriptors, EmotionSpec.Speaker] : spec.FrontEnd == EmotionFrontEnd.Voice
            ? [EmotionSpec.Descriptors]
            : [];
        string[] text = spec.WordVectors is null ? [] : [EmotionSpec.Words, EmotionSpec.WordCount];
        string[] inputs = [.. frames, .. voice, .. text];
        Require(
            manifest.Inputs.Select(input => input.Name).SequenceEqual(inputs),
            $"inputs: expected {string.Join(", ", inputs)}, got {Names(manifest.Inputs)}", errors);
        Require(
            manifest.Outputs.Select(output => output.Name).SequenceEqual([EmotionSpec.Logits]),
            $"outputs: expected {EmotionSpec.Logits}, got {Names(manifest.Outputs)}", errors);
        var descriptors = manifest.Inputs.FirstOrDefault(tensor => tensor.Name == EmotionSpec.Descriptors)?.Shape is [_, > 0 and var values]
            ? values
            : 1;
        foreach (var tensor in manifest.Inputs.Concat(manifest.Outputs)) Shape(tensor, spec, manifest.Labels.Count, descriptors, errors);
    }

    private static void Shape(TensorSpec tensor, EmotionSpec spec, int labels, int descriptors, List<string> errors)
    {
        int[] expected = tensor.Name switch
        {
            EmotionSpec.Features => [-1, -1, tensor.Shape.Count == 3 && tensor.Shape[2] > 0 ? tensor.Shape[2] : 96],
            EmotionSpec.Frames or EmotionSpec.WordCount => [-1],
            EmotionSpec.Descriptors => [-1, descriptors],
            EmotionSpec.Speaker => [-1, (2 * descriptors) + 1],
            EmotionSpec.Words => [-1, spec.MaxWords, tensor.Shape.Count == 3 && tensor.Shape[2] > 0 ? tensor.Shape[2] : 100],
            _ => [-1, labels],
        };
        Require(
            tensor.Shape.SequenceEqual(expected),
            $"{tensor.Name}: expected the shape [{string.Join(", ", expected)}], got [{string.Join(", ", tensor.Shape)}]", errors);
    }

    private static string Names(IReadOnlyList<TensorSpec> tensors) =>
        tensors.Count == 0 ? "none" : string.Join(", ", tensors.Select(tensor => tensor.Name));
}
