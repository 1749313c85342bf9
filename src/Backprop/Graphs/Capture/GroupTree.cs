using Backprop.Modules;

namespace Backprop.Graphs;

/// <summary>The groups a graph may have, as a tree; the first, of the empty path, is the graph itself.</summary>
sealed class GroupTree
{
    readonly List<(string Path, string Title, int Parent)> groups = [("", "", -1)];
    readonly Dictionary<string, int> byPath = new() { [""] = 0 };
    readonly Dictionary<ModuleBase, string> paths = [];
    readonly Dictionary<ModuleFrame, int> byFrame = [];
    readonly Dictionary<string, int> calls = [];

    public GroupTree(ModuleBase? root)
    {
        if (root is null) return;
        foreach (var (path, module) in root.NamedModules)
        {
            paths.TryAdd(module, path);
            if (path.Length == 0) continue;
            if (module.IsContainer) byPath[path] = ParentOf(path);
            else Add(path, module.Name, ParentOf(path));
        }
    }

    public int Count => groups.Count;

    public string Path(int group) => groups[group].Path;

    public int Parent(int group) => groups[group].Parent;

    public GraphGroup Group(int group) => new(Path(group), groups[group].Title, Path(Parent(group)), Depth(group));

    public int Depth(int group)
    {
        var depth = 0;
        for (; group > 0; group = Parent(group)) depth++;
        return depth;
    }

    /// <summary>The innermost group that holds what the path leads to.</summary>
    public int ParentOf(string path)
    {
        var dot = path.LastIndexOf('.');
        return dot < 0 ? 0 : byPath.TryGetValue(path[..dot], out var group) ? group : ParentOf(path[..dot]);
    }

    /// <summary>The innermost group that holds both.</summary>
    public int Common(int a, int b)
    {
        int high = Depth(a), low = Depth(b);
        for (; high > low; high--) a = Parent(a);
        for (; low > high; low--) b = Parent(b);
        while (a != b) (a, b) = (Parent(a), Parent(b));
        return a;
    }

    /// <summary>The child of <paramref name="outer"/> that holds a group; -1 if the group is <paramref name="outer"/> itself.</summary>
    public int ChildOf(int outer, int group)
    {
        var child = -1;
        for (; group != outer; group = Parent(group)) child = group;
        return child;
    }

    /// <summary>The group of a recorded call of a module; each further call of a module is a group of its own.</summary>
    public int Of(ModuleFrame frame)
    {
        var unknown = new Stack<ModuleFrame>();
        var group = 0;
        for (var f = frame; f is not null; f = f.Outer)
        {
            if (byFrame.TryGetValue(f, out group)) break;
            unknown.Push(f);
        }
        foreach (var f in unknown) byFrame[f] = group = Enter(f, group);
        return group;
    }

    int Enter(ModuleFrame frame, int outer)
    {
        // The outermost module of a call names what is in it where no other was given.
        if (!paths.TryGetValue(frame.Module, out var path))
        {
            path = outer == 0 ? frame.Module.Name : $"{Path(outer)}.{frame.Module.Name}";
            foreach (var (inner, module) in frame.Module.NamedModules) paths.TryAdd(module, inner.Length == 0 ? path : $"{path}.{inner}");
        }
        if (path.Length == 0) return 0;
        var call = calls[path] = calls.GetValueOrDefault(path) + 1;
        if (call == 1 && byPath.TryGetValue(path, out var known) && Path(known) == path && Parent(known) == outer) return known;
        return Add(call == 1 && !byPath.ContainsKey(path) ? path : $"{path}#{call}", frame.Module.Name, outer);
    }

    int Add(string path, string title, int parent)
    {
        // Names with dots or signs in them must not make two groups one.
        while (!byPath.TryAdd(path, groups.Count)) path += "'";
        groups.Add((path, title, parent));
        return groups.Count - 1;
    }
}
