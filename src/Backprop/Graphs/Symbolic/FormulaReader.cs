using Backprop.Formulas;
using Backprop.Ops;

namespace Backprop.Graphs;

/// <summary>Reads the calls of a graph as expressions: the value of its result, and the derivative by every operation's own rule.</summary>
sealed class FormulaReader
{
    // Longer than anybody reads, far less than the stack holds.
    const int MostCalls = 200;

    readonly Graph graph;
    readonly GraphNode root;
    readonly Dictionary<int, Source> values = [];
    readonly Dictionary<string, int> names = [];
    readonly HashSet<Source> tensors = new(ReferenceEqualityComparer.Instance), singles = new(ReferenceEqualityComparer.Instance);

    public FormulaReader(Graph graph, Func<GraphNode, string?> called)
    {
        this.graph = graph;
        var output = graph.Outputs.First();
        root = graph[graph.Into(output).First().From];
        if (graph.Nodes.Count(node => node.Call is not null) is > MostCalls and var calls) throw new ArgumentException(
            $"Explain: {output.Label} takes {calls} operations, and nobody reads a formula of more than {MostCalls}; explain a part of it, or draw the graph.");
        foreach (var node in graph.Nodes)
            if (node.Kind != GraphNodeKind.Output) values[node.Id] = node.Call is null ? Leaf(node, called(node)) : Value(node, node.Call);
    }

    /// <summary>Whether several numbers are in one of the values.</summary>
    public bool HasTensors => graph.Nodes.Any(node => node.Value.Number is null);

    /// <summary>The names of the inputs in the order in which they are used.</summary>
    public IReadOnlyDictionary<string, int> Order => names;

    /// <summary>The value of the result.</summary>
    public Source Result => values[root.Id];

    /// <summary>The value of a node.</summary>
    public Source this[GraphNode node] => values[node.Id];

    Source Leaf(GraphNode node, string? name)
    {
        if (name is null && node.Value.Number is { } number && node.Kind is GraphNodeKind.Literal or GraphNodeKind.Constant) return number;
        var free = name ?? "x";
        for (var i = name is null ? 1 : 2; (name is null && free == "x") || !names.TryAdd(free, names.Count); i++) free = $"{name ?? "x"}{i}";
        var leaf = new Source(free);
        if (node.Value.Number is null) tensors.Add(leaf);
        return leaf;
    }

    Source Value(GraphNode node, Op op)
    {
        Source[] x = [.. Operands(node)];
        // A number is what it is, in whatever shape and type.
        if (IsSame(node, op)) return x[0];
        // A truth that was not recorded is a tensor of 1 and 0.
        if (op is Select && x[0].Function.Length == 0) x[0] = Source.Not(Source.Equal(x[0], 0));
        var value = op.Read(x) ?? Source.Call(op.Name, x);
        if (node.Value.Number is not null && graph.Into(node).Any(edge => edge.Value.Number is null)) singles.Add(value);
        return value;
    }

    IEnumerable<Source> Operands(GraphNode node) => graph.Into(node).Select(edge => values[edge.From]);

    bool IsSame(GraphNode node, Op op) => op is Variable or Cast or Reshape
        || (op is Permute or Expand or SumTo or Slice or Sum or Mean && node.Value.Number is not null && graph.Into(node).First().Value.Number is not null);

    /// <summary>∂result/∂target, by walking back from the result.</summary>
    /// <exception cref="ShapeException">A call on the way is no formula.</exception>
    public Source Derivative(GraphNode? target)
    {
        if (target is null) return 0;
        if (target.Id == root.Id) return 1;
        var flows = new Dictionary<int, Source> { [root.Id] = 1 };
        var reached = graph.Between(target, root);
        foreach (var node in graph.Nodes.Reverse())
        {
            if (!reached.Contains(node.Id) || !flows.TryGetValue(node.Id, out var flow) || node.Call is not { } op || node.Id == target.Id) continue;
            foreach (var edge in graph.Into(node).Reverse())
                if (reached.Contains(edge.From))
                {
                    var part = Pull(node, op, edge, flow);
                    flows[edge.From] = flows.TryGetValue(edge.From, out var others) ? part + others : part;
                }
        }
        return flows.GetValueOrDefault(target.Id) ?? 0;
    }

    Source Pull(GraphNode node, Op op, GraphEdge edge, Source flow)
    {
        if (IsSame(node, op)) return flow;
        var to = edge.Value.Shape;
        // Every element of a sum has the same derivative.
        if (node.Value.Number is not null && op is Sum) return flow;
        if (node.Value.Number is not null && op is Mean) return flow / to.Count;
        var rule = op.ReadPull(edge.Operand, flow, [.. Operands(node)], values[node.Id]);
        var spread = node.Value.Shape.Count;
        if (rule is null || (to.Count != spread && to.Count != 1)) throw new ShapeException(
            $"Explain.DerivativeFormula: the way back leads through {node.Operation}{(rule is null ? ", which is no formula of single numbers" : $", where {to} is spread to {node.Value.Shape}")}. " +
            "Explain.Derivative tells the chain of numbers, and the drawn graph shows tensors too.");
        if (to.Count == spread) return rule;
        // One number that meets many gets the sum of what flows back from each.
        if (!HasSeveral(rule)) return spread * rule;
        var sum = Source.Call("Sum", rule);
        singles.Add(sum);
        return sum;
    }

    bool HasSeveral(Source x) => !singles.Contains(x) && (tensors.Contains(x) || x.Operands.Any(HasSeveral));
}
