using System.Runtime.CompilerServices;

namespace Backprop.Modules;

/// <summary>Modules applied one after the other; a function takes part as a <see cref="Function"/>.</summary>
/// <example><c>new Sequential(new Linear(64, 32, generator), new Function(x => x.Relu()), new Linear(32, 10, generator))</c></example>
public sealed class Sequential : Module
{
    readonly Module[] modules;

    /// <summary>A chain of modules.</summary>
    public Sequential(params Module[] modules)
    {
        ArgumentNullException.ThrowIfNull(modules);
        this.modules = [.. modules];
    }

    /// <summary>How many there are.</summary>
    public int Count => modules.Length;

    /// <summary>The module at a place.</summary>
    public Module this[int index] => modules[index];

    /// <inheritdoc/>
    protected override IEnumerable<ModulePart> Parts => modules.Select((module, i) => (ModulePart)($"{i}", module));

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        foreach (var module in modules) x = module.Forward(x);
        return x;
    }
}

/// <summary>A function as a module without parameters.</summary>
/// <param name="function">The function.</param>
/// <param name="name">What it shows as; its text in the code unless given.</param>
public sealed class Function(Func<Tensor, Tensor> function, [CallerArgumentExpression(nameof(function))] string name = "") : Module
{
    /// <inheritdoc/>
    public override string Name => name;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => function(x);
}
