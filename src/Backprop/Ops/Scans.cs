using Backprop.Devices;
using Backprop.Formulas;

namespace Backprop.Ops;

/// <summary>Running sums along an axis: yₖ = x₀ + … + xₖ;  dxₖ = dyₖ + … + dyₙ. Whole numbers and bools add up as int64.</summary>
/// <param name="Axis">The axis that is run along.</param>
/// <param name="Reverse">Whether it runs from the end.</param>
public sealed record CumSum(int Axis, bool Reverse) : Op
{
    /// <summary>Running sums along an axis.</summary>
    public static Tensor Call(Tensor x, int axis, bool reverse = false) => new CumSum(x.Shape.Axis(axis, nameof(CumSum)), reverse).Apply(x);

    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x) => x[0].Shape;

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x)
    {
        var y = new Tensor(x[0].Shape, x[0].DType.IsFloat() ? x[0].DType : DType.Int64);
        Cpu.Scan(default(RunningSum), 0, [Cast.Raw(x[0], y.DType).Packed()], y.Shape.Axis(Axis, Name), Reverse, exclusive: false, y);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx) => dx[0] = (this with { Reverse = !Reverse }).Apply(dy);
}

/// <summary>
/// Running products along an axis: yₖ = x₀ · … · xₖ, or without xₖ. The derivative does not divide, so that it is right where factors are 0.
/// Whole numbers and bools multiply as int64.
/// </summary>
/// <param name="Axis">The axis that is run along.</param>
/// <param name="Reverse">Whether it runs from the end.</param>
/// <param name="WithoutOwn">Whether yₖ is the product of what comes before xₖ only.</param>
public sealed record CumProd(int Axis, bool Reverse, bool WithoutOwn) : Op
{
    /// <summary>Running products along an axis.</summary>
    public static Tensor Call(Tensor x, int axis, bool reverse = false) => new CumProd(x.Shape.Axis(axis, nameof(CumProd)), reverse, false).Apply(x);

    /// <summary>For each element the product of what comes before it along the axis.</summary>
    internal static Tensor Exclusive(Tensor x, int axis, bool reverse) => new CumProd(axis, reverse, true).Apply(x);

    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x) => x[0].Shape;

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x)
    {
        var y = new Tensor(x[0].Shape, x[0].DType.IsFloat() ? x[0].DType : DType.Int64);
        Cpu.Scan(default(RunningProduct), 1, [Cast.Raw(x[0], y.DType).Packed()], y.Shape.Axis(Axis, Name), Reverse, WithoutOwn, y);
        return y;
    }

    /// <summary>
    /// dxₖ = (Πⱼ﹤ₖ xⱼ) · sₖ, where s gathers from behind what the later products make of xₖ: sₖ = dyₖ + xₖ₊₁ sₖ₊₁, or dyₖ₊₁ + xₖ₊₁ sₖ₊₁ if
    /// y goes without its own factor.
    /// </summary>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx)
    {
        var x = node.Inputs[0];
        var axis = x.Shape.Axis(Axis, Name);
        var own = WithoutOwn ? LinearScan.Shifted(dy, axis, Reverse) : dy;
        var gathered = new LinearScan(axis, !Reverse).Apply(LinearScan.Shifted(x, axis, Reverse), own);
        dx[0] = new CumProd(axis, Reverse, WithoutOwn: true).Apply(x) * gathered;
    }
}

/// <summary>
/// The linear recurrence hₖ = aₖ hₖ₋₁ + bₖ along an axis, with h₋₁ = 0: exponential averages, discounted returns, state-space models.
/// With gₖ = dhₖ + aₖ₊₁ gₖ₊₁ (the same, run backward), db = g and daₖ = gₖ hₖ₋₁. Operands: a, b, broadcast against each other.
/// </summary>
/// <param name="Axis">The axis that is run along.</param>
/// <param name="Reverse">Whether it runs from the end.</param>
public sealed record LinearScan(int Axis, bool Reverse) : Op
{
    /// <summary>hₖ = aₖ hₖ₋₁ + bₖ along an axis; whole numbers as float64.</summary>
    public static Tensor Call(Tensor a, Tensor b, int axis, bool reverse = false) =>
        new LinearScan(Shape.Broadcast(a.Shape, b.Shape, nameof(LinearScan)).Axis(axis, nameof(LinearScan)), reverse).Apply(a, b);

    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x) => Shape.Broadcast(x[0].Shape, x[1].Shape, Name);

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x)
    {
        var dtype = DTypes.Meet(x);
        var y = new Tensor(Infer(x), dtype.IsFloat() ? dtype : DType.Float64);
        var a = Expand.Call(Cast.Raw(x[0], y.DType), y.Shape).Packed();
        var b = Expand.Call(Cast.Raw(x[1], y.DType), y.Shape).Packed();
        Cpu.Scan(default(RunningLine), 0, [a, b], y.Shape.Axis(Axis, Name), Reverse, exclusive: false, y);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx)
    {
        var h = node.Output;
        var axis = h.Shape.Axis(Axis, Name);
        var a = Expand.Call(node.Inputs[0], h.Shape);
        var g = new LinearScan(axis, !Reverse).Apply(Shifted(a, axis, Reverse), dy);
        if (node.Needs(0)) dx[0] = g * Shifted(h, axis, !Reverse);
        if (node.Needs(1)) dx[1] = g;
    }

    /// <summary>Every element moved one place toward the start of the axis (or the end); 0 comes in.</summary>
    internal static Tensor Shifted(Tensor x, int axis, bool toEnd)
    {
        var size = x.Shape[axis];
        if (size == 0) return x;
        var from = new SliceRange[x.Rank];
        for (var i = 0; i < from.Length; i++) from[i] = new(0, x.Shape[i], 1);
        var to = (SliceRange[])from.Clone();
        from[axis] = new(toEnd ? 0 : 1, size - 1, 1);
        to[axis] = new(toEnd ? 1 : 0, size - 1, 1);
        return new Embed(x.Shape, [.. to]).Apply(new Slice([.. from]).Apply(x));
    }
}

readonly struct RunningSum : IKernel
{
    public static int Arity => 2;
    public V Run<V>(V a, V b, V c, V d) where V : IReal<V> => a + b;
}

readonly struct RunningProduct : IKernel
{
    public static int Arity => 2;
    public V Run<V>(V a, V b, V c, V d) where V : IReal<V> => a * b;
}

readonly struct RunningLine : IKernel
{
    public static int Arity => 3;
    public V Run<V>(V a, V b, V c, V d) where V : IReal<V> => b * a + c;
}
