using Backprop.Devices;

namespace Backprop.Ops;

/// <summary>The same elements in row-major order under another shape; a view where the operand has no gaps.</summary>
/// <param name="Target">The shape wanted, of as many elements.</param>
public sealed record Reshape(Shape Target) : Op
{
    /// <summary>x under another shape.</summary>
    public static Tensor Call(Tensor x, Shape target) => x.Shape == target ? x : new Reshape(target).Apply(x);

    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x) => x[0].Count == Target.Count ? Target : throw new ShapeException(
        $"Reshape: {x[0].Shape} has {x[0].Count} elements and {Target} has {Target.Count}; they must be as many.");

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x)
    {
        var shape = Infer(x);
        if (x[0].IsContiguous) return x[0].View(shape, null, x[0].Offset);
        if (StridesFor(x[0], shape) is { } strides) return x[0].View(shape, strides, x[0].Offset);
        var packed = x[0].Packed();
        return packed.View(shape, null, packed.Offset);
    }

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx) => dx[0] = Call(dy, node.Inputs[0].Shape);

    /// <summary>The strides by which a view with gaps is looked at under another shape; null if no strides do that and it must be copied.</summary>
    static int[]? StridesFor(Tensor x, Shape target)
    {
        var result = new int[target.Rank];
        if (target.Count == 0) return result;
        var strides = x.Strides;
        int axis = x.Rank - 1, left = 1, step = 1;
        for (var i = target.Rank - 1; i >= 0; i--)
        {
            if (target[i] == 1) continue;
            if (left == 1)
            {
                // The next axes from behind that continue each other, as one.
                while (x.Shape[axis] == 1) axis--;
                (left, step) = (x.Shape[axis], strides[axis]);
                while (--axis >= 0 && (x.Shape[axis] == 1 || strides[axis] == left * step)) left *= x.Shape[axis];
            }
            if (left % target[i] != 0) return null;
            result[i] = step;
            step *= target[i];
            left /= target[i];
        }
        return result;
    }
}

/// <summary>Axes in another order, as a view: axis i of the result is axis Axes[i] of the operand.</summary>
/// <param name="Axes">Every axis of the operand once.</param>
public sealed record Permute(ValueList<int> Axes) : Op
{
    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x)
    {
        var shape = x[0].Shape;
        var sorted = shape.Rank == Axes.Count ? shape.Axes(Axes.AsSpan(), Name) : throw new ShapeException(
            $"Permute: {Axes} names {Axes.Count} axes and shape {shape} has {shape.Rank}; name every axis once.");
        var result = new int[sorted.Length];
        for (var i = 0; i < result.Length; i++) result[i] = shape[Axes[i]];
        return Shape.Own(result);
    }

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x)
    {
        var shape = Infer(x);
        var from = x[0].Strides;
        var strides = new int[shape.Rank];
        for (var i = 0; i < strides.Length; i++) strides[i] = from[x[0].Shape.Axis(Axes[i], Name)];
        return x[0].View(shape, strides, x[0].Offset);
    }

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx)
    {
        var inverse = new int[Axes.Count];
        for (var i = 0; i < inverse.Length; i++) inverse[node.Inputs[0].Shape.Axis(Axes[i], Name)] = i;
        dx[0] = new Permute([.. inverse]).Apply(dy);
    }
}

/// <summary>Axes of size 1 (or missing ones in front) repeated to a larger shape, as a view: nothing is copied.</summary>
/// <param name="Target">The shape wanted.</param>
public sealed record Expand(Shape Target) : Op
{
    /// <summary>x broadcast to a shape.</summary>
    public static Tensor Call(Tensor x, Shape target) => x.Shape == target ? x : new Expand(target).Apply(x);

    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x) => x[0].Shape.FitsInto(Target) ? Target : throw new ShapeException(
        $"Expand: {x[0].Shape} cannot be expanded to {Target}; aligned at the last axis, each size must be equal or 1.");

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x)
    {
        var shape = Infer(x);
        var from = x[0].Strides;
        var missing = shape.Rank - from.Length;
        var strides = new int[shape.Rank];
        for (var i = missing; i < strides.Length; i++) strides[i] = x[0].Shape[i - missing] == 1 ? 0 : from[i - missing];
        return x[0].View(shape, strides, x[0].Offset);
    }

    /// <summary>The engine sums over what was broadcast.</summary>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx) => dx[0] = dy;
}

