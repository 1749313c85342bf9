namespace Backprop.Graphs;

/// <summary>
/// Makes groups such that each can be drawn as one box: no path leaves a group and comes back, not even by way of other groups. What lies between
/// two parts of a group joins it (the sum behind a residual block); where two groups are entangled, the one that is left and entered again gives way (a
/// weight used at both ends of a network), else the smaller one.
/// </summary>
sealed class GroupShapes(GroupTree tree, int[][] operands, int[] group)
{
    readonly int[] unit = new int[group.Length];

    /// <summary>Settles the groups from the outermost inwards.</summary>
    public void Settle()
    {
        var levels = new Queue<(int Group, List<int> Members)>();
        levels.Enqueue((0, [.. Enumerable.Range(0, group.Length)]));
        while (levels.TryDequeue(out var level))
        {
            var (outer, members) = level;
            if (members.TrueForAll(i => group[i] == outer)) continue;
            while (Untangle(outer, members))
            {
            }
            foreach (var child in members.GroupBy(i => tree.ChildOf(outer, group[i])))
                if (child.Key >= 0) levels.Enqueue((child.Key, [.. child]));
        }
    }

    // Members of a child group act as one; numbers that no node has stand for them.
    bool Untangle(int outer, List<int> members)
    {
        Array.Fill(unit, -1);
        foreach (var i in members)
        {
            var child = tree.ChildOf(outer, group[i]);
            unit[i] = child < 0 ? i : group.Length + child;
        }
        foreach (var cycle in Cycles(members))
        {
            var boxes = cycle.Where(u => u >= group.Length).Select(u => u - group.Length).ToArray();
            var inside = cycle.ToHashSet();
            if (boxes.Length == 1)
            {
                foreach (var i in members)
                    if (unit[i] < group.Length && inside.Contains(unit[i])) group[i] = boxes[0];
                continue;
            }
            var sizes = boxes.ToDictionary(box => box, box => members.Count(i => unit[i] == group.Length + box));
            var least = boxes.MinBy(box => (!IsEnteredAgain(group.Length + box, members), sizes[box], box));
            foreach (var i in members)
                if (unit[i] == group.Length + least) group[i] = outer;
            return true;
        }
        return false;
    }

    // Whether a path leads out of a box and back into it. Operands come before what is computed from them.
    bool IsEnteredAgain(int box, List<int> members)
    {
        var left = new HashSet<int>();
        foreach (var i in members)
            foreach (var x in operands[i])
            {
                if (unit[i] == box && left.Contains(x)) return true;
                if (unit[i] != box && (unit[x] == box || left.Contains(x))) left.Add(i);
            }
        return false;
    }

    // The strongly connected components of more than one unit, by Tarjan's algorithm with a stack of our own.
    List<List<int>> Cycles(List<int> members)
    {
        var next = new Dictionary<int, List<int>>();
        foreach (var i in members)
        {
            if (!next.ContainsKey(unit[i])) next.Add(unit[i], []);
            foreach (var x in operands[i])
                if (unit[x] >= 0 && unit[x] != unit[i])
                {
                    if (!next.TryGetValue(unit[x], out var list)) next.Add(unit[x], list = []);
                    list.Add(unit[i]);
                }
        }
        var found = new List<List<int>>();
        var index = new Dictionary<int, int>();
        var low = new Dictionary<int, int>();
        var open = new Stack<int>();
        var isOpen = new HashSet<int>();
        var walk = new Stack<(int Unit, int Place)>();
        foreach (var start in next.Keys)
        {
            if (index.ContainsKey(start)) continue;
            walk.Push((start, 0));
            while (walk.TryPop(out var top))
            {
                var (u, place) = top;
                if (place == 0)
                {
                    index[u] = low[u] = index.Count;
                    open.Push(u);
                    isOpen.Add(u);
                }
                else if (isOpen.Contains(next[u][place - 1])) low[u] = Math.Min(low[u], low[next[u][place - 1]]);
                while (place < next[u].Count && index.TryGetValue(next[u][place], out var seen))
                {
                    if (isOpen.Contains(next[u][place])) low[u] = Math.Min(low[u], seen);
                    place++;
                }
                if (place < next[u].Count)
                {
                    walk.Push((u, place + 1));
                    walk.Push((next[u][place], 0));
                    continue;
                }
                if (low[u] != index[u]) continue;
                var component = new List<int>();
                int member;
                do
                {
                    member = open.Pop();
                    isOpen.Remove(member);
                    component.Add(member);
                }
                while (member != u);
                if (component.Count > 1) found.Add(component);
            }
        }
        return found;
    }
}
