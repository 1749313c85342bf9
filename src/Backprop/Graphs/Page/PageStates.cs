namespace Backprop.Graphs;

/// <summary>One drawing of a page: which groups are open in it.</summary>
/// <param name="Open">The places of the open groups in <see cref="Graph.Groups"/> of the whole graph, in order.</param>
/// <param name="Graph">The graph folded so.</param>
sealed record PageState(int[] Open, Graph Graph)
{
    /// <summary>What the page finds it by: <c>0,2,5</c>.</summary>
    public string Key => string.Join(',', Open);
}

/// <summary>
/// Chooses the drawings that a page holds, so that it needs no layout of its own. Of a few groups all that can be open together; of many
/// each one with its neighbours folded, and every depth as a whole.
/// </summary>
sealed class PageStates
{
    const int MostCombinations = 24, MostNodes = 12_000, Readable = 40;

    readonly Graph whole;
    readonly Dictionary<string, int> places = [];
    readonly List<int>[] inner;
    readonly List<int> outermost = [];
    readonly Dictionary<string, PageState> states = [];
    int nodes;

    PageStates(Graph graph)
    {
        whole = graph.Unfolded;
        for (var i = 0; i < whole.Groups.Count; i++) places.Add(whole.Groups[i].Path, i);
        inner = [.. whole.Groups.Select(_ => new List<int>())];
        for (var i = 0; i < whole.Groups.Count; i++) (Parent(i) is { } parent ? inner[parent] : outermost).Add(i);
    }

    /// <summary>The drawings; the page begins with the first.</summary>
    public static IReadOnlyCollection<PageState> Of(Graph graph)
    {
        var all = new PageStates(graph);
        all.Add(all.First(graph));
        if (all.Combinations() <= MostCombinations)
            foreach (var open in all.Choices(all.outermost)) all.Add(open);
        else all.Neighbours();
        return all.states.Values;
    }

    int? Parent(int group) => whole.Groups[group].Parent is { Length: > 0 } path ? places[path] : null;

    void Add(IEnumerable<int> open)
    {
        int[] sorted = [.. open.Order()];
        if (states.ContainsKey(string.Join(',', sorted))) return;
        var folded = Enumerable.Range(0, whole.Groups.Count).Except(sorted).Select(i => whole.Groups[i].Path).ToHashSet();
        var state = new PageState(sorted, Folding.Of(whole, folded));
        // The first is drawn whatever its size; others while the page stays of a size that is read at once.
        if (states.Count > 0 && nodes + state.Graph.Nodes.Count > MostNodes) return;
        nodes += state.Graph.Nodes.Count;
        states.Add(state.Key, state);
    }

    // As it was folded; a small graph open, a large one with its outermost parts folded, so that it is understood at a glance.
    IEnumerable<int> First(Graph graph)
    {
        if (!ReferenceEquals(graph, whole)) return graph.Groups.Select(group => places[group.Path]);
        if (whole.Nodes.Count <= Readable) return Enumerable.Range(0, whole.Groups.Count);
        // A box around everything says nothing.
        var open = new List<int>();
        for (var level = outermost; level.Count == 1 && inner[level[0]].Count > 0; level = inner[level[0]]) open.Add(level[0]);
        return open;
    }

    // What can be chosen within a group: that it is folded, or any choice of each group in it.
    double Combinations()
    {
        var counts = new double[inner.Length];
        for (var i = inner.Length - 1; i >= 0; i--) counts[i] = 1 + inner[i].Aggregate(1.0, (product, j) => product * counts[j]);
        return outermost.Aggregate(1.0, (product, j) => product * counts[j]);
    }

    IEnumerable<IEnumerable<int>> Choices(List<int> groups)
    {
        IEnumerable<IEnumerable<int>> all = [[]];
        foreach (var group in groups)
        {
            var one = Choices(inner[group]).Select(choice => choice.Prepend(group)).Prepend([]).ToArray();
            all = [.. all.SelectMany(before => one.Select(before.Concat))];
        }
        return all;
    }

    void Neighbours()
    {
        Add([]);
        var deepest = whole.Groups.Max(group => group.Depth);
        for (var depth = 1; depth <= deepest; depth++)
        {
            for (var i = 0; i < inner.Length; i++)
                if (whole.Groups[i].Depth == depth) Add(Around(i));
            var limit = depth;
            Add(Enumerable.Range(0, inner.Length).Where(i => whole.Groups[i].Depth <= limit));
        }
    }

    IEnumerable<int> Around(int group)
    {
        for (int? at = group; at is { } place; at = Parent(place)) yield return place;
    }
}
