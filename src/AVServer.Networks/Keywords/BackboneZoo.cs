using AVServer.Networks.Backbones;

namespace AVServer.Networks;

/// <summary>
/// Networks for pictures, which here are log-mel values of one channel in place of three colours: the smallest published size of each, and
/// one below 250 k parameters.
/// </summary>
public static class BackboneZoo
{
    private static readonly KeywordWindow ImageNet = new(Frames: 224, Values: 224, Labels: 1000);

    /// <summary>All rows.</summary>
    public static IReadOnlyList<ZooNetwork> Networks { get; } =
    [
        new("mobilenet-v1", "Howard et al. 2017, arXiv 1704.04861, table 1; 0.25 of the width", window => new MobileNetV1(new(window)),
            new(ImageNet, 470_072), "the paper rounds to 0.5 M, the count is of its implementation; with twelve labels it fits 250 k"),
        Sized("mobilenet-v2", window => new MobileNetV2(new(window, Multiplier: 0.2, Head: 320))),
        new("mobilenet-v2-0.35", "Sandler et al. 2018, arXiv 1801.04381, table 2; 0.35 of the width",
            window => new MobileNetV2(new(window)), new(ImageNet, 1_660_000), SameAs: "mobilenet-v2"),
        Sized("mobilenet-v3", window => new MobileNetV3(new(window, Multiplier: 0.35, Head: 128))),
        new("mobilenet-v3-small", "Howard et al. 2019, arXiv 1905.02244, table 4", window => new MobileNetV3(new(window)),
            new(ImageNet, 2_500_000), SameAs: "mobilenet-v3"),
        new("shufflenet-v1", "Zhang et al. 2018, arXiv 1707.01083, table 1; 3 groups, 0.5 of the width",
            window => new ShuffleNetV1(new(window)), Remark: "the paper counts operations, no parameters"),
        Sized("shufflenet-v2", window => new ShuffleNetV2(new(window, Head: 256))),
        new("shufflenet-v2-0.5", "Ma et al. 2018, arXiv 1807.11164, table 5", window => new ShuffleNetV2(new(window)),
            new(ImageNet, 1_366_792), "the paper rounds to 1.4 M, the count is torchvision's", SameAs: "shufflenet-v2"),
        Sized("ghostnet", window => new GhostNet(new(window, Multiplier: 0.2, Head: 128))),
        new("ghostnet-1.0", "Han et al. 2020, arXiv 1911.11907, table 7", window => new GhostNet(new(window)),
            new(ImageNet, 5_200_000), SameAs: "ghostnet"),
        Sized("convnext", window => new ConvNeXt(ConvNeXtConfig.Small(window))),
        new("convnext-t", "Liu et al. 2022, arXiv 2201.03545, table 9", window => new ConvNeXt(ConvNeXtConfig.Tiny(window)),
            new(ImageNet, 28_600_000), SameAs: "convnext"),
        Sized("mobilenet-v4", window => new MobileNetV4(new(window, 0.25, Hidden: 128, Head: 128, Attends: true))),
        new("mobilenet-v4-conv-s", "Qin et al. 2024, arXiv 2404.10518, table 11", window => new MobileNetV4(new(window)),
            new(ImageNet, 3_800_000), SameAs: "mobilenet-v4"),
        Sized("shvit", window => new ShViT(ShViTConfig.Small(window))),
        new("shvit-s1", "Yun, Ro 2024, arXiv 2401.16456, table 2", window => new ShViT(ShViTConfig.S1(window)),
            new(ImageNet, 6_300_000), SameAs: "shvit"),
        Sized("xception", window => new Xception(new(window, Multiplier: 0.09, Middle: 4))),
        new("xception-1.0", "Chollet 2017, arXiv 1610.02357, table 3", window => new Xception(new(window)),
            new(ImageNet, 22_855_952), SameAs: "xception"),
        Sized("resnext", window => new ResNeXt(ResNeXtConfig.Small(window))),
        new("resnext-50", "Xie et al. 2017, arXiv 1611.05431, table 1", window => new ResNeXt(ResNeXtConfig.Fifty(window)),
            new(ImageNet, 25_000_000), SameAs: "resnext"),
        Sized("groupmixformer", window => new GroupMixFormer(GroupMixFormerConfig.Small(window))),
        new("groupmixformer-m", "Ge et al. 2023, arXiv 2311.15157; its smallest",
            window => new GroupMixFormer(GroupMixFormerConfig.Mobile(window)), new(ImageNet, 5_700_000), SameAs: "groupmixformer"),
        Sized("nat", window => new NeighborhoodTransformer(NeighborhoodTransformerConfig.Small(window))),
        new("nat-mini", "Hassani et al. 2023, arXiv 2204.07143; its smallest",
            window => new NeighborhoodTransformer(NeighborhoodTransformerConfig.Mini(window)), new(ImageNet, 20_000_000), SameAs: "nat"),
        Sized("micronet", window => new MicroNet(new(window, Head: 128))),
        new("micronet-m0", "Li et al. 2021, arXiv 2108.05894; its smallest", window => new MicroNet(new(window)),
            new(ImageNet, 1_000_000), SameAs: "micronet"),
        Sized("octconv", window => new OctMobileNet(new(window))),
        new("octconv-0.75", "Chen et al. 2019, arXiv 1904.05049; MobileNet v1, 0.75 of the width",
            window => new OctMobileNet(new(window, Multiplier: 0.75)), new(ImageNet, 2_600_000), SameAs: "octconv"),
        Swapped("scconv", "Li et al. 2023, CVPR, §3", [48, 80, 128], (input, output, stride) => new ScConv(input, output, stride)),
        Swapped("hetconv", "Singh et al. 2019, arXiv 1903.04120, §3", [32, 64, 96],
            (input, output, stride) => new HetConv(input, output, stride)),
        Swapped("tied-block", "Wang, Yu 2021, arXiv 2009.12021, §3", [32, 64, 96],
            (input, output, stride) => new TiedBlockConv(input, output, stride)),
        Swapped("spconv", "Zhang et al. 2020, arXiv 2006.12085, §3", [32, 64, 96],
            (input, output, stride) => new SpConv(input, output, stride)),
    ];

    /// <summary>A convolution in a small residual network.</summary>
    private static ZooNetwork Swapped(string name, string paper, IReadOnlyList<int> widths, SwappedConvolution convolution) => new(
        name, paper, window => new SwappedResNet(window, widths, convolution),
        Remark: "the paper swaps convolutions of others' networks; here those of a small residual one");

    /// <summary>A size that no paper has.</summary>
    private static ZooNetwork Sized(string name, Func<KeywordWindow, IKeywordNetwork> create) =>
        new(name, "as the published size below", create, Remark: "made to fit 250 k parameters");
}
