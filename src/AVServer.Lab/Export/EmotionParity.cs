using AVServer.Networks.Emotion;
using AVServer.Runtime;
using static AVServer.Lab.Export.ParityCheck;
using static TorchSharp.torch;

namespace AVServer.Lab.Export;

/// <summary>Parity of the emotion models; see <see cref="ParityCheck"/>.</summary>
public static class EmotionParity
{
    /// <summary>
    /// The largest difference of the logits over utterances of different lengths, with and without words, as one padded batch and each
    /// alone.
    /// </summary>
    public static float Measure(MscnnSpu model, byte[] graph, int maxWords)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        using var session = SessionFactory.Open(graph);
        var config = model.Config;
        long[] frames = [Positions, 31, 7, 1, 50], words = [maxWords, 0, 5, 1, 2];
        var features = config.Audio ? Input(model.Layers.Mean!, model.Layers.Istd!, frames.Length, Positions) : null;
        var vectors = config.Text ? Uniform(words.Length, maxWords, config.WordInputs) - 0.5 : null;
        var speaker = config.SpeakerDim > 0 ? Uniform(frames.Length, config.SpeakerDim) : null;
        var descriptors = config.Descriptors > 0
            ? (Uniform(frames.Length, config.Descriptors) - 0.5) * 10 / model.DescriptorLayers.Istd! + model.DescriptorLayers.Mean!
            : null;
        var (frameCounts, wordCounts) = (tensor(frames), tensor(words));
        var expected = model.forward(new Utterances(features, frameCounts, vectors, wordCounts, speaker, descriptors));
        var difference = Relative(expected, Logits(features, frameCounts, descriptors, vectors, wordCounts, speaker));
        for (var i = 0; i < frames.Length; i++)
        {
            var alone = Logits(
                features?.narrow(0, i, 1).narrow(1, 0, frames[i]), frameCounts.narrow(0, i, 1), descriptors?.narrow(0, i, 1),
                vectors?.narrow(0, i, 1), wordCounts.narrow(0, i, 1), speaker?.narrow(0, i, 1));
            difference = Worse(difference, Relative(expected.narrow(0, i, 1), alone));
        }
        return difference;

        Tensor Logits(Tensor? features, Tensor frames, Tensor? descriptors, Tensor? words, Tensor count, Tensor? speaker)
        {
            Tensor?[] inputs = [features, features is null ? null : frames, descriptors, words, words is null ? null : count, speaker];
            return Run(session, [.. inputs.OfType<Tensor>()])[0];
        }
    }

    /// <summary>The largest difference of the logits over utterances of different lengths, as one padded batch and each alone.</summary>
    public static float Measure(LightSerNet model, byte[] graph)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        using var session = SessionFactory.Open(graph);
        long[] frames = [Positions, 64, 33, 1];
        var features = (Uniform(frames.Length, Positions, model.Config.Ceps) - 0.5) * 8;
        var counts = tensor(frames);
        var expected = model.forward(features, counts);
        var difference = Relative(expected, Run(session, features, counts)[0]);
        for (var i = 0; i < frames.Length; i++)
            difference = Worse(
                difference, Relative(
                    expected.narrow(0, i, 1), Run(session, features.narrow(0, i, 1).narrow(1, 0, frames[i]), counts.narrow(0, i, 1))[0]));
        return difference;
    }

    /// <summary>
    /// The largest difference of the logits over utterances of speakers of whom nothing, little or much was heard, with and without words
    /// where it reads.
    /// </summary>
    public static float Measure(SpeakerHead model, byte[] graph)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        using var session = SessionFactory.Open(graph);
        var config = model.Config;
        long[] words = [0, 1, 7, config.MaxWords, 0];
        var (mean, deviation) = (model.People.Mean, 1 / model.People.Istd);
        Tensor Values() => ((Uniform(words.Length, config.Values) - 0.5) * 6 * deviation) + mean;
        var descriptors = Values();
        var seconds = tensor(new[] { 0f, 0.7f, 12, 60, 3600 }).view(-1, 1);
        var speaker = cat([Values(), Uniform(words.Length, config.Values) * 3 * deviation * deviation, seconds], 1);
        var votes = Uniform(words.Length, config.MaxWords, config.Labels) - 0.5;
        for (var i = 0; i < words.Length; i++) votes.narrow(0, i, 1).narrow(1, words[i], config.MaxWords - words[i]).zero_();
        return config.Reads
            ? Relative(model.Judge(descriptors, speaker, votes), Run(session, descriptors, speaker, votes, tensor(words))[0])
            : Relative(model.forward(descriptors, speaker), Run(session, descriptors, speaker)[0]);
    }
}
