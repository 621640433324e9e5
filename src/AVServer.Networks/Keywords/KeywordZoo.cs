namespace AVServer.Networks;

/// <summary>The keyword networks of the literature that are written here, one row a size. Another is one file more, and one row.</summary>
public static class KeywordZoo
{
    private static readonly KeywordWindow Commands = new(Frames: 98);

    /// <summary>All rows.</summary>
    public static IReadOnlyList<ZooNetwork> Networks { get; } = [.. Keywords(), .. BackboneZoo.Networks];

    /// <summary>A row by its name.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static ZooNetwork Find(string name) => Networks.FirstOrDefault(network => network.Name == name)
        ?? throw new ArgumentException(
            $"Expected one of {string.Join(", ", Networks.Select(network => network.Name))}, got {name}.", nameof(name));

    private static IEnumerable<ZooNetwork> Keywords()
    {
        yield return new("mdtc", "Hou et al. 2021, arXiv 2102.13552, §2", window => new Mdtc(MdtcConfig.Small with
        {
            Mels = window.Values,
            Keywords = window.Labels - 1,
        }), Remark: "first block and squeeze differ from the paper's; counted by hand in its own tests");
        yield return new("dtc", "Hou et al. 2020, ICASSP, §3.1", window => new DtcNet(new DtcNetConfig(window.Values, window.Labels - 1)),
            Remark: "the receptive field, hence the number of stacks, is the word's; the paper counts none alone");
        yield return new("tcn-cascade", "Giraldo et al. 2021, IEEE TVLSI 29", window => new TcnCascade(
            TcnCascadeConfig.For(window.Values, window.Labels - 1)),
            Remark: "sizes are chosen here; a graph computes both networks, what would run with the switch is counted apart");
        yield return new("lstm", "Sun et al. 2016, arXiv 1705.02411, §3", window => new LstmSpotter(
            new LstmSpotterConfig(window.Values, Keywords: window.Labels - 1)), Remark: "frames are joined otherwise than in the paper");
        foreach (var (size, dim, heads, parameters) in new[] { (1, 64, 1, 607_000), (2, 128, 2, 2_394_000), (3, 192, 3, 5_361_000) })
        {
            yield return new($"kwt-{size}", "Berg et al. 2021, arXiv 2104.00769, table 1", window => new Kwt(
                new KwtConfig(window.Values, window.Frames, dim, heads, Hidden: 4 * dim, Labels: window.Labels)),
                new(new(Frames: 98, Labels: 35), parameters), SameAs: size == 1 ? null : "kwt-1");
        }

        yield return new("kwt-1-distilled", "Berg et al. 2021, arXiv 2104.00769, §3.2", window => new Kwt(
            new KwtConfig(window.Values, window.Frames, Labels: window.Labels, IsTaught: true)),
            new(new(Frames: 98, Labels: 35), 607_000), "a token and an output more than kwt-1, for what a teacher says");
        yield return new("i3d", "Peng et al. 2023, arXiv 2303.07624, §2", window => new DynamicKwt(
            new(new KwtConfig(window.Values, window.Frames, Labels: window.Labels))),
            Remark: "the paper's is a recogniser's encoder, here the gates are kwt-1's; a graph computes all parts, what would run is "
            + "counted apart");
        yield return new("kw-mlp", "Morshed, Ahsan 2021, arXiv 2110.07749, table 2", window => new KwMlp(new KwMlpConfig(window)),
            new(new(Frames: 98, Labels: 35), 424_000));
        foreach (var (size, width, parameters) in new[]
            { ("1", 8, 9_200), ("1.5", 12, 16_900), ("2", 16, 27_300), ("3", 24, 54_200), ("6", 48, 188_000), ("8", 64, 321_000) })
        {
            yield return new($"bc-resnet-{size}", "Kim et al. 2021, arXiv 2106.04140, table 2", window => new BcResNet(
                new BcResNetConfig(window.Values, window.Frames, width, Labels: window.Labels)),
                new(new(Frames: 101), parameters), SameAs: size == "1" ? null : "bc-resnet-1");
        }

        foreach (var (name, subBlocks, width, parameters) in new[] { ("3x1x64", 1, 64, 77_000), ("3x2x64", 2, 64, 93_000) })
        {
            yield return new($"matchboxnet-{name}", "Majumdar, Ginsburg 2020, arXiv 2004.08531, table 3", window => new MatchboxNet(
                new MatchboxNetConfig(window, SubBlocks: subBlocks, Width: width)), new(new(128, 64, 30), parameters),
                SameAs: subBlocks == 1 ? null : "matchboxnet-3x1x64");
        }

        foreach (var (size, config, parameters) in new (string, DsCnnConfig, int)[]
            {
                ("s", new(Commands), 24_000), ("m", new(Commands, 172, TimeStride: 1, BlockStride: 2), 140_000),
                ("l", new(Commands, 276, 5, TimeStride: 1, BlockStride: 2), 420_000),
            })
        {
            yield return new($"ds-cnn-{size}", "Zhang et al. 2017, arXiv 1711.07128, appendix A; counts of arXiv 1904.03814, table 2",
                window => new DsCnn(config with { Window = window }), new(new(49, 10), parameters),
                SameAs: size == "s" ? null : "ds-cnn-s");
        }

        yield return new("ds-cnn-attention", "Lei et al. 2023, ACM TALLIP 22, doi 10.1145/3558002", window => new FeatureAttentionDsCnn(
            new(window)), Remark: "the paper's 14.5 k are for one word's syllables; sizes are chosen here");
        foreach (var (name, blocks, multiplier, parameters) in new[]
            { ("8", 1, 1, 66_000), ("8-1.5", 1, 1.5, 145_000), ("14", 2, 1, 137_000), ("14-1.5", 2, 1.5, 305_000) })
        {
            yield return new($"tc-resnet-{name}", "Choi et al. 2019, arXiv 1904.03814, table 2", window => new TcResNet(
                new TcResNetConfig(window, blocks, multiplier)), new(Commands, parameters), SameAs: name == "8" ? null : "tc-resnet-8");
        }

        yield return new("gated-dilated", "Coucke et al. 2019, arXiv 1811.07684, §2", window => new GatedDilatedNet(
            new GatedDilatedNetConfig(window.Values, window.Labels - 1)), new(new(Values: 20, Labels: 2), 222_000));
        yield return new("crnn", "Arik et al. 2017, arXiv 1703.05390, table 1", window => new Crnn(new CrnnConfig(window)),
            new(new(151, 40, 2), 229_000));
        yield return new("tdnn", "Peddinti et al. 2015, Interspeech, §2",
            window => new Tdnn(new TdnnConfig(window.Values, window.Labels - 1)),
            Remark: "the paper's is for speech recognition; sizes are chosen here");
        yield return new("svdf", "Nakkiran et al. 2015; Rybakov et al. 2020, arXiv 2005.06720, table 1",
            window => new Svdf(new SvdfConfig(window.Values, window.Labels - 1)), new(new(Labels: 13), 354_000));
        yield return new("sp-densenet", "Tsai et al. 2023", window => new SpDenseNet(new SpDenseNetConfig(window)), new(Commands, 123_000));
        yield return new("sp-densenet-narrow", "Tsai et al. 2023",
            window => new SpDenseNet(new SpDenseNetConfig(window, Growth: 4, LayersPerBlock: 5)),
            new(Commands, 9_000), SameAs: "sp-densenet");
        yield return new("condensenet", "Huang et al. 2018, arXiv 1711.09224; CondenseNet-50", window => new CondenseNet(
            new(window)), new(new(32, 32, 10), 220_000), "counted once it is pruned; before it has 0.52 M");
        yield return new("spiking", "Pellegrini et al. 2021, arXiv 2011.06846, §3", window => new SpikingNet(new(window)),
            Remark: "fewer channels than the paper's; additions by spikes are counted apart");
        yield return new("unikw-at", "Dinkel et al. 2022, arXiv 2209.11377, §2", window => new UniKwAt(
            new(window, Multiplier: 0.2, Head: 320)), Remark: "of AudioSet's kinds only music has recordings here to teach and others to "
            + "judge it by; white and pink noise have one recording each, which teaches; dishes and a tap are left for the test of noise");
        yield return new("dyconvmixer", "Gharbieh et al. 2022, Interspeech, §3", window => new DyConvMixer(new DyConvMixerConfig(window)),
            Remark: "the paper says less than 200 k");
        yield return new("attention-gru", "Shan et al. 2018, arXiv 1803.10916, table 2", window => new AttentionGru(
            new AttentionGruConfig(window)), Remark: "the paper's 84 k are those of a convolution before the encoder");
    }
}
