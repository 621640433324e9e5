namespace AVServer.Runtime;

/// <summary>Judges a manifest by itself, and says everything that is wrong at once.</summary>
internal static class ManifestValidator
{
    public static IReadOnlyList<string> Validate(ModelManifest manifest)
    {
        var errors = new List<string>();
        General(manifest, errors);
        Files(manifest, errors);
        foreach (var (keyword, table) in manifest.Calibration)
        {
            Require(
                manifest.Labels.Contains(keyword),
                $"calibration.{keyword}: expected one of the labels ({string.Join(", ", manifest.Labels)})", errors);
            Calibration($"calibration.{keyword}", table, errors);
        }
        switch (manifest.Kind)
        {
            case ModelKind.KeywordSpotter: Spotter(manifest, errors); break;
            case ModelKind.PhoneModel: Phones(manifest, errors); break;
            case ModelKind.KeywordVerifier: Verifier(manifest, errors); break;
            case ModelKind.SpeechEmbedding: Embedding(manifest, errors); break;
            case ModelKind.AudioVisualSpotter: AudioVisual(manifest, errors); break;
            case ModelKind.VoiceActivity: VoiceActivity(manifest, errors); break;
            case ModelKind.SpeechEncoder or ModelKind.SpeechRecogniser: SpeechEncoder(manifest, errors); break;
            case ModelKind.SpeakerEmbedding: SpeakerEmbedding(manifest, errors); break;
            case ModelKind.LipPhones: LipPhones(manifest, errors); break;
            case ModelKind.Emotion: EmotionValidator.Validate(manifest, errors); break;
        }
        return errors;
    }

    private static void General(ModelManifest manifest, List<string> errors)
    {
        Require(
            manifest.Format == ModelManifest.CurrentFormat, $"format: expected {ModelManifest.CurrentFormat}, got {manifest.Format}",
            errors);
        Require(IsModelName(manifest.Name), $"name: expected lower-case letters, digits and hyphens, got '{manifest.Name}'", errors);
        Require(manifest.Version.Length > 0, "version: expected a version such as 1.0.0, got nothing", errors);
        Require(manifest.Licence.Length > 0, "licence: expected an SPDX expression, got nothing", errors);
        Require(manifest.Labels.Distinct().Count() == manifest.Labels.Count, "labels: expected each label once, got one twice", errors);
        Require(manifest.Labels.All(label => label.Length > 0), "labels: expected names, got an empty one", errors);
        Require(
            manifest.Trigger.SmoothingFrames >= 1, $"trigger.smoothingFrames: expected at least 1, got {manifest.Trigger.SmoothingFrames}",
            errors);
        Require(
            manifest.Trigger.RefractorySeconds >= 0,
            $"trigger.refractorySeconds: expected 0 or more, got {manifest.Trigger.RefractorySeconds}", errors);
        Require(manifest.Trigger.VerifySteps >= 1, $"trigger.verifySteps: expected at least 1, got {manifest.Trigger.VerifySteps}", errors);
        if (manifest.OperatingPoint is { } point)
            Require(
                point.FalseAlarmsPerHour > 0, $"operatingPoint.falseAlarmsPerHour: expected more than 0, got {point.FalseAlarmsPerHour}",
                errors);
    }

    private static void Files(ModelManifest manifest, List<string> errors)
    {
        string[] needed = manifest.Kind switch
        {
            ModelKind.WordVectors => [WordVectorFiles.Words, WordVectorFiles.Vectors],
            ModelKind.Transcriber => [],
            ModelKind.Lexicon => [PronunciationFiles.Lexicon],
            ModelKind.LettersToPhones => [PronunciationFiles.LettersToPhones],
            ModelKind.PhoneModel => [ModelManifest.MainFile, .. PhoneModelFiles.Needed],
            ModelKind.SpeakerEmbedding => [.. SpeakerEmbeddingFiles.Needed],
            ModelKind.LipPhones => [ModelManifest.MainFile, LipPhoneFiles.Table],
            ModelKind.SpeechRecogniser => [ModelManifest.MainFile, .. SpeechRecogniserFiles.Needed],
            _ => [ModelManifest.MainFile],
        };
        foreach (var name in needed)
            Require(
                manifest.Files.ContainsKey(name), $"files: expected {name} among them, got {string.Join(", ", manifest.Files.Keys)}",
                errors);
        foreach (var (name, file) in manifest.Files)
        {
            // A manifest comes from outside: its names must not reach beyond its folder.
            Require(name.Split('/').All(IsPlainName), $"files: expected plain names, got '{name}'", errors);
            Require(
                file.Sha256.Length == 64
                    && file.Sha256.All(char.IsAsciiHexDigitLower),
                    $"files.{name}.sha256: expected 64 lower-case hexadecimal digits, got '{file.Sha256}'", errors);
            Require(file.Bytes > 0, $"files.{name}.bytes: expected more than 0, got {file.Bytes}", errors);
        }
    }

