using AVServer.Runtime.Onnx;
using Google.Protobuf;

namespace AVServer.Runtime.Tests;

/// <summary>Wherever a graph hides something that isn't its own, it is found.</summary>
[Trait("Category", "unit")]
public sealed class GraphCheckTests
{
    private static readonly TensorProto Elsewhere = new() { Name = "elsewhere", DataLocation = 1 };
    private static readonly TensorProto Named = new()
    {
        Name = "named",
        ExternalData = { new StringStringEntryProto { Key = "location", Value = "/etc/passwd" } }
    };
    private static readonly NodeProto Foreign = new() { OpType = "Run", Domain = "evil.example" };

    public static TheoryData<string, ModelProblemCode, GraphProto> Hidden => new()
    {
        { "initializer", ModelProblemCode.ExternalData, new GraphProto { Initializer = { Elsewhere } } },
        { "only named", ModelProblemCode.ExternalData, new GraphProto { Initializer = { Named } } },
        { "sparse values", ModelProblemCode.ExternalData,
            new GraphProto { SparseInitializer = { new SparseTensorProto { Values = Elsewhere } } } },
        { "sparse indices", ModelProblemCode.ExternalData,
            new GraphProto { SparseInitializer = { new SparseTensorProto { Indices = Named } } } },
        { "attribute", ModelProblemCode.ExternalData, With(new AttributeProto { T = Elsewhere }) },
        { "attribute of many", ModelProblemCode.ExternalData, With(new AttributeProto { Tensors = { new TensorProto(), Named } }) },
        { "sparse attribute", ModelProblemCode.ExternalData,
            With(new AttributeProto { SparseTensor = new SparseTensorProto { Values = Named } }) },
        { "sparse attributes", ModelProblemCode.ExternalData,
            With(new AttributeProto { SparseTensors = { new SparseTensorProto { Indices = Elsewhere } } }) },
        { "branch", ModelProblemCode.ExternalData,
            With(new AttributeProto { G = With(new AttributeProto { Graphs = { new GraphProto { Initializer = { Named } } } }) }) },
        { "node", ModelProblemCode.CustomOperators, new GraphProto { Node = { Foreign } } },
        { "node of a branch", ModelProblemCode.CustomOperators, With(new AttributeProto { G = new GraphProto { Node = { Foreign } } }) },
    };

    [Theory]
    [MemberData(nameof(Hidden))]
    public void What_is_not_the_files_own_is_found_in_the_graph(string place, ModelProblemCode expected, GraphProto graph) =>
        Assert.True(Problem(new ModelProto { Graph = graph })?.Code == expected, place);

    [Theory]
    [MemberData(nameof(Hidden))]
    public void What_is_not_the_files_own_is_found_in_a_function(string place, ModelProblemCode expected, GraphProto graph)
    {
        var function = new FunctionProto { Node = { graph.Node.Count > 0 ? graph.Node : With(new AttributeProto { G = graph }).Node } };
        Assert.True(Problem(new ModelProto { Graph = new GraphProto(), Functions = { function } })?.Code == expected, place);
    }

    [Fact]
    public void Domain_that_is_only_imported_is_found() =>
        Assert.Equal(
            ModelProblemCode.CustomOperators,
            Problem(new ModelProto { Graph = new GraphProto(), OpsetImport = { new OperatorSetIdProto { Domain = "evil.example" } } })
                ?.Code);

    [Fact]
    public void Graph_of_its_own_is_fine() =>
        Assert.Null(
            Problem(
                new ModelProto
                {
                    Graph = With(
                    new AttributeProto { G = new GraphProto { Initializer = { new TensorProto { RawData = ByteString.Empty } } } })
                }));

    [Fact]
    public void Graphs_nested_without_end_are_refused()
    {
        var graph = new GraphProto();
        for (var depth = 0; depth < 1_000; depth++) graph = With(new AttributeProto { G = graph });

        Assert.Equal(ModelProblemCode.GraphUnreadable, Problem(new ModelProto { Graph = graph })?.Code);
    }

    private static GraphProto With(AttributeProto attribute) =>
        new() { Node = { new NodeProto { OpType = "If", Attribute = { attribute } } } };

    private static ModelProblem? Problem(ModelProto model) => GraphCheck.Find("a", "model.onnx", model.ToByteArray());
}
