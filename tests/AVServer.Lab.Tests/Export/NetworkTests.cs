using AVServer.Lab.Commands;
using AVServer.Lab.Export;
using AVServer.Networks;
using AVServer.Runtime;
using static TorchSharp.torch;

namespace AVServer.Lab.Tests.Export;

/// <summary>What holds for every network that the lab lists.</summary>
[Trait("Category", "unit")]
public sealed class NetworkTests
{
    private static readonly KeywordWindow Window = new(Frames: 48, Labels: 5);

    // Each definition once: at its larger sizes it costs more and shows the same.
    public static TheoryData<string> Names => [.. NetworksCommand.Networks.Keys.Except(KeywordZoo.Networks.Where(
        row => row.SameAs is not null).Select(row => row.Name))];

    public static TheoryData<string> Definitions => [.. KeywordZoo.Networks.Where(row => row.SameAs is null).Select(row => row.Name)];

    [Theory]
    [MemberData(nameof(Definitions))]
    public void Network_of_the_zoo_exported_computes_what_its_definition_does(string name)
    {
        manual_seed(3);
        INetwork network = KeywordZoo.Find(name).Create(Window);
        using var module = (nn.Module)network;
        using (no_grad())
            foreach (var parameter in module.parameters()) parameter.add_(randn_like(parameter) * 0.02);
        var exported = ModelExporter.Export(network);

        Assert.InRange(exported.MaxDifference, 0, 1e-5f);
        Assert.True(module.training);
        using var session = SessionFactory.Open(exported.Graph);
        Assert.Equal(exported.Inputs.Select(input => input.Name), session.InputMetadata.Keys);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Card_counts_parameters_and_multiplications(string name)
    {
        var network = NetworksCommand.Networks[name]();
        using var module = (nn.Module)network;
        var card = NetworkCard.Of(name, network);
        var learnt = module.parameters().Sum(parameter => parameter.numel());

        Assert.True(learnt == 0 ? card.Parameters > 0 : card.Parameters == learnt, $"{card.Parameters} of {learnt}");
        Assert.True(card.MultiplyAccumulates > 1000);
        Assert.Equal(network.Steps is not null, card.Streams);
    }

    [Fact]
    public void Card_of_the_spotter_counts_what_its_layers_multiply()
    {
        using var model = new Mdtc(MdtcConfig.Small);
        const int width = 48, steps = 2, squeezed = 12;
        const int block = (width * width * 5) + (width * squeezed * 5) + (width * width) + (squeezed * width);

        Assert.Equal(steps * ((80 * 4 * width) + (6 * block) + width), NetworkCard.Of("mdtc", model).MultiplyAccumulates);
    }

    [Fact]
    public void List_has_a_line_for_each_network()
    {
        using var output = new StringWriter();
        NetworksCommand.Run(output);

        Assert.All(NetworksCommand.Networks.Keys, name => Assert.Contains($"| {name} | ", output.ToString(), StringComparison.Ordinal));
    }
}
