namespace Backprop.Modules;

/// <summary>
/// A part of a network that makes one tensor of one tensor: a function with parameters. Derive from it, list what it is made of in
/// <see cref="ModuleBase.Parts"/>, and say in <see cref="Compute"/> what it does.
/// </summary>
/// <example>
/// <code>
/// sealed class Net(Generator generator) : Module
/// {
///     readonly Linear first = new(784, 50, generator), second = new(50, 10, generator);
///     protected override IEnumerable&lt;ModulePart&gt; Parts => [("first", first), ("second", second)];
///     protected override Tensor Compute(Tensor x) => second.Forward(first.Forward(x).Relu());
/// }
/// </code>
/// </example>
public abstract class Module : ModuleBase
{
    /// <summary>Computes the result of x. Whoever watches (a summary, a drawn graph) sees the call.</summary>
    public Tensor Forward(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (!ModuleCall.IsWatched) return Compute(x);
        using var call = Enter(x);
        return call.Return(Compute(x));
    }

    /// <summary>
    /// The module as a layer with Forward and Backward, driven by hand as the tutorial drives its layers. Backward returns the derivative with respect
    /// to the last x and adds those of the parameters to their <see cref="Tensor.Grad"/>.
    /// </summary>
    public ModuleLayer ByHand() => new(this);

    /// <summary>
    /// Its parts with output shapes, parameters, floating-point operations and memory, from a call with the example: <c>Console.WriteLine(model.Summary(x))</c>.
    /// </summary>
    public ModuleSummary Summary(Tensor example) => ModuleSummary.Of(this, () => Forward(example));

    /// <summary>The same from a call with zeros of the given shape.</summary>
    public ModuleSummary Summary(Shape shape, DType dtype = DType.Float32) => Summary(Tensor.Zeros(shape, dtype));

    /// <summary>What the module does; callers use <see cref="Forward"/>.</summary>
    protected abstract Tensor Compute(Tensor x);
}
