namespace AVServer.Networks.Flcma;

/// <summary>
/// Size of an <see cref="FlcmaConformer"/>, of the <see cref="LipEncoder"/> before it, and of the uni-modal models of the same
/// parts. The defaults are the paper's (arXiv 2403.01700); what its text doesn't give is marked "our reading".
/// </summary>
/// <param name="RoiSize">Side of a lip picture, in pixels.</param>
/// <param name="RoiChannels">3 for colour, 1 for gray.</param>
/// <param name="VisualWidth">Channels of the lip encoder's stem and first stage; the three stages after it double them.</param>
/// <param name="SubsamplingChannels">Channels of the two convolutions over the fbank; our reading.</param>
/// <param name="Dim">Values of a token.</param>
/// <param name="Heads">Heads of every attention.</param>
/// <param name="FeedForward">Hidden values of the feed-forward modules.</param>
/// <param name="Blocks">Blocks of the encoder.</param>
/// <param name="ConvolutionKernel">Taps of the convolution module over time, 40 ms each; our reading.</param>
/// <param name="Dropout">Share of values dropped in training; our reading.</param>
/// <param name="Variant">Kind of the encoder's blocks.</param>
/// <param name="Mels">Fbank values a frame.</param>
/// <param name="AudioFrames">Fbank frames of a window, 10 ms each; four for each video frame.</param>
/// <param name="VideoFrames">Video frames of a window, 40 ms each; also tokens of each modality.</param>
/// <param name="IndependentOfLooks">
/// Whether each lip picture is brought to mean 0 and deviation 1, and the mean of the lip features over the window is taken away, as the
/// audio's is: what skin, light and a resting mouth look like then says little. Not the paper's; for models that few talkers taught.
/// </param>
/// <param name="LipMeasures">
/// Measures of the mouth by the face's landmarks that stand beside the lip features of each video frame; see
/// <see cref="LipNormalisation"/>. Not the paper's.
/// </param>
public sealed record FlcmaConfig(
    int RoiSize = 112,
    int RoiChannels = 3,
    int VisualWidth = 64,
    int SubsamplingChannels = 256,
    int Dim = 256,
    int Heads = 4,
    int FeedForward = 1024,
    int Blocks = 6,
    int ConvolutionKernel = 15,
    double Dropout = 0.1,
    FlcmaVariant Variant = FlcmaVariant.Conformer,
    int Mels = 80,
    int AudioFrames = 256,
    int VideoFrames = 64,
    bool IndependentOfLooks = false,
    int LipMeasures = 0)
{
    /// <summary>The paper's.</summary>
    public static FlcmaConfig Base { get; } = new();

    /// <summary>For processors: about 1/50 of the arithmetic a lip picture, and a few milliseconds a window.</summary>
    public static FlcmaConfig Small { get; } = new(
        RoiSize: 64, RoiChannels: 1, VisualWidth: 16, SubsamplingChannels: 32, Dim: 96, FeedForward: 256, Blocks: 3,
        IndependentOfLooks: true, LipMeasures: 20);

    /// <summary>Values of the lip feature of one video frame: what a <see cref="LipEncoder"/> gives.</summary>
    public int LipFeatures => 8 * VisualWidth;

    /// <summary>Values that tell of the lips in one video frame: its lip feature, then its measures.</summary>
    public int LipValues => LipFeatures + LipMeasures;

    /// <exception cref="ArgumentOutOfRangeException">A size is out of its range.</exception>
    /// <exception cref="ArgumentException">Two sizes don't fit each other.</exception>
    public void Validate()
    {
        Require(RoiSize, 16, nameof(RoiSize));
        Require(RoiChannels, 1, nameof(RoiChannels));
        Require(VisualWidth, 1, nameof(VisualWidth));
        Require(SubsamplingChannels, 1, nameof(SubsamplingChannels));
        Require(Dim, 2, nameof(Dim));
        Require(Heads, 1, nameof(Heads));
        Require(FeedForward, 1, nameof(FeedForward));
        Require(Blocks, 1, nameof(Blocks));
        Require(ConvolutionKernel, 1, nameof(ConvolutionKernel));
        Require(LipMeasures, 0, nameof(LipMeasures));
        Require(Mels, 4, nameof(Mels));
        Require(VideoFrames, 1, nameof(VideoFrames));
        if (Dim % 2 != 0 || Dim % Heads != 0)
            throw new ArgumentException($"Expected an even {nameof(Dim)} that {Heads} heads divide, got {Dim}.");
        if (ConvolutionKernel % 2 == 0)
            throw new ArgumentException($"Expected an odd {nameof(ConvolutionKernel)}, got {ConvolutionKernel}.");
        if (AudioFrames != 4 * VideoFrames)
            throw new ArgumentException($"Expected four fbank frames for each of {VideoFrames} video frames, got {AudioFrames}.");
        if (Dropout is not (>= 0 and < 1))
            throw new ArgumentOutOfRangeException(
                nameof(Dropout), Dropout, $"Expected a share from 0 to below 1 for {nameof(Dropout)}, got {Dropout}.");
    }

    private static void Require(int value, int least, string name)
    {
        if (value < least) throw new ArgumentOutOfRangeException(name, value, $"Expected at least {least} for {name}, got {value}.");
    }
}
