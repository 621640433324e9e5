using AVServer.Guides.Tests.Kit;

namespace AVServer.Guides.Tests;

/// <summary>What the guides show works: every block is run as a newcomer would.</summary>
[Collection(nameof(Newcomers))]
[Trait("Category", "slow")]
public sealed class GuideTests(Newcomer newcomer)
{
    public static TheoryData<string> Blocks => [.. CodeBlock.All.Select(block => block.ToString())];

    [Theory]
    [MemberData(nameof(Blocks))]
    public async Task Block_does_what_the_guide_says(string name)
    {
        var block = CodeBlock.All.Single(candidate => candidate.ToString() == name);
        switch (block.Language)
        {
            case "bash" when ShellBlock.CanRun(block):
                await ShellBlock.RunAsync(block, newcomer);
                break;
            case "csharp":
                await CSharpBlock.RunAsync(block, newcomer);
                break;
            case "json":
                await JsonBlock.RunAsync(block, newcomer);
                break;
            case "js":
                await JavaScriptBlock.RunInNodeAsync(block, newcomer);
                break;
            case "python":
                await PythonBlock.RunAsync(block, newcomer);
                break;
            case "html":
                await JavaScriptBlock.RunInBrowserAsync(block, newcomer);
                break;
            case "":
                // a picture: nothing to run
                Assert.Contains("▶ ▼".Split(' '), arrow => block.Text.Contains(arrow, StringComparison.Ordinal));
                break;
            default:
                Assert.Fail(
                    $"Expected a runner for {block}, there is none; add one, or write the block so that one of those there can run it.");
                break;
        }
    }

    [Fact]
    public void Guides_show_every_kind_of_block() =>
        Assert.Subset(
            CodeBlock.All.Select(block => block.Language).ToHashSet(),
            new HashSet<string> { "bash", "csharp", "json", "js", "html", "python" });
}
