using AVServer.Runtime;

namespace AVServer.Lab.Export;

/// <summary>An ONNX model that was compared with its definition, and what a manifest says of it.</summary>
/// <param name="Graph">The file's bytes.</param>
/// <param name="MaxDifference">Largest difference between the definition's outputs and the graph's, at most
/// <see cref="ParityCheck.Limit"/>.</param>
/// <param name="Inputs">Inputs of the graph, in the order of the manifest's kind.</param>
/// <param name="Outputs">Outputs of the graph, in the order of the manifest's kind.</param>
/// <param name="Streaming">How it steps; null for a model of whole windows.</param>
public sealed record ExportedModel(
    byte[] Graph, float MaxDifference, IReadOnlyList<TensorSpec> Inputs, IReadOnlyList<TensorSpec> Outputs, StreamingSpec? Streaming);
