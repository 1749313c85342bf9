namespace Backprop.Graphs;

/// <summary>Makes one node of every folded group.</summary>
static class Folding
{
    public static Graph Of(Graph whole, HashSet<string> folded)
    {
        if (folded.Count == 0) return whole;
        var groups = whole.Groups.ToDictionary(group => group.Path);
        // The outermost folded group around each.
        var box = new Dictionary<string, string>();
        foreach (var group in whole.Groups)
        {
            var outer = group.Parent.Length > 0 ? box.GetValueOrDefault(group.Parent) : null;
            if ((outer ?? (folded.Contains(group.Path) ? group.Path : null)) is { } path) box[group.Path] = path;
        }
        if (box.Count == 0) return whole;
        var members = whole.Nodes.Where(node => box.ContainsKey(node.Group)).ToLookup(node => box[node.Group]);
        var ids = new Dictionary<string, int>();
        foreach (var group in whole.Groups.Select((group, i) => (group.Path, Id: whole.Nodes.Count + i))) ids[group.Path] = group.Id;
        int Place(int id) => box.TryGetValue(whole[id].Group, out var path) ? ids[path] : id;

        var nodes = new List<GraphNode>();
        var written = new HashSet<string>();
        // A box stands where its last member stood: after all it needs, and before all that needs it.
        var last = members.ToDictionary(group => group.Key, group => group.Max(node => node.Id));
        foreach (var node in whole.Nodes)
        {
            if (!box.TryGetValue(node.Group, out var path)) nodes.Add(node);
            else if (last[path] == node.Id && written.Add(path)) nodes.Add(Box(groups[path], ids[path], members[path].ToArray(), whole));
        }
        nodes = Sorted(nodes, whole, Place);
        return new(nodes, Edges(whole, Place), [.. whole.Groups.Where(group => !box.ContainsKey(group.Path))], whole, folded);
    }

    static GraphNode Box(GraphGroup group, int id, GraphNode[] members, Graph whole)
    {
        var inside = members.Select(node => node.Id).ToHashSet();
        var result = members.LastOrDefault(node => whole.OutOf(node).Any(edge => !inside.Contains(edge.To))) ?? members[^1];
        return new()
        {
            Id = id,
            Kind = GraphNodeKind.Group,
            Name = group.Path,
            Operation = group.Title,
            Symbol = group.Title,
            Group = group.Parent,
            Value = result.Value,
            Gradient = result.Gradient,
            OperationCount = members.Count(node => node.Kind == GraphNodeKind.Operation),
            ParameterCount = members.Where(node => node.Kind == GraphNodeKind.Parameter).Sum(node => (long)node.Value.Shape.Count),
        };
    }

    // Uses of one value within a box are one arrow, along which the sum of their derivatives flows back.
    static List<GraphEdge> Edges(Graph whole, Func<int, int> place)
    {
        var edges = new List<GraphEdge>();
        var operands = new Dictionary<int, int>();
        var uses = whole.Edges.GroupBy(edge => edge.Origin).ToDictionary(group => group.Key, group => group.Count());
        foreach (var same in whole.Edges.Where(edge => place(edge.From) != place(edge.To)).GroupBy(edge =>
            (From: place(edge.From), To: place(edge.To), edge.Origin, Use: place(edge.To) == edge.To ? edge.Id : -1)))
        {
            var first = same.First();
            var all = same.ToArray();
            var to = same.Key.To;
            var folded = to != first.To;
            var operand = folded ? operands.GetValueOrDefault(to) : first.Operand;
            operands[to] = operand + 1;
            edges.Add(first with
            {
                From = same.Key.From,
                To = to,
                Operand = operand,
                Gradient = all.Length == 1 ? first.Gradient : all.Length == uses[first.Origin] ? whole[first.Origin].Gradient : Sum(all),
                LocalDerivative = folded ? null : first.LocalDerivative,
            });
        }
        return edges;
    }

    static GraphValue? Sum(GraphEdge[] edges)
    {
        using var off = Autograd.Tape.NoGrad();
        Tensor? sum = null;
        foreach (var edge in edges)
            if (edge.Flow is { } flow) sum = sum is null ? flow : sum + flow;
        return sum is null ? null : GraphValue.Of(sum);
    }

    // Operands before results again: a box may need what stood behind its first member and before its last.
    static List<GraphNode> Sorted(List<GraphNode> nodes, Graph whole, Func<int, int> place)
    {
        var waiting = nodes.ToDictionary(node => node.Id, _ => 0);
        var next = nodes.ToDictionary(node => node.Id, _ => new HashSet<int>());
        foreach (var edge in whole.Edges)
        {
            int from = place(edge.From), to = place(edge.To);
            if (from != to && next[from].Add(to)) waiting[to]++;
        }
        var order = nodes.Select((node, i) => (node, i)).ToDictionary(p => p.node.Id, p => p.i);
        var ready = new PriorityQueue<int, int>();
        foreach (var node in nodes)
            if (waiting[node.Id] == 0) ready.Enqueue(node.Id, order[node.Id]);
        var result = new List<GraphNode>();
        while (ready.TryDequeue(out var id, out _))
        {
            result.Add(nodes[order[id]]);
            foreach (var to in next[id])
                if (--waiting[to] == 0) ready.Enqueue(to, order[to]);
        }
        return result;
    }
}