    private static void Calibration(string at, CalibrationTable table, List<string> errors)
    {
        Require(table.FillerHours > 0, $"{at}.fillerHours: expected more than 0, got {table.FillerHours}", errors);
        Require(table.Points.Count > 0, $"{at}.points: expected at least one, got none", errors);
        for (var i = 0; i < table.Points.Count; i++)
        {
            var point = table.Points[i];
            Require(point.Threshold is >= 0 and <= 1, $"{at}.points[{i}].threshold: expected 0 to 1, got {point.Threshold}", errors);
            Require(
                point.FalseAlarmsPerHour >= 0, $"{at}.points[{i}].falseAlarmsPerHour: expected 0 or more, got {point.FalseAlarmsPerHour}",
                errors);
            Require(point.Frr is >= 0 and <= 1, $"{at}.points[{i}].frr: expected 0 to 1, got {point.Frr}", errors);
            if (i == 0) continue;
            var before = table.Points[i - 1];
            Require(
                point.Threshold > before.Threshold,
                $"{at}.points[{i}].threshold: expected more than {before.Threshold}, got {point.Threshold}", errors);
            Require(
                point.FalseAlarmsPerHour <= before.FalseAlarmsPerHour,
                $"{at}.points[{i}].falseAlarmsPerHour: expected at most {before.FalseAlarmsPerHour}, got {point.FalseAlarmsPerHour}",
                errors);
            Require(point.Frr >= before.Frr, $"{at}.points[{i}].frr: expected at least {before.Frr}, got {point.Frr}", errors);
        }
    }

    private static void Spotter(ModelManifest manifest, List<string> errors)
    {
        Require(manifest.Labels.Count > 0, "labels: expected at least one keyword, got none", errors);
        Require(manifest.Inputs.Count == 2, $"inputs: expected features and cache, got {manifest.Inputs.Count}", errors);
        Require(manifest.Outputs.Count == 2, $"outputs: expected posteriors and nextCache, got {manifest.Outputs.Count}", errors);
        Require(
            manifest.Features is { Type: "fbank", Mels: > 0, SampleRateHz: > 0, HopMs: > 0, FrameLengthMs: > 0 },
            $"features: expected a complete fbank, got {manifest.Features?.ToString() ?? "nothing"}", errors);
        Streaming(manifest, errors);
    }

    private static void Phones(ModelManifest manifest, List<string> errors)
    {
        Require(manifest.Inputs.Count == 2, $"inputs: expected features and cache, got {manifest.Inputs.Count}", errors);
        Require(manifest.Outputs.Count == 2, $"outputs: expected scores and nextCache, got {manifest.Outputs.Count}", errors);
        Require(
            manifest.Features is { Type: "mfcc", Mels: > 0, SampleRateHz: 16000, HopMs: 10, FrameLengthMs: > 0 },
            $"features: expected an mfcc of 16000 Hz each 10 ms, got {manifest.Features?.ToString() ?? "nothing"}",
            errors);
        Streaming(manifest, errors);
    }

    private static void Streaming(ModelManifest manifest, List<string> errors)
    {
        if (manifest.Streaming is not { } streaming)
        {
            errors.Add("streaming: expected chunkFrames, stride, cacheShape and receptiveFieldFrames, got nothing");
            return;
        }
        Require(
            streaming.Stride > 0 && streaming.ChunkFrames > 0
                && streaming.ChunkFrames % Math.Max(streaming.Stride, 1) == 0,
                $"streaming.chunkFrames: expected a positive multiple of stride {streaming.Stride}, got {streaming.ChunkFrames}", errors);
        Require(
            streaming.CacheShape.Count > 0
                && streaming.CacheShape.All(axis => axis > 0),
                $"streaming.cacheShape: expected positive sizes, got [{string.Join(", ", streaming.CacheShape)}]", errors);
        Require(
            streaming.ReceptiveFieldFrames > 0,
            $"streaming.receptiveFieldFrames: expected more than 0, got {streaming.ReceptiveFieldFrames}", errors);
    }

