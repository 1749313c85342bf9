using Backprop.Devices;

namespace Backprop.Ops;

/// <summary>y = Σ x over the given axes;  dx = dy, repeated. Whole numbers and bools add up as int64.</summary>
/// <param name="Axes">The axes that are summed over.</param>
/// <param name="KeepDims">Whether they stay, with size 1.</param>
public sealed record Sum(ValueList<int> Axes, bool KeepDims) : Op
{
    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x) => Reduction.Shape(x[0].Shape, Axes, KeepDims);

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x) =>
        Over(x[0], Reduction.Mask(x[0].Shape, Axes)).View(Infer(x), null, 0);

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx) =>
        dx[0] = Reduction.Spread(dy, node.Inputs[0].Shape, Axes, KeepDims);

    /// <summary>The sum over the marked axes, which stay with size 1.</summary>
    internal static Tensor Over(Tensor x, bool[] reduced)
    {
        var dtype = x.DType.IsFloat() ? x.DType : DType.Int64;
        var y = new Tensor(Reduction.Kept(x.Shape, reduced), dtype);
        Cpu.Sum(Cast.Raw(x, dtype), reduced, y);
        return y;
    }
}

/// <summary>What reductions share.</summary>
static class Reduction
{
    /// <summary>Axes as a list of positive, ascending ones; none given means all.</summary>
    public static ValueList<int> Axes(Tensor x, ReadOnlySpan<int> axes, string operation) => [.. x.Shape.Axes(axes, operation)];

    public static bool[] Mask(Shape shape, ValueList<int> axes)
    {
        var reduced = new bool[shape.Rank];
        foreach (var axis in axes.AsSpan()) reduced[axis] = true;
        return reduced;
    }

    /// <summary>The shape with the marked axes of size 1.</summary>
    public static Shape Kept(Shape shape, bool[] reduced)
    {
        var sizes = shape.ToArray();
        for (var i = 0; i < sizes.Length; i++)
            if (reduced[i]) sizes[i] = 1;
        return Backprop.Shape.Own(sizes);
    }

    public static Shape Shape(Shape shape, ValueList<int> axes, bool keepDims)
    {
        var reduced = Mask(shape, axes);
        if (keepDims) return Kept(shape, reduced);
        return Backprop.Shape.Own([.. shape.ToArray().Where((_, i) => !reduced[i])]);
    }

    /// <summary>A reduced tensor with the reduced axes back, of size 1, so that it broadcasts against the operand.</summary>
    public static Tensor Unsqueezed(Tensor y, Shape source, ValueList<int> axes, bool keepDims) =>
        keepDims ? y : Reshape.Call(y, Kept(source, Mask(source, axes)));

    /// <summary>A reduced tensor repeated to the operand's shape.</summary>
    public static Tensor Spread(Tensor dy, Shape source, ValueList<int> axes, bool keepDims) =>
        Expand.Call(Unsqueezed(dy, source, axes, keepDims), source);
}
