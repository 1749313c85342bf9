using System.Text;

namespace Backprop.Graphs;

/// <summary>
/// The computational graph behind a result, as the books draw it: values going right, derivatives coming back left. It is plain data,
/// captured once by <c>Graph.Of</c>,
/// and does not change when the tensors do.
/// </summary>
/// <example>
/// <code>
/// Tensor apple = 100.0, count = 2.0, tax = 1.1;
/// Tape.Watch(apple, count, tax);
/// var price = apple * count * tax;
/// Graph.Of(price, apple, count, tax).Save("apple.svg");
/// </code>
/// </example>
public sealed partial class Graph
{
    readonly Dictionary<int, GraphNode> byId;
    readonly ILookup<int, GraphEdge> into, outOf;

    internal Graph(IReadOnlyList<GraphNode> nodes, IReadOnlyList<GraphEdge> edges, IReadOnlyList<GraphGroup> groups, Graph? whole = null, IReadOnlySet<string>? folded = null)
    {
        Nodes = nodes;
        Edges = edges;
        Groups = groups;
        Whole = whole ?? this;
        foldedPaths = folded ?? new HashSet<string>();
        byId = nodes.ToDictionary(node => node.Id);
        into = edges.OrderBy(edge => edge.Operand).ToLookup(edge => edge.To);
        outOf = edges.ToLookup(edge => edge.From);
    }

    /// <summary>The nodes, operands before what is computed from them.</summary>
    public IReadOnlyList<GraphNode> Nodes { get; }

    /// <summary>The arrows.</summary>
    public IReadOnlyList<GraphEdge> Edges { get; }

    /// <summary>The groups that are not folded, outer ones before inner ones.</summary>
    public IReadOnlyList<GraphGroup> Groups { get; }

    /// <summary>The results that it was captured from.</summary>
    public IEnumerable<GraphNode> Outputs => Nodes.Where(node => node.Kind == GraphNodeKind.Output);

    /// <summary>The node of a number (<see cref="GraphNode.Id"/>).</summary>
    /// <exception cref="KeyNotFoundException">There is none, or it is folded.</exception>
    public GraphNode this[int id] => byId.TryGetValue(id, out var node) ? node
        : throw new KeyNotFoundException($"Graph: there is no node {id}{(Whole.byId.ContainsKey(id) ? "; it is in a folded group, Unfolded has it" : "")}.");

    /// <summary>The first node of a name.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public GraphNode this[string name] => Nodes.FirstOrDefault(node => node.Name == name) ?? throw new KeyNotFoundException(
        $"Graph: no node is called \"{name}\"; there are {string.Join(", ", Nodes.Where(node => node.Name is not null).Select(node => node.Name))}.");

    /// <summary>The arrows into a node, in the order of its operands.</summary>
    public IEnumerable<GraphEdge> Into(GraphNode node)
    {
        ArgumentNullException.ThrowIfNull(node);
        return into[node.Id];
    }

    /// <summary>The arrows out of a node.</summary>
    public IEnumerable<GraphEdge> OutOf(GraphNode node)
    {
        ArgumentNullException.ThrowIfNull(node);
        return outOf[node.Id];
    }

    /// <summary>The ids of the nodes that lie on a way from one node to another, both included.</summary>
    internal HashSet<int> Between(GraphNode from, GraphNode to)
    {
        var after = new HashSet<int> { from.Id };
        foreach (var node in Nodes)
            if (into[node.Id].Any(edge => after.Contains(edge.From))) after.Add(node.Id);
        var before = new HashSet<int> { to.Id };
        foreach (var node in Nodes.Reverse())
            if (before.Contains(node.Id))
                foreach (var edge in into[node.Id]) before.Add(edge.From);
        after.IntersectWith(before);
        return after;
    }

    /// <summary>A line for each step: <c>applePrice = apple × count = 200   ∂ 1.1</c>.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var node in Nodes)
        {
            if (node.Kind == GraphNodeKind.Literal && node.Name is null) continue;
            var operands = into[node.Id].Select(edge => Short(this[edge.From])).ToArray();
            text.Append(Short(node));
            if (operands.Length > 0) text.Append(" = ").Append(node.Kind switch
            {
                GraphNodeKind.Output => operands[0],
                GraphNodeKind.Operation when operands.Length == 2 && !char.IsLetter(node.Symbol[0]) => $"{operands[0]} {node.Symbol} {operands[1]}",
                _ => $"{(node.Symbol.Length > 0 ? node.Symbol : node.Label)}({string.Join(", ", operands)})",
            });
            text.Append(" = ").Append(node.Value);
            if (node.Gradient is { } gradient) text.Append("   ∂ ").Append(gradient);
            text.Append('\n');
        }
        return text.ToString();
    }

    static string Short(GraphNode node) => SafeText.OneLine(node.Name ?? (node.IsLeaf && node.Value.Number is not null ? node.Label : $"#{node.Id}"));
}
