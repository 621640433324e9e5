namespace AVServer.Runtime;

/// <summary>A model was asked for that the store doesn't have.</summary>
public sealed class UnknownModelException(string name, IReadOnlyList<string> knownNames)
    : Exception(
        $"Expected one of the models {string.Join(", ", knownNames)}; got '{name}'. Name one of these, or add its folder and restart.")
{
    /// <summary>What was asked for.</summary>
    public string Name { get; } = name;

    /// <summary>What there is.</summary>
    public IReadOnlyList<string> KnownNames { get; } = knownNames;
}
