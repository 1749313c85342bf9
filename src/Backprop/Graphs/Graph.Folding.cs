namespace Backprop.Graphs;

public sealed partial class Graph
{
    readonly IReadOnlySet<string> foldedPaths;

    /// <summary>The graph with nothing folded.</summary>
    Graph Whole { get; }

    /// <summary>The graph with every group open.</summary>
    public Graph Unfolded => Whole;

    /// <summary>The graph with every group of a depth folded into one box: at 1 the outermost modules, at 2 those within them.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The depth is less than 1.</exception>
    public Graph Folded(int depth = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(depth, 1);
        return Folding.Of(Whole, Whole.Groups.Where(group => group.Depth == depth).Select(group => group.Path).ToHashSet());
    }

    /// <summary>The graph with one more group folded into one box; further calls of the same module with it, unless the path says which.</summary>
    /// <exception cref="ArgumentException">There is no such group.</exception>
    public Graph Fold(string path) => Folding.Of(Whole, [.. foldedPaths, .. Paths(path)]);

    /// <summary>The graph with one group, if it is folded, opened again.</summary>
    /// <exception cref="ArgumentException">There is no such group.</exception>
    public Graph Unfold(string path)
    {
        var open = Paths(path).ToHashSet();
        return Folding.Of(Whole, [.. foldedPaths.Where(folded => !open.Contains(folded))]);
    }

    string[] Paths(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var found = Whole.Groups.Select(group => group.Path).Where(p => p == path || p.StartsWith(path + "#", StringComparison.Ordinal)).ToArray();
        return found.Length > 0 ? found : throw new ArgumentException(
            $"Fold: there is no group \"{path}\"; " + (Whole.Groups.Count == 0 ? "the graph has none. Give the module to Graph.Of."
                : $"there are {string.Join(", ", Whole.Groups.Select(group => group.Path))}."));
    }
}
