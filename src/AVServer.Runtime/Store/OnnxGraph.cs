using System.Text;

namespace AVServer.Runtime;

/// <summary>What an ONNX file asks of its surroundings: a model must be one closed file of known operators.</summary>
/// <remarks>Field numbers are those of onnx.proto. External data would let a model name any file of this machine.</remarks>
internal static class OnnxGraph
{
    private const int MaxDepth = 32;

    /// <summary>Domains whose operators ONNX Runtime brings along.</summary>
    private static readonly string[] KnownDomains = ["", "ai.onnx", "ai.onnx.ml", "com.microsoft"];

    /// <summary>Checks one graph.</summary>
    /// <returns>What is wrong with it, or null.</returns>
    public static ModelProblem? Check(string model, string file, ReadOnlySpan<byte> bytes)
    {
        try
        {
            var findings = new Findings();
            if (!Model(bytes, findings))
                return Unreadable("no graph in it");
            if (findings.ExternalTensor is { } tensor)
                return new ModelProblem(ModelProblemCode.ExternalData, model, $"{file} with all its weights inside", $"tensor '{tensor}' in another file", "Export the model as one file.");
            if (findings.Domains.Except(KnownDomains).ToArray() is { Length: > 0 } unknown)
                return new ModelProblem(ModelProblemCode.CustomOperators, model, $"{file} with standard operators only", $"the domain {string.Join(", ", unknown)}", "Export the model with standard operators.");
            return null;
        }
        catch (InvalidDataException e)
        {
            return Unreadable(e.Message);
        }

        ModelProblem Unreadable(string got) =>
            new(ModelProblemCode.GraphUnreadable, model, $"{file} to be an ONNX graph", got, "Export the model again.");
    }

    private static bool Model(ReadOnlySpan<byte> bytes, Findings findings)
    {
        var hasGraph = false;
        for (var reader = new ProtobufReader(bytes); reader.Next();)
        {
            if (reader.Field == 7) { hasGraph = true; Graph(reader.Bytes, findings, 0); }
            else if (reader.Field == 8) findings.Domains.Add(StringField(reader.Bytes, 1));
            else if (reader.Field == 25) Function(reader.Bytes, findings);
        }
        return hasGraph;
    }

    private static void Function(ReadOnlySpan<byte> bytes, Findings findings)
    {
        for (var reader = new ProtobufReader(bytes); reader.Next();)
            if (reader.Field == 7) Node(reader.Bytes, findings, 1);
    }

    private static void Graph(ReadOnlySpan<byte> bytes, Findings findings, int depth)
    {
        if (depth > MaxDepth) throw new InvalidDataException($"Expected graphs nested at most {MaxDepth} deep.");
        for (var reader = new ProtobufReader(bytes); reader.Next();)
        {
            if (reader.Field == 1) Node(reader.Bytes, findings, depth);
            else if (reader.Field == 5) Tensor(reader.Bytes, findings);
            else if (reader.Field == 15) SparseTensor(reader.Bytes, findings);
        }
    }

    private static void Node(ReadOnlySpan<byte> bytes, Findings findings, int depth)
    {
        for (var reader = new ProtobufReader(bytes); reader.Next();)
        {
            if (reader.Field == 5) Attribute(reader.Bytes, findings, depth);
            else if (reader.Field == 7) findings.Domains.Add(Encoding.UTF8.GetString(reader.Bytes));
        }
    }

    private static void Attribute(ReadOnlySpan<byte> bytes, Findings findings, int depth)
    {
        for (var reader = new ProtobufReader(bytes); reader.Next();)
        {
            if (reader.Field is 5 or 10) Tensor(reader.Bytes, findings);
            else if (reader.Field is 6 or 11) Graph(reader.Bytes, findings, depth + 1);
            else if (reader.Field is 22 or 23) SparseTensor(reader.Bytes, findings);
        }
    }

    private static void SparseTensor(ReadOnlySpan<byte> bytes, Findings findings)
    {
        for (var reader = new ProtobufReader(bytes); reader.Next();)
            if (reader.Field is 1 or 2) Tensor(reader.Bytes, findings);
    }

    private static void Tensor(ReadOnlySpan<byte> bytes, Findings findings)
    {
        var isExternal = false;
        for (var reader = new ProtobufReader(bytes); reader.Next();)
            isExternal |= reader.Field == 13 || (reader.Field == 14 && reader.Varint != 0);
        if (isExternal) findings.ExternalTensor ??= StringField(bytes, 8);
    }

    private static string StringField(ReadOnlySpan<byte> bytes, int field)
    {
        for (var reader = new ProtobufReader(bytes); reader.Next();)
            if (reader.Field == field) return Encoding.UTF8.GetString(reader.Bytes);
        return "";
    }

    private sealed class Findings
    {
        public HashSet<string> Domains { get; } = new(StringComparer.Ordinal);

        public string? ExternalTensor { get; set; }
    }
}
