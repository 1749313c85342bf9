using Backprop.Devices;

namespace Backprop.Ops;

/// <summary>An operation that takes every element along some axes to one.</summary>
/// <param name="Axes">The axes that are reduced.</param>
/// <param name="KeepDims">Whether they stay, with size 1.</param>
public abstract record Reduction(ValueList<int> Axes, bool KeepDims) : Op
{
    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x)
    {
        var shape = x[0].Shape;
        var reduced = Mask(shape);
        return KeepDims ? Kept(shape, reduced) : Shape.Own([.. shape.ToArray().Where((_, i) => !reduced[i])]);
    }

    /// <summary>Axes as a list of positive, ascending ones; none given means all.</summary>
    internal static ValueList<int> AxesOf(Tensor x, ReadOnlySpan<int> axes, string operation) => [.. x.Shape.Axes(axes, operation)];

    /// <summary>The same for operations that have no answer for whole numbers as they are: these become float64.</summary>
    internal static Tensor Float(Tensor x) => x.DType.IsFloat() ? x : Cast.Call(x, DType.Float64);

    /// <summary>The shape with the marked axes of size 1.</summary>
    internal static Shape Kept(Shape shape, bool[] reduced)
    {
        var sizes = shape.ToArray();
        for (var i = 0; i < sizes.Length; i++)
            if (reduced[i]) sizes[i] = 1;
        return Shape.Own(sizes);
    }

    /// <summary>Which axes of a shape are reduced.</summary>
    private protected bool[] Mask(Shape shape)
    {
        var reduced = new bool[shape.Rank];
        foreach (var axis in Axes.AsSpan()) reduced[shape.Axis(axis, Name)] = true;
        return reduced;
    }

    /// <summary>How many elements become one.</summary>
    private protected int CountOf(Shape shape)
    {
        var count = 1;
        foreach (var axis in Axes.AsSpan()) count *= shape[axis];
        return count;
    }

    /// <summary>Refuses axes without elements, for operations that need one.</summary>
    private protected void RequireElements(Shape shape, string wanted)
    {
        if (CountOf(shape) > 0) return;
        var axes = Axes.Count == shape.Rank ? $"the tensor of shape {shape} is empty"
            : Axes.Count == 1 ? $"axis {Axes[0]} of shape {shape} is empty" : $"axes {Axes} of shape {shape} are empty";
        throw new ShapeException($"{Name}: {axes}, and nothing has no {wanted}.");
    }

    /// <summary>A new result whose reduced axes still have size 1, in the operand's element type unless told.</summary>
    private protected static Tensor NewResult(Tensor x, bool[] reduced, DType? dtype = null) => new(Kept(x.Shape, reduced), dtype ?? x.DType);

    /// <summary>A result as <see cref="KeepDims"/> asks for it.</summary>
    private protected Tensor Shaped(Tensor y, ReadOnlySpan<Tensor> x) => KeepDims ? y : y.View(Infer(x), null, y.Offset);

    /// <summary>A result, or what flows into one, with the reduced axes back, of size 1, so that it broadcasts against the operand.</summary>
    private protected Tensor Unsqueezed(Tensor y, Shape source) => KeepDims ? y : Reshape.Call(y, Kept(source, Mask(source)));
}

/// <summary>y = Σ x over the given axes;  dx = dy, repeated. Whole numbers and bools add up as int64.</summary>
/// <param name="Axes">The axes that are summed over.</param>
/// <param name="KeepDims">Whether they stay, with size 1.</param>
public sealed record Sum(ValueList<int> Axes, bool KeepDims) : Reduction(Axes, KeepDims)
{
    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x) => Shaped(Over(x[0], Mask(x[0].Shape)), x);

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx)
    {
        var shape = node.Inputs[0].Shape;
        dx[0] = Expand.Call(Unsqueezed(dy, shape), shape);
    }

    /// <summary>The sum over the marked axes, which stay with size 1.</summary>
    internal static Tensor Over(Tensor x, bool[] reduced)
    {
        var y = new Tensor(Kept(x.Shape, reduced), x.DType.IsFloat() ? x.DType : DType.Int64);
        Cpu.Sum(x, reduced, y);
        return y;
    }
}

/// <summary>y = Σ x / n over the given axes, n elements each;  dx = dy / n, repeated. The mean of nothing is NaN.</summary>
/// <param name="Axes">The axes that are averaged over.</param>
/// <param name="KeepDims">Whether they stay, with size 1.</param>
public sealed record Mean(ValueList<int> Axes, bool KeepDims) : Reduction(Axes, KeepDims)
{
    /// <summary>The mean over axes; whole numbers as float64.</summary>
    public static Tensor Call(Tensor x, ReadOnlySpan<int> axes, bool keepDims) => new Mean(AxesOf(x, axes, nameof(Mean)), keepDims).Apply(Float(x));

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x) => Shaped(Over(x[0], Mask(x[0].Shape)), x);

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx)
    {
        var shape = node.Inputs[0].Shape;
        dx[0] = Expand.Call(Unsqueezed(dy / (double)CountOf(shape), shape), shape);
    }

    /// <summary>The mean over the marked axes, which stay with size 1.</summary>
    internal static Tensor Over(Tensor x, bool[] reduced)
    {
        var sum = Sum.Over(x, reduced);
        return sum / ((double)x.Count / sum.Count);
    }
}

/// <summary>
/// y = Π x over the given axes;  dxᵢ = dy · Πⱼ≠ᵢ xⱼ, right also where factors are 0. The product of nothing is 1; whole numbers and bools
/// multiply as int64.
/// </summary>
/// <param name="Axes">The axes that are multiplied over.</param>
/// <param name="KeepDims">Whether they stay, with size 1.</param>
public sealed record Prod(ValueList<int> Axes, bool KeepDims) : Reduction(Axes, KeepDims)
{
    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x)
    {
        var source = x[0].DType.IsFloat() ? x[0] : Cast.Raw(x[0], DType.Int64);
        var reduced = Mask(source.Shape);
        var y = NewResult(source, reduced);
        if (source.Count == 0) return Shaped(Tensor.Ones(y.Shape, y.DType), x);
        Cpu.Fold(default(Times), source, reduced, y);
        return Shaped(y, x);
    }

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx)
    {
        var x = node.Inputs[0];
        var y = Unsqueezed(node.Output, x.Shape);
        dy = Unsqueezed(dy, x.Shape);
        dx[0] = AnyZero(y) ? dy * Others(x) : dy * y / x;
    }

    static bool AnyZero(Tensor y) => (bool)y.Detach().Equal(0.0).Any();

    // For each factor the product of all before it times that of all behind it: nothing is divided by.
    Tensor Others(Tensor x)
    {
        var axes = Axes;
        int[] order = [.. Enumerable.Range(0, x.Rank).Where(i => !axes.Contains(i)), .. axes];
        var inverse = new int[order.Length];
        for (var i = 0; i < order.Length; i++) inverse[order[i]] = i;
        var ordered = x.Permute(order);
        var count = CountOf(x.Shape);
        var rows = Reshape.Call(ordered, [x.Count / count, count]);
        var others = CumProd.Exclusive(rows, 1, reverse: false) * CumProd.Exclusive(rows, 1, reverse: true);
        return Reshape.Call(others, ordered.Shape).Permute(inverse);
    }
}
