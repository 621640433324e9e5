using System.Globalization;
using AVServer.Lab.Export;
using AVServer.Networks;
using AVServer.Networks.Emotion;
using AVServer.Networks.Flcma;
using AVServer.Networks.Lips;
using static TorchSharp.torch;

namespace AVServer.Lab.Commands;

/// <summary><c>av-lab networks</c>: every network that can be trained here, and what it costs.</summary>
internal static class NetworksCommand
{
    /// <summary>The networks at the sizes that are shipped, or at their papers'; behind them those of the zoo for twelve labels.</summary>
    internal static IReadOnlyDictionary<string, Func<INetwork>> Networks { get; } = new Dictionary<string, Func<INetwork>>(
    [
        new("computer-spotter", () => new Mdtc(MdtcConfig.Small)),
        new("verifier", () => new VerifierEnsemble(new VerifierHeadConfig())),
        new("phones", () => new PhoneNet(new PhoneNetConfig())),
        new("lip-encoder", () => new LipEncoder(FlcmaConfig.Small)),
        new("flcma", () => new FlcmaEnsemble([new FlcmaConformer(FlcmaConfig.Small)])),
        new("lip-phones", () => new LipPhoneNet(new LipPhoneNetConfig())),
        new("light-sernet", () => new LightSerNet(new LightSerNetConfig())),
        new("mscnn-spu-att", () => new MscnnSpu(new MscnnConfig())),
        new("speaker-head", () => new SpeakerHead(new SpeakerHeadConfig())),
        .. KeywordZoo.Networks.Select(
            row => KeyValuePair.Create<string, Func<INetwork>>(row.Name, () => row.Create(new KeywordWindow()))),
    ]);

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
