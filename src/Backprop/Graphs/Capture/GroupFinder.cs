using Backprop.Ops;

namespace Backprop.Graphs;

/// <summary>
/// Finds the group of every node: the module's call it was recorded in, else the module whose parameters it uses, else the innermost one that holds both
/// what it is computed from and what is computed from it.
/// </summary>
sealed class GroupFinder(GroupTree tree, Node?[] calls, int[][] operands, Func<int, GroupFinder.Leaf> leaf)
{
    const int None = -1;
    readonly int[] group = new int[calls.Length];

    /// <summary>What there is to know of a leaf: the group of the module whose parameter it is (-1 for none), and whether it is a mere number.</summary>
    public readonly record struct Leaf(int Owner, bool IsNumber);

    /// <summary>The group of every node, so chosen that no group is left and entered again.</summary>
    public int[] Find()
    {
        if (Anchor()) Between();
        LeavesBesideTheirUses();
        new GroupShapes(tree, operands, group).Settle();
        return group;
    }

    // Calls whose group is known for certain; false where there is none.
    bool Anchor()
    {
        var derived = new bool[calls.Length];
        var any = false;
        for (var i = 0; i < calls.Length; i++)
        {
            group[i] = None;
            if (calls[i] is not { } call)
            {
                var (owner, number) = leaf(i);
                group[i] = owner;
                derived[i] = owner != None || number;
                continue;
            }
            if (FrameWatch.Of(call) is { } frame) group[i] = tree.Of(frame);
            else
            {
                derived[i] = true;
                foreach (var x in operands[i])
                {
                    derived[i] &= derived[x];
                    if (derived[x] && group[x] != None) group[i] = group[i] == None ? group[x] : tree.Common(group[i], group[x]);
                }
            }
            any |= group[i] != None;
        }
        return any;
    }

    // What uses no parameter belongs where its surroundings do.
    void Between()
    {
        var up = new int[group.Length];
        var down = new int[group.Length];
        Array.Fill(down, None);
        for (var i = 0; i < group.Length; i++)
        {
            up[i] = calls[i] is null ? None : group[i];
            if (calls[i] is null || group[i] != None) continue;
            foreach (var x in operands[i]) up[i] = Meet(up[i], up[x]);
        }
        for (var i = group.Length - 1; i >= 0; i--)
        {
            if (calls[i] is null) continue;
            if (group[i] != None) down[i] = group[i];
            foreach (var x in operands[i]) down[x] = Meet(down[x], down[i]);
        }
        for (var i = 0; i < group.Length; i++)
            if (calls[i] is not null && group[i] == None) group[i] = up[i] == None || down[i] == None ? 0 : tree.Common(up[i], down[i]);
    }

    int Meet(int a, int b) => a == None ? b : b == None ? a : tree.Common(a, b);

    // A parameter stands in its module, a number where it is used.
    void LeavesBesideTheirUses()
    {
        var uses = new int[group.Length];
        Array.Fill(uses, None);
        for (var i = 0; i < group.Length; i++)
        {
            if (group[i] == None && calls[i] is not null) group[i] = 0;
            foreach (var x in operands[i]) uses[x] = Meet(uses[x], group[i]);
        }
        for (var i = 0; i < group.Length; i++)
        {
            if (calls[i] is not null) continue;
            var (owner, number) = leaf(i);
            group[i] = Math.Max(0, owner != None || number ? uses[i] : None);
        }
    }
}
