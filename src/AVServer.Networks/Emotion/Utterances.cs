using static TorchSharp.torch;

namespace AVServer.Networks.Emotion;

/// <summary>A batch of utterances as an <see cref="MscnnSpu"/> takes it.</summary>
/// <param name="Features">Feature frames [B, T, features], padded with anything; null for a model that only reads.</param>
/// <param name="Frames">Valid frames [B], int64.</param>
/// <param name="Words">Word vectors [B, W, dim], each with its votes where the model takes them, padded with anything; null for a model
/// that only hears.</param>
/// <param name="WordCount">Valid words [B], int64; 0 is an utterance without a transcript.</param>
/// <param name="Descriptors">What describes each utterance as a whole [B, descriptors], for a model that takes it.</param>
/// <param name="Speaker">x-vectors [B, dim], for a model that takes them.</param>
public readonly record struct Utterances(
    Tensor? Features = null, Tensor? Frames = null, Tensor? Words = null, Tensor? WordCount = null, Tensor? Speaker = null,
    Tensor? Descriptors = null);
