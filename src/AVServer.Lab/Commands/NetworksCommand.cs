using System.Globalization;
using AVServer.Lab.Export;
using AVServer.Networks;
using AVServer.Networks.Emotion;
using AVServer.Networks.Flcma;
using static TorchSharp.torch;

namespace AVServer.Lab.Commands;

/// <summary><c>av-lab networks</c>: every network that can be trained here, and what it costs.</summary>
internal static class NetworksCommand
{
    /// <summary>The networks at the sizes that are shipped, or at their papers'.</summary>
    internal static IReadOnlyDictionary<string, Func<INetwork>> Networks { get; } = new Dictionary<string, Func<INetwork>>
    {
        ["mdtc"] = () => new Mdtc(MdtcConfig.Small),
        ["lstm"] = () => new LstmSpotter(new LstmSpotterConfig()),
        ["bc-resnet-1"] = () => new BcResNet(new BcResNetConfig()),
        ["kwt-1"] = () => new Kwt(new KwtConfig()),
        ["verifier"] = () => new VerifierEnsemble(new VerifierHeadConfig()),
        ["phones"] = () => new PhoneNet(new PhoneNetConfig()),
        ["lip-encoder"] = () => new LipEncoder(FlcmaConfig.Small),
        ["flcma"] = () => new FlcmaEnsemble([new FlcmaConformer(FlcmaConfig.Small)]),
        ["light-sernet"] = () => new LightSerNet(new LightSerNetConfig()),
        ["mscnn-spu-att"] = () => new MscnnSpu(new MscnnConfig()),
        ["speaker-head"] = () => new SpeakerHead(new SpeakerHeadConfig()),
    };

    internal static void Run(TextWriter output)
    {
        output.WriteLine("| network | parameters | MACs | frames seen | streams | inputs |");
        output.WriteLine("|---|--:|--:|--:|---|---|");
        foreach (var (name, create) in Networks)
        {
            var network = create();
            using var module = (nn.Module)network;
            var card = NetworkCard.Of(name, network);
            var seen = card.ReceptiveFieldFrames == NetworkSteps.Unbounded ? "all" : $"{card.ReceptiveFieldFrames}";
            var counts = string.Create(CultureInfo.InvariantCulture, $"{card.Parameters:N0} | {card.MultiplyAccumulates:N0}");
            output.WriteLine($"| {card.Name} | {counts} | {seen} | {(card.Streams ? "yes" : "no")} | {card.Inputs} |");
        }

        output.WriteLine();
        output.WriteLine("MACs: of one chunk where it streams, of one window where its length is fixed, else of a second (100 frames).");
    }
}
