using Backprop.Ops;

namespace Backprop;

/// <summary>Functions of one's own as one operation.</summary>
public sealed partial class Tensor
{
    /// <summary>
    /// One operation made of an elementwise function: <c>var gate = Tensor.Fuse((a, b) => a * b.Sigmoid());</c> and from then on <c>gate(a, b)</c>. Memory is
    /// gone over once, forward and backward, instead of once for each call in it; the result has the same bits. On large tensors that is several times as fast.
    /// </summary>
    /// <remarks>
    /// The function is run here, on stand-ins, and what it calls is remembered. So it may only do what works element by element (arithmetic, comparisons with
    /// <see cref="Where"/>, activations, formulas of one's own), and must not depend on sizes, values or random numbers. Shapes broadcast. Tensors it names beside
    /// its operands, as the parameters of a module, are operands too: they have their values and their derivatives at each call.
    /// </remarks>
    /// <param name="f">The function.</param>
    /// <exception cref="ArgumentException">It calls an operation that does not work element by element, or does not do the same each time.</exception>
    public static Func<Tensor, Tensor> Fuse(Func<Tensor, Tensor> f)
    {
        ArgumentNullException.ThrowIfNull(f);
        var fused = Fused.Of(1, x => f(x[0]));
        return x => fused([x]);
    }

    /// <inheritdoc cref="Fuse(Func{Tensor, Tensor})"/>
    public static Func<Tensor, Tensor, Tensor> Fuse(Func<Tensor, Tensor, Tensor> f)
    {
        ArgumentNullException.ThrowIfNull(f);
        var fused = Fused.Of(2, x => f(x[0], x[1]));
        return (a, b) => fused([a, b]);
    }

    /// <inheritdoc cref="Fuse(Func{Tensor, Tensor})"/>
    public static Func<Tensor, Tensor, Tensor, Tensor> Fuse(Func<Tensor, Tensor, Tensor, Tensor> f)
    {
        ArgumentNullException.ThrowIfNull(f);
        var fused = Fused.Of(3, x => f(x[0], x[1], x[2]));
        return (a, b, c) => fused([a, b, c]);
    }

    /// <inheritdoc cref="Fuse(Func{Tensor, Tensor})"/>
    public static Func<Tensor, Tensor, Tensor, Tensor, Tensor> Fuse(Func<Tensor, Tensor, Tensor, Tensor, Tensor> f)
    {
        ArgumentNullException.ThrowIfNull(f);
        var fused = Fused.Of(4, x => f(x[0], x[1], x[2], x[3]));
        return (a, b, c, d) => fused([a, b, c, d]);
    }

    /// <inheritdoc cref="Fuse(Func{Tensor, Tensor})"/>
    /// <param name="operands">How many tensors the function takes.</param>
    /// <param name="f">The function.</param>
    public static Func<Tensor[], Tensor> Fuse(int operands, Func<Tensor[], Tensor> f) => Fused.Of(operands, f);
}