/// <summary>The inverse of broadcasting: sums over the axes along which <paramref name="Target"/> would be repeated.</summary>
/// <param name="Target">The shape wanted.</param>
public sealed record SumTo(Shape Target) : Op
{
    /// <summary>x summed to a shape.</summary>
    public static Tensor Call(Tensor x, Shape target) => x.Shape == target ? x : new SumTo(target).Apply(x);

    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x) => Target.FitsInto(x[0].Shape) ? Target : throw new ShapeException(
        $"SumTo: a tensor of shape {x[0].Shape} cannot be summed to {Target}; {Target} would have to broadcast to it.");

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x)
    {
        Infer(x);
        var shape = x[0].Shape;
        var missing = shape.Rank - Target.Rank;
        var reduced = new bool[shape.Rank];
        for (var i = 0; i < reduced.Length; i++) reduced[i] = i < missing || (Target[i - missing] == 1 && shape[i] != 1);
        var sum = Sum.Over(x[0], reduced);
        return sum.View(Target, null, sum.Offset);
    }

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx) => dx[0] = Expand.Call(dy, node.Inputs[0].Shape);
}

/// <summary>Which elements of an axis a slice takes: Count of them from Start, Step apart (negative: backward).</summary>
/// <param name="Start">The first one's place, from 0.</param>
/// <param name="Count">How many.</param>
/// <param name="Step">The distance between two, not 0.</param>
public readonly record struct SliceRange(int Start, int Count, int Step);

/// <summary>Some elements of each axis, as a view.</summary>
/// <param name="Ranges">One range for each axis.</param>
public sealed record Slice(ValueList<SliceRange> Ranges) : Op
{
    /// <summary>Some elements of one axis and all of the others.</summary>
    public static Tensor Call(Tensor x, int axis, SliceRange range)
    {
        var ranges = Whole(x.Shape);
        if (ranges[axis] == range) return x;
        ranges[axis] = range;
        return new Slice(new ValueList<SliceRange>(ranges)).Apply(x);
    }

    /// <summary>The ranges that take everything.</summary>
    internal static SliceRange[] Whole(Shape shape)
    {
        var ranges = new SliceRange[shape.Rank];
        for (var i = 0; i < ranges.Length; i++) ranges[i] = new(0, shape[i], 1);
        return ranges;
    }

    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x)
    {
        var shape = x[0].Shape;
        if (Ranges.Count != shape.Rank) throw new ShapeException(
            $"Slice: {Ranges.Count} ranges do not fit a tensor of shape {shape}; give one for each of its {shape.Rank} axes.");
        var result = new int[Ranges.Count];
        for (var i = 0; i < result.Length; i++)
        {
            var (start, count, step) = Ranges[i];
            var last = start + (count - 1L) * step;
            if (count < 0 || (count > 0 && ((uint)start >= (uint)shape[i] || (ulong)last >= (ulong)shape[i]))) throw new ShapeException(
                $"Slice: {count} elements from {start} in steps of {step} do not lie in axis {i} of shape {shape}.");
            result[i] = count;
        }
        return Shape.Own(result);
    }

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x) => View(x[0], Ranges, Infer(x));

    internal static Tensor View(Tensor x, ValueList<SliceRange> ranges, Shape shape)
    {
        var from = x.Strides;
        var strides = new int[from.Length];
        var offset = x.Offset;
        for (var i = 0; i < strides.Length; i++)
        {
            if (shape.Count > 0) offset += ranges[i].Start * from[i];
            strides[i] = ranges[i].Step * from[i];
        }
        return x.View(shape, strides, offset);
    }

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx) => dx[0] = new Embed(node.Inputs[0].Shape, Ranges).Apply(dy);
}

/// <summary>The inverse of a slice: zeros of a larger shape with the operand where the slice would have taken it.</summary>
/// <param name="Target">The larger shape.</param>
/// <param name="Ranges">One range for each axis.</param>
public sealed record Embed(Shape Target, ValueList<SliceRange> Ranges) : Op
{
    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x) => Target;

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x)
    {
        var y = new Tensor(Target, x[0].DType);
        y.Bytes().Clear();
        Cpu.CopyInto(x[0], Slice.View(y, Ranges, x[0].Shape), y);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx) => dx[0] = new Slice(Ranges).Apply(dy);
}