    private static void Verifier(ModelManifest manifest, List<string> errors)
    {
        Require(manifest.Labels.Count == 1, $"labels: expected one keyword, got {manifest.Labels.Count}", errors);
        Require(manifest.Inputs.Count == 1, $"inputs: expected embeddings, got {manifest.Inputs.Count}", errors);
        Require(
            manifest.Outputs.Count == 3,
            $"outputs: expected posterior, secondsSinceStart and secondsSinceEnd, got {manifest.Outputs.Count}", errors);
        Require(
            manifest.WindowSteps > 0, $"windowSteps: expected more than 0, got {manifest.WindowSteps?.ToString() ?? "nothing"}", errors);
        if (manifest.FirstStage is { } firstStage)
        {
            foreach (var keyword in manifest.Labels.Except(firstStage.Threshold.Keys))
                errors.Add($"firstStage.threshold: expected one for '{keyword}', got none");
            foreach (var (keyword, threshold) in firstStage.Threshold)
                Require(threshold is >= 0 and <= 1, $"firstStage.threshold.{keyword}: expected 0 to 1, got {threshold}", errors);
            Require(firstStage.Weight is >= 0 and <= 10, $"firstStage.weight: expected 0 to 10, got {firstStage.Weight}", errors);
        }
        else
        {
            errors.Add("firstStage: expected the spotter that it was measured behind, got nothing");
        }
        Require(!string.IsNullOrEmpty(manifest.Embedding), "embedding: expected the name of a speech-embedding model, got nothing", errors);
    }

    private static void Embedding(ModelManifest manifest, List<string> errors)
    {
        Require(
            manifest.Files.ContainsKey(SpeechEmbeddingFiles.Mel),
            $"files: expected {SpeechEmbeddingFiles.Mel} among them, got {string.Join(", ", manifest.Files.Keys)}", errors);
        Require(
            manifest.Features is { Type: "samples", SampleRateHz: 16000 },
            $"features: expected samples at 16000 Hz, got {manifest.Features?.ToString() ?? "nothing"}", errors);
    }

    private static void AudioVisual(ModelManifest manifest, List<string> errors)
    {
        Require(manifest.Labels.Count == 1, $"labels: expected one keyword, got {manifest.Labels.Count}", errors);
        Require(manifest.Inputs.Count == 3, $"inputs: expected fbank, lips and presence, got {manifest.Inputs.Count}", errors);
        Require(manifest.Outputs.Count == 1, $"outputs: expected posterior, got {manifest.Outputs.Count}", errors);
        Require(
            manifest.Files.ContainsKey(AudioVisualFiles.Lips),
            $"files: expected {AudioVisualFiles.Lips} among them, got {string.Join(", ", manifest.Files.Keys)}", errors);
        Require(
            manifest.Features is { Type: "fbank", Mels: > 0, SampleRateHz: 16000, HopMs: 10, FrameLengthMs: > 0 },
            $"features: expected an fbank of 16000 Hz each 10 ms, got {manifest.Features?.ToString() ?? "nothing"}", errors);
        Require(
            manifest.Calibration.Count == 0, "calibration: expected none, because an audio-visual spotter's is audioVisual.calibration",
            errors);
        if (manifest.AudioVisual is not { } spec)
        {
            errors.Add("audioVisual: expected roiSize, roiChannels and lipFeatures, got nothing");
            return;
        }
        Require(spec.RoiSize is >= 8 and <= 512, $"audioVisual.roiSize: expected 8 to 512, got {spec.RoiSize}", errors);
        Require(spec.RoiChannels is 1 or 3, $"audioVisual.roiChannels: expected 1 (gray) or 3 (RGB), got {spec.RoiChannels}", errors);
        Require(spec.LipFeatures > 0, $"audioVisual.lipFeatures: expected more than 0, got {spec.LipFeatures}", errors);
        Require(
            spec.LipMeasures is 0 or AudioVisualSpec.AllLipMeasures,
            $"audioVisual.lipMeasures: expected 0 or {AudioVisualSpec.AllLipMeasures}, got {spec.LipMeasures}", errors);
        Require(spec.FramesPerSecond == 25, $"audioVisual.framesPerSecond: expected 25, got {spec.FramesPerSecond}", errors);
        Require(
            spec.VideoFrames > 0
                && spec.AudioFrames == 4 * spec.VideoFrames,
                $"audioVisual.audioFrames: expected 4 for each of {spec.VideoFrames} video frames, got {spec.AudioFrames}", errors);
        Require(
            spec.StrideMs > 0 && spec.StrideMs % 80 == 0, $"audioVisual.strideMs: expected a multiple of 80, got {spec.StrideMs}", errors);
        Require(
            spec.WordSeconds is > 0 and <= 2, $"audioVisual.wordSeconds: expected more than 0 and at most 2, got {spec.WordSeconds}",
            errors);
        foreach (var (modality, table) in spec.Calibration)
        {
            Require(
                AudioVisualSpec.Modalities.Contains(modality),
                $"audioVisual.calibration.{modality}: expected one of {string.Join(", ", AudioVisualSpec.Modalities)}", errors);
            Calibration($"audioVisual.calibration.{modality}", table, errors);
        }
    }

