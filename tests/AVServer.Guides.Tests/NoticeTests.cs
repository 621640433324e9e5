using AVServer.Guides.Tests.Kit;
using AVServer.TestKit;

namespace AVServer.Guides.Tests;

/// <summary>What is shipped is named, with its licence.</summary>
[Trait("Category", "unit")]
public sealed class NoticeTests
{
    [Fact]
    public Task Notice_names_what_is_built_in() =>
        RunningProgram.RunAsync(TestPaths.RepositoryRoot, new Dictionary<string, string>(), "node", "scripts/notice.mjs", "--check");
}
