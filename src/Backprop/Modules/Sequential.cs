using System.Collections;
using System.Runtime.CompilerServices;

namespace Backprop.Modules;

/// <summary>Modules and functions applied one after the other.</summary>
/// <example>
/// <code>
/// var model = new Sequential
/// {
///     new Linear(784, 50, generator),
///     x => x.Relu(),
///     { "head", new Linear(50, 10, generator) },
/// };
/// </code>
/// A part without a name is called by its place: <c>0.weight</c>, <c>head.weight</c>.
/// </example>
public sealed class Sequential : Module, IReadOnlyList<Module>
{
    readonly OrderedDictionary<string, Module> modules = [];

    /// <summary>An empty chain to add to; empty, it returns what it gets.</summary>
    public Sequential()
    {
    }

    /// <summary>A chain of modules.</summary>
    public Sequential(params ReadOnlySpan<Module> modules)
    {
        foreach (var module in modules) Add(module);
    }

    /// <summary>Adds a module, called by its place.</summary>
    public void Add(Module module) => Add($"{modules.Count}", module);

    /// <summary>Adds a function, called by its place; it shows as its text in the code.</summary>
    public void Add(Func<Tensor, Tensor> function, [CallerArgumentExpression(nameof(function))] string text = "") => Add(new Function(function, text));

    /// <summary>Adds a function under a name.</summary>
    public void Add(string name, Func<Tensor, Tensor> function, [CallerArgumentExpression(nameof(function))] string text = "") =>
        Add(name, new Function(function, text));

    /// <summary>Adds a module under a name.</summary>
    /// <exception cref="ArgumentException">The name is empty, holds a dot, or is taken.</exception>
    public void Add(string name, Module module)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name.Contains('.', StringComparison.Ordinal)) throw new ArgumentException($"Sequential: the name \"{name}\" holds a dot, which parts paths.");
        if (!modules.TryAdd(name, module)) throw new ArgumentException($"Sequential: there is a part \"{name}\" already.");
    }

    /// <summary>How many there are.</summary>
    public int Count => modules.Count;

    /// <summary>The module at a place, <c>model[^1]</c> the last; another may take it, under the same name.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such place.</exception>
    public Module this[int index]
    {
        get => modules.GetAt(Place(index)).Value;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            modules.SetAt(Place(index), value);
        }
    }

    /// <summary>The module of a name; another may take its place.</summary>
    /// <exception cref="KeyNotFoundException">There is none of this name.</exception>
    public Module this[string name]
    {
        get => modules.TryGetValue(name, out var module) ? module : throw Unknown(name);
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            if (!modules.ContainsKey(name)) throw Unknown(name);
            modules[name] = value;
        }
    }

    /// <summary>Some of the modules in a row, <c>model[..^1]</c>, with their names: the modules themselves, not copies.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are no such places.</exception>
    public Sequential Slice(int start, int length)
    {
        if (start < 0 || length < 0 || start > Count - length) throw new ArgumentOutOfRangeException(
            null, $"Sequential: {length} parts from place {start} on are not among {Count}.");
        var part = new Sequential();
        foreach (var (name, module) in modules.Skip(start).Take(length)) part.Add(name, module);
        return part;
    }

    int Place(int index) => (uint)index < (uint)Count ? index : throw new ArgumentOutOfRangeException(
        null, $"Sequential: there is no part at place {index}; there are {Count}.");

    KeyNotFoundException Unknown(string name) => new($"Sequential: there is no part \"{name}\"; there are {string.Join(", ", modules.Keys)}.");

    /// <inheritdoc/>
    protected override IEnumerable<ModulePart> Parts => modules.Select(m => (ModulePart)(m.Key, m.Value));

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x)
    {
        for (var i = 0; i < modules.Count; i++) x = this[i].Forward(x);
        return x;
    }

    /// <inheritdoc/>
    public IEnumerator<Module> GetEnumerator() => modules.Values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
