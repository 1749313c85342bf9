using Backprop.Modules;
using Backprop.Ops;

namespace Backprop.Graphs;

/// <summary>Follows the recorded calls back from some results and writes them down as plain data.</summary>
sealed class GraphCapture
{
    readonly List<Node?> calls = [];
    readonly List<Tensor> tensors = [];
    readonly List<int[]> operands = [];
    readonly Dictionary<object, int> ids = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<Tensor, string> names;
    readonly Dictionary<Tensor, string> parameters = new(ReferenceEqualityComparer.Instance);
    readonly HashSet<Tensor> states = new(ReferenceEqualityComparer.Instance);

    GraphCapture(Dictionary<Tensor, string> names, ModuleBase? module)
    {
        this.names = names;
        if (module is null) return;
        foreach (var (path, tensor) in module.NamedParameters) parameters.TryAdd(tensor, path);
        foreach (var (path, tensor) in module.NamedBuffers)
            if (parameters.TryAdd(tensor, path)) states.Add(tensor);
    }

    /// <summary>The graph behind results.</summary>
    /// <param name="results">The results, with their names where they have some.</param>
    /// <param name="names">Names of other tensors, leaves or results on the way.</param>
    /// <param name="module">The module whose parameters give names and groups.</param>
    /// <param name="options">What the graph shall hold.</param>
    /// <exception cref="GradientException">Nothing was recorded on the way to a result, or a backward pass released it.</exception>
    public static Graph Run(IReadOnlyList<(Tensor Tensor, string? Name)> results, Dictionary<Tensor, string> names, ModuleBase? module, GraphOptions options)
    {
        if (results.Count == 0) throw new ArgumentException("Graph.Of: there is no result; give at least one tensor.");
        foreach (var (tensor, name) in results)
            if (!tensor.RequiresGrad) throw new GradientException(
                $"Graph.Of: nothing was recorded on the way to {name ?? "this tensor"}. Mark its inputs with Tape.Watch (or RequiresGrad) before computing it, and not under NoGrad.");
        var capture = new GraphCapture(names, module);
        foreach (var (tensor, _) in results) capture.Follow(tensor);
        return capture.Write(results, module, options);
    }

    // Operands before results, with a stack of our own: a chain of a million calls must not overflow the thread's.
    void Follow(Tensor result)
    {
        if (result.Node is null) Leaf(result);
        var stack = new Stack<(Node Call, int Next)>();
        if (result.Node is { } root && !ids.ContainsKey(root)) stack.Push((root, 0));
        while (stack.TryPop(out var top))
        {
            var (call, next) = top;
            if (next == 0 && ids.ContainsKey(call)) continue;
            var inputs = call.Inputs;
            while (next < inputs.Length && (inputs[next].Node is not { } known || ids.ContainsKey(known))) Leaf(inputs[next++]);
            if (next < inputs.Length)
            {
                stack.Push((call, next + 1));
                stack.Push((inputs[next].Node!, 0));
                continue;
            }
            var places = new int[inputs.Length];
            for (var k = 0; k < places.Length; k++) places[k] = ids[(object?)inputs[k].Node ?? inputs[k]];
            Add(call, call, call.Output, places);
        }
    }

    void Leaf(Tensor x)
    {
        if (x.Node is null && !ids.ContainsKey(x)) Add(x, null, x, []);
    }

    void Add(object key, Node? call, Tensor tensor, int[] places)
    {
        ids.Add(key, calls.Count);
        calls.Add(call);
        tensors.Add(tensor);
        operands.Add(places);
    }

    int IdOf(Tensor x) => ids[(object?)x.Node ?? x];

