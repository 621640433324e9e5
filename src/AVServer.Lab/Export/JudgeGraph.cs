using AVServer.Detection;
using AVServer.Lab.Words;
using AVServer.Runtime.Onnx;

namespace AVServer.Lab.Export;

/// <summary>A <see cref="Judge"/> as a graph: <c>features</c> [N, numbers] → <c>score</c> [N, 1], log-odds; N is free.</summary>
internal static class JudgeGraph
{
    private const string GoesLeft = "BRANCH_LEQ";
    private const string IsLeaf = "LEAF";

    public static byte[] Build(Judge judge)
    {
        var (treeIds, nodeIds, features, left, right, targetTrees, targetNodes) =
            (new List<long>(), new List<long>(), new List<long>(), new List<long>(), new List<long>(), new List<long>(), new List<long>());
        var (values, weights, modes) = (new List<float>(), new List<float>(), new List<string>());
        for (var number = 0; number < judge.Trees.Count; number++)
        {
            var tree = judge.Trees[number];
            var inner = tree.NumericalSplitThresholds.Count;
            // Leaves are numbered behind the inner nodes; a child below 0 is the complement of its leaf.
            long Node(int child) => child >= 0 ? child : inner + ~child;
            for (var node = 0; node < inner; node++)
                Add(
                    number, node, tree.NumericalSplitFeatureIndexes[node], Single(tree.NumericalSplitThresholds[node]), GoesLeft,
                    Node(tree.LeftChild[node]), Node(tree.RightChild[node]));
            for (var leaf = 0; leaf < tree.LeafValues.Count; leaf++)
            {
                Add(number, inner + leaf, 0, 0, IsLeaf, 0, 0);
                targetTrees.Add(number);
                targetNodes.Add(inner + leaf);
                weights.Add((float)tree.LeafValues[leaf]);
            }
        }
        var graph = new OnnxGraph(nameof(Judge), NetworkGraph.OperatorSet, NetworkGraph.Producer);
        var sum = graph.Trees(
            graph.Input("features", ["N", AlignmentFeatures.Count]),
            ("n_targets", 1),
            ("nodes_treeids", treeIds.ToArray()),
            ("nodes_nodeids", nodeIds.ToArray()),
            ("nodes_featureids", features.ToArray()),
            ("nodes_truenodeids", left.ToArray()),
            ("nodes_falsenodeids", right.ToArray()),
            ("target_treeids", targetTrees.ToArray()),
            ("target_nodeids", targetNodes.ToArray()),
            ("target_ids", new long[weights.Count]),
            ("nodes_values", values.ToArray()),
            ("target_weights", weights.ToArray()),
            ("base_values", new[] { (float)judge.Bias }),
            ("nodes_modes", modes.ToArray()));
        graph.Add("Identity", [sum], ["score"]);
        graph.Output("score", ["N", 1]);
        return graph.ToBytes();

        void Add(long tree, long node, long feature, float value, string mode, long truth, long otherwise)
        {
            treeIds.Add(tree);
            nodeIds.Add(node);
            features.Add(feature);
            values.Add(value);
            modes.Add(mode);
            left.Add(truth);
            right.Add(otherwise);
        }
    }

    // The largest single that isn't above the threshold sorts every single as the threshold does.
    private static float Single(double threshold)
    {
        var single = (float)threshold;
        return single > threshold ? MathF.BitDecrement(single) : single;
    }
}
