namespace AVServer.Networks;

/// <summary>Size of an <see cref="Mdtc"/>. The defaults are the paper's; <see cref="Small"/> is for many streams on one core.</summary>
/// <param name="Mels">Fbank values a frame.</param>
/// <param name="Width">Channels of every block.</param>
/// <param name="Stacks">Stacks of blocks; their outputs are summed.</param>
/// <param name="BlocksPerStack">Blocks of a stack, with dilation 1, 2, 4, 8….</param>
/// <param name="Kernel">Taps of the depthwise convolution.</param>
/// <param name="Stride">Frames that are joined to one step at the input; also frames for one posterior.</param>
/// <param name="Keywords">Keywords, hence posteriors a step.</param>
/// <param name="Squeeze">Width ÷ hidden size of squeeze-and-excitation.</param>
/// <param name="Dropout">Share of the summed stacks' values dropped in training.</param>
public sealed record MdtcConfig(
    int Mels = 80,
    int Width = 64,
    int Stacks = 4,
    int BlocksPerStack = 4,
    int Kernel = 5,
    int Stride = 1,
    int Keywords = 1,
    int Squeeze = 4,
    double Dropout = 0.0)
{
    /// <summary>One posterior every 40 ms, which sees the last 2.28 s.</summary>
    public static MdtcConfig Small { get; } = new(Width: 48, Stacks: 2, BlocksPerStack: 3, Stride: 4);

    /// <summary>Dilations of all blocks, in order.</summary>
    public IEnumerable<int> Dilations => Enumerable.Range(0, Stacks * BlocksPerStack).Select(block => 1 << (block % BlocksPerStack));

    /// <summary>Steps of past that all blocks together keep: the rows of the cache.</summary>
    public int CacheRows => Dilations.Sum(dilation => (Kernel - 1) * dilation);

    /// <summary>Frames that one posterior depends on.</summary>
    public int ReceptiveFieldFrames => (CacheRows + 1) * Stride;

    /// <exception cref="ArgumentOutOfRangeException">A size is out of its range.</exception>
    public void Validate()
    {
        Require(Mels, 1, nameof(Mels));
        Require(Width, Squeeze, nameof(Width));
        Require(Stacks, 1, nameof(Stacks));
        Require(BlocksPerStack, 1, nameof(BlocksPerStack));
        Require(Kernel, 2, nameof(Kernel));
        Require(Stride, 1, nameof(Stride));
        Require(Keywords, 1, nameof(Keywords));
        Require(Squeeze, 1, nameof(Squeeze));
    }

    private static void Require(int value, int least, string name)
    {
        if (value < least) throw new ArgumentOutOfRangeException(name, value, $"Expected at least {least} for {name}, got {value}.");
    }
}