    Graph Write(IReadOnlyList<(Tensor Tensor, string? Name)> results, ModuleBase? module, GraphOptions options)
    {
        var flows = options.Gradients ? GradientFlows.Walk([.. calls], [.. operands], results.Select(r => (IdOf(r.Tensor), r.Tensor))) : null;
        var tree = new GroupTree(module);
        var groups = new GroupFinder(tree, [.. calls], [.. operands], LeafIn(tree)).Find();
        var nodes = new List<GraphNode>();
        for (var i = 0; i < calls.Count; i++) nodes.Add(Describe(i, flows, tree.Path(groups[i])));
        var edges = Edges(nodes, flows);
        for (var k = 0; k < results.Count; k++)
        {
            var (tensor, name) = results[k];
            var from = nodes[IdOf(tensor)];
            var number = flows is not null && tensor.Count == 1;
            var one = number ? GraphValue.Of(Tensor.OnesLike(tensor)) : null;
            nodes.Add(new()
            {
                Id = nodes.Count,
                Kind = GraphNodeKind.Output,
                Value = from.Value,
                Gradient = one,
                Name = name ?? tensor.Name ?? (results.Count == 1 ? "output" : $"output {k}"),
            });
            edges.Add(new()
            {
                Id = edges.Count,
                From = from.Id,
                To = nodes.Count - 1,
                Operand = 0,
                Origin = from.Id,
                Value = from.Value,
                Gradient = one,
                LocalDerivative = number ? 1 : null,
            });
        }
        var used = new HashSet<int>();
        foreach (var g in groups)
            for (var outer = g; outer > 0 && used.Add(outer);) outer = tree.Parent(outer);
        return new(nodes, edges, [.. used.Order().Select(tree.Group)]);
    }

    List<GraphEdge> Edges(List<GraphNode> nodes, GradientFlows? flows)
    {
        var uses = new int[nodes.Count];
        foreach (var places in operands)
            foreach (var x in places) uses[x]++;
        var edges = new List<GraphEdge>();
        for (var i = 0; i < operands.Count; i++)
            for (var k = 0; k < operands[i].Length; k++)
            {
                var from = operands[i][k];
                var flow = flows?.Operands[i]?[k];
                edges.Add(new()
                {
                    Id = edges.Count,
                    From = from,
                    To = i,
                    Operand = k,
                    Origin = from,
                    Value = nodes[from].Value,
                    Gradient = flow is null ? null : uses[from] == 1 ? nodes[from].Gradient : GraphValue.Of(flow),
                    LocalDerivative = flows?.Locals[i] is { Length: > 0 } locals ? locals[k] : null,
                    Flow = uses[from] > 1 ? flow : null,
                });
            }
        return edges;
    }

    GraphNode Describe(int i, GradientFlows? flows, string group)
    {
        var tensor = tensors[i];
        var value = GraphValue.Of(tensor);
        var gradient = flows?.Nodes[i] is { } d && tensor.RequiresGrad ? GraphValue.Of(d) : null;
        var name = names.GetValueOrDefault(tensor) ?? tensor.Name ?? parameters.GetValueOrDefault(tensor);
        if (calls[i] is not { } call) return new()
        {
            Id = i,
            Name = name,
            Value = value,
            Gradient = gradient,
            Group = group,
            Kind = parameters.ContainsKey(tensor) ? GraphNodeKind.Parameter : tensor.RequiresGrad ? GraphNodeKind.Variable
                : tensor.IsWeak ? GraphNodeKind.Literal : GraphNodeKind.Constant,
        };
        return new()
        {
            Id = i,
            Kind = GraphNodeKind.Operation,
            Name = name,
            Value = value,
            Gradient = gradient,
            Group = group,
            Call = call.Op,
            Operation = call.Op.Name,
            Symbol = OperationText.Symbol(call.Op),
            Formula = OperationText.Formula(call.Op, call.Inputs.Length),
            Attributes = OperationText.Attributes(call.Op),
            Source = call.Source,
        };
    }

    Func<int, GroupFinder.Leaf> LeafIn(GroupTree tree) => i => new(
        parameters.TryGetValue(tensors[i], out var path) ? tree.ParentOf(path) : -1,
        // A running mean belongs to its module, but what is computed from it alone need not.
        !states.Contains(tensors[i]) && tensors[i].Count == 1 && !tensors[i].RequiresGrad && !names.ContainsKey(tensors[i]) && tensors[i].Name is null);
}
