using System.Runtime.CompilerServices;

namespace Backprop.Modules;

/// <summary>A function as a module without parameters.</summary>
/// <param name="function">The function.</param>
/// <param name="name">What it shows as; its text in the code unless given.</param>
public sealed class Function(Func<Tensor, Tensor> function, [CallerArgumentExpression(nameof(function))] string name = "") : Module
{
    /// <inheritdoc/>
    public override string Name => name;

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => function(x);
}