    private static void SpeechEncoder(ModelManifest manifest, List<string> errors)
    {
        Require(
            manifest.Features is { Type: "samples", SampleRateHz: 16000 },
            $"features: expected samples at 16000 Hz, got {manifest.Features?.ToString() ?? "nothing"}", errors);
        Require(manifest.Inputs is [{ Shape: [-1, -1] }], "inputs: expected one of the shape [-1, -1], got another", errors);
        Require(manifest.Outputs is [{ Shape: [-1, -1, > 0] }], "outputs: expected one of the shape [-1, -1, values], got another", errors);
    }

    private static void SpeakerEmbedding(ModelManifest manifest, List<string> errors)
    {
        Require(
            manifest.Features is { Type: "mfcc", Mels: > 0, SampleRateHz: 8000, HopMs: 10, FrameLengthMs: > 0 },
            $"features: expected an mfcc of 8000 Hz each 10 ms, got {manifest.Features?.ToString() ?? "nothing"}", errors);
        Require(manifest.Inputs is [{ Shape: [1, -1, > 0] }], "inputs: expected one of the shape [1, -1, values], got another", errors);
        Require(manifest.Outputs is [{ Shape: [1, > 0] }], "outputs: expected one of the shape [1, values], got another", errors);
    }

    private static void LipPhones(ModelManifest manifest, List<string> errors)
    {
        Require(manifest.Labels.Count > 1, $"labels: expected phones, got {manifest.Labels.Count}", errors);
        Require(manifest.Inputs is [{ Shape: [-1, -1, > 0] }], "inputs: expected one of the shape [-1, -1, values], got another", errors);
        Require(
            manifest.Outputs is [{ Shape: [-1, -1, var logits] }] && logits == manifest.Labels.Count,
            $"outputs: expected one of the shape [-1, -1, {manifest.Labels.Count}], got another", errors);
    }

    private static void VoiceActivity(ModelManifest manifest, List<string> errors)
    {
        Require(
            manifest.Features is { Type: "samples", SampleRateHz: 16000 },
            $"features: expected samples at 16000 Hz, got {manifest.Features?.ToString() ?? "nothing"}", errors);
        Require(manifest.Inputs.Count == 3, $"inputs: expected windows, hidden and cell, got {manifest.Inputs.Count}", errors);
        Require(manifest.Outputs.Count == 3, $"outputs: expected voice, nextHidden and nextCell, got {manifest.Outputs.Count}", errors);
    }

    private static bool IsPlainName(string name) =>
        name.Length > 0 && name == Path.GetFileName(name) && name is not ("." or "..") && !name.Contains('\\');

    private static bool IsModelName(string name) =>
        name.Length is > 0 and <= 64 && char.IsAsciiLetterOrDigit(name[0])
            && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');

    internal static void Require(bool holds, string otherwise, List<string> errors)
    {
        if (!holds) errors.Add(otherwise);
    }
}
