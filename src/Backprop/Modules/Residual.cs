namespace Backprop.Modules;

/// <summary>y = x + inner(x): what a module adds to what it is given (He et al. 2016).</summary>
/// <param name="inner">The module; it keeps the shape.</param>
public sealed class Residual(Module inner) : Module
{
    readonly Module inner = inner ?? throw new ArgumentNullException(nameof(inner));

    /// <inheritdoc/>
    protected override IEnumerable<ModulePart> Parts => [("inner", inner)];

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x)
    {
        var y = inner.Forward(x);
        return y.Shape == x.Shape ? x + y : throw new ShapeException(
            $"Residual: {inner.Name} makes {y.Shape} of {x.Shape}; what is added must have the shape of what it is added to.");
    }
}

/// <summary>y = x: takes the place of a module where there is to be none.</summary>
public sealed class Identity : Module
{
    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => x;
}
