using System.Collections;

namespace Backprop.Modules;

/// <summary>Modules in a row, called by their places: a part for modules whose Forward says itself how they are used.</summary>
/// <typeparam name="M">What they are.</typeparam>
public sealed class ModuleList<M> : ModuleBase, IReadOnlyList<M> where M : ModuleBase
{
    readonly List<M> modules = [];

    /// <summary>A list of modules.</summary>
    public ModuleList(params IEnumerable<M> modules)
    {
        ArgumentNullException.ThrowIfNull(modules);
        foreach (var module in modules) Add(module);
    }

    /// <summary>Adds a module at the end.</summary>
    public void Add(M module)
    {
        ArgumentNullException.ThrowIfNull(module);
        modules.Add(module);
    }

    /// <summary>How many there are.</summary>
    public int Count => modules.Count;

    /// <summary>The module at a place; another may take it.</summary>
    public M this[int index]
    {
        get => modules[index];
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            modules[index] = value;
        }
    }

    /// <inheritdoc/>
    public override string Name => $"ModuleList({Count})";

    internal override bool IsContainer => true;

    /// <inheritdoc/>
    protected override IEnumerable<ModulePart> Parts => modules.Select((module, i) => (ModulePart)($"{i}", module));

    /// <inheritdoc/>
    public IEnumerator<M> GetEnumerator() => modules.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
