namespace AVServer.Architecture.Tests;

/// <summary>Who may use what: the table of src/README.md.</summary>
internal static class ReferenceTable
{
    /// <summary>Project → the projects that it may reference.</summary>
    public static readonly IReadOnlyDictionary<string, string[]> Projects = new Dictionary<string, string[]>
    {
        ["AVServer.Contracts"] = [],
        ["AVServer.Signal"] = [],
        ["AVServer.Detection"] = [],
        ["AVServer.Evaluation"] = [],
        ["AVServer.Runtime"] = [],
        ["AVServer.Vision"] = ["AVServer.Runtime"],
        ["AVServer.PictureDecoder"] = ["AVServer.Vision"],
        ["AVServer.Media"] = ["AVServer.Contracts"],
        ["AVServer.Speech"] = [],
        ["AVServer.Pipeline"] =
            ["AVServer.Contracts", "AVServer.Signal", "AVServer.Runtime", "AVServer.Vision", "AVServer.PictureDecoder", "AVServer.Media",
                "AVServer.Detection", "AVServer.Speech"],
        ["AVServer.Reports"] = ["AVServer.Contracts"],
        ["AVServer.Server"] = ["AVServer.Contracts", "AVServer.Pipeline", "AVServer.Reports"],
        ["AVServer.Networks"] = [],
        ["AVServer.Lab"] =
            ["AVServer.Networks", "AVServer.Signal", "AVServer.Vision", "AVServer.Media", "AVServer.Evaluation", "AVServer.Pipeline"],
        ["AVServer.Client"] = ["AVServer.Contracts"],
        ["AVServer.Cli"] = ["AVServer.Client", "AVServer.Contracts", "AVServer.Pipeline", "AVServer.Reports"],
    };

    /// <summary>
    /// Project → projects whose types it may name without a reference of its own: those that it references hand them out.
    /// </summary>
    public static readonly IReadOnlyDictionary<string, string[]> HandedOut = new Dictionary<string, string[]>
    {
        ["AVServer.Server"] = ["AVServer.Media", "AVServer.Runtime"],
        ["AVServer.Lab"] = ["AVServer.Contracts", "AVServer.Detection", "AVServer.Runtime", "AVServer.Speech"],
        ["AVServer.Cli"] = ["AVServer.Media", "AVServer.Runtime"],
    };

    /// <summary>Package → who may use it. A package that begins with its name, as those for a platform do, counts as it.</summary>
    public static readonly IReadOnlyDictionary<string, PackageUsers> Packages = new Dictionary<string, PackageUsers>
    {
        ["FFMpegCore"] = new("FFMpegCore", ["AVServer.Media"]),
        ["Google.Protobuf"] = new("Google.Protobuf", ["AVServer.Runtime"], ["AVServer.Vision", "AVServer.Lab"]),
        ["MQTTnet"] = new("MQTTnet", ["AVServer.Server"]),
        ["Microsoft.AspNetCore.SignalR.Client"] = new("Microsoft.AspNetCore.SignalR.Client", ["AVServer.Client"]),
        ["Microsoft.ML.OnnxRuntime"] = new("Microsoft.ML.OnnxRuntime", ["AVServer.Runtime"], ["AVServer.Lab"]),
        ["NLayer"] = new("NLayer", ["AVServer.Media"]),
        ["OpenCvSharp4"] = new("OpenCvSharp", ["AVServer.Vision"], ["AVServer.PictureDecoder", "AVServer.Pipeline", "AVServer.Lab"]),
        ["TorchSharp"] = new("TorchSharp", ["AVServer.Networks"], ["AVServer.Lab"]),
        ["libtorch"] = new("TorchSharp", ["AVServer.Networks"], ["AVServer.Lab"]),
    };

    public static TheoryData<string> PackageNames => [.. Packages.Keys];
}

/// <summary>Who may use a package.</summary>
/// <param name="Assembly">Its assembly; others whose name begins with this one and a dot count as it.</param>
/// <param name="ReferencedBy">The projects that may reference it.</param>
/// <param name="AlsoNamedBy">Projects that may name its types as well, which those that reference it hand out.</param>
internal sealed record PackageUsers(string Assembly, string[] ReferencedBy, params string[] AlsoNamedBy)
{
    public bool May(string project) => ReferencedBy.Contains(project) || AlsoNamedBy.Contains(project);
}
