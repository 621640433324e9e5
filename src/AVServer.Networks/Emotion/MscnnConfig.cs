namespace AVServer.Networks.Emotion;

/// <summary>Size of an <see cref="MscnnSpu"/>. The defaults are the paper's, for both modalities with attention.</summary>
/// <param name="Labels">Emotions.</param>
/// <param name="Audio">Whether it hears.</param>
/// <param name="Text">Whether it reads.</param>
/// <param name="Attention">MSCNN-SPU-ATT: what was heard asks for the words that matter; needs both modalities.</param>
/// <param name="Features">Values of a feature frame.</param>
/// <param name="CentredFeatures">So many leading values of a frame lose their mean over the utterance: the microphone's colour and the
/// level.</param>
/// <param name="Filters">Filters of each of a modality's four kernels.</param>
/// <param name="Hop">Feature frames from one position of the audio kernels to the next.</param>
/// <param name="WordDim">Values of a word vector.</param>
/// <param name="WordVotes">Whether a value for each label stands behind a word's vector, that word's vote, and the votes of all words count
/// beside the convolutions.</param>
/// <param name="Swem">Whether the maximum and the mean of the word vectors stand beside the pooled text.</param>
/// <param name="SpeakerDim">Values of a speaker's x-vector beside the pooled sound; 0 leaves it off.</param>
/// <param name="Descriptors">Values that describe the whole utterance beside the frames; 0 leaves them off.</param>
/// <param name="DescriptorUnits">Units of the layer that reads them.</param>
/// <param name="DescriptorDropout">Share of them dropped in training.</param>
/// <param name="BranchDropout">Of the frames and the descriptors, each is left out of so many examples in training, so that neither leans
/// on the other.</param>
/// <param name="Centres">Examples that an utterance's descriptors are compared with beside that, by <see cref="RadialLayer"/>; 0 leaves it
/// off.</param>
/// <param name="Width">How soon likeness ends there.</param>
/// <param name="Pooling">Which statistics over time are taken.</param>
/// <param name="Dropout">Share of the pooled values dropped in training.</param>
public sealed record MscnnConfig(
    int Labels = 4,
    bool Audio = true,
    bool Text = true,
    bool Attention = true,
    int Features = 96,
    int CentredFeatures = 32,
    int Filters = 128,
    int Hop = 1,
    int WordDim = 100,
    bool WordVotes = false,
    bool Swem = true,
    int SpeakerDim = 0,
    int Descriptors = 0,
    int DescriptorUnits = 128,
    double DescriptorDropout = 0.5,
    double BranchDropout = 0.2,
    int Centres = 0,
    double Width = 0.5,
    Statistics Pooling = Statistics.All,
    double Dropout = 0.3)
{
    /// <summary>Channels of a modality's feature maps.</summary>
    public int Channels => 4 * Filters;

    /// <summary>Values of a word as the network takes it.</summary>
    public int WordInputs => WordDim + (WordVotes ? Labels : 0);

    /// <exception cref="ArgumentException">Sizes or switches don't fit each other.</exception>
    public void Validate()
    {
        Require(Audio || Text, "Expected sound, text or both, got neither.");
        Require(!Attention || (Audio && Text), "Expected both sound and text for attention, got one.");
        Require(Pooling is > 0 and <= Statistics.All, $"Expected at least one statistic, got {Pooling}.");
        Require(Labels >= 2, $"Expected at least 2 labels, got {Labels}.");
        Require(
            Features >= 1 && Filters >= 1 && Hop >= 1
                && WordDim >= 1,
                $"Expected sizes of at least 1, got {Features} features, {Filters} filters, a hop of {Hop} and word vectors of {WordDim}.");
        Require(CentredFeatures >= 0 && CentredFeatures <= Features, $"Expected 0 to {Features} centred features, got {CentredFeatures}.");
        Require(SpeakerDim >= 0 && (SpeakerDim == 0 || Audio), $"Expected an x-vector only beside sound, got one of {SpeakerDim}.");
        Require(!WordVotes || Text, "Expected votes of words only of a network that reads, got one that doesn't.");
        Require(
            Descriptors >= 0 && (Descriptors == 0 || Audio)
                && DescriptorUnits >= 1,
                $"Expected descriptors only beside sound, and units that read them, got {Descriptors} and {DescriptorUnits}.");
        Require(
            DescriptorDropout is >= 0 and < 1
                && BranchDropout is >= 0 and < 0.5,
                $"Expected to drop less than all descriptors and less than half of the branches, got {DescriptorDropout} and "
                + $"{BranchDropout}.");
        Require(
            Centres >= 0 && (Centres == 0 || Descriptors > 0)
                && Width > 0, $"Expected centres only among descriptors, and a width of more than 0, got {Centres} and {Width}.");
        Require(Dropout is >= 0 and < 1, $"Expected a dropout from 0 to below 1, got {Dropout}.");
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds) throw new ArgumentException(otherwise);
    }
}
