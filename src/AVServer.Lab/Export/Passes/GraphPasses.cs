using static TorchSharp.torch;

namespace AVServer.Lab.Export.Passes;

/// <summary>Makes a graph that a network wrote smaller and faster; what it computes stays.</summary>
internal static class GraphPasses
{
    /// <param name="graph">The graph as it was written.</param>
    /// <param name="streams">Whether it takes a few steps at a time.</param>
    internal static byte[] Run(byte[] graph, bool streams)
    {
        using var scope = NewDisposeScope();
        var editor = new GraphEditor(graph);
        editor.RemoveUnused();
        ScaleFolding.Run(editor);
        DepthFolding.Run(editor);
        if (streams)
        {
            BranchMerging.Run(editor);
            StreamRows.Run(editor);
        }

        return editor.ToBytes();
    }
}
