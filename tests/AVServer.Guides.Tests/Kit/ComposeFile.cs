using AVServer.TestKit;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace AVServer.Guides.Tests.Kit;

/// <summary>What compose.yaml says, as far as a test asks.</summary>
internal sealed class ComposeFile
{
    public Dictionary<string, ComposeService> Services { get; set; } = [];

    /// <summary>Reads the checkout's.</summary>
    public static ComposeFile Read() =>
        new DeserializerBuilder().WithNamingConvention(UnderscoredNamingConvention.Instance).IgnoreUnmatchedProperties().Build()
        .Deserialize<ComposeFile>(File.ReadAllText(Path.Combine(TestPaths.RepositoryRoot, "compose.yaml")));
}

/// <summary>One service of compose.yaml.</summary>
internal sealed class ComposeService
{
    public string? User { get; set; }

    public List<string> Profiles { get; set; } = [];

    public List<string> Ports { get; set; } = [];

    public List<string> Tmpfs { get; set; } = [];

    public List<string> CapDrop { get; set; } = [];

    public List<string> SecurityOpt { get; set; } = [];

    public bool ReadOnly { get; set; }

    public Dictionary<string, Dictionary<string, string>> DependsOn { get; set; } = [];
}
