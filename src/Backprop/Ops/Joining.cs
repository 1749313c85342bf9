using Backprop.Devices;

namespace Backprop.Ops;

/// <summary>Tensors one after the other along an axis; all other sizes are equal. Each operand's derivative is its part of dy.</summary>
/// <param name="Axis">The axis along which they follow each other.</param>
public sealed record Concat(int Axis) : Op
{
    /// <summary>The tensors one after the other, in the element type in which they meet.</summary>
    /// <exception cref="ShapeException">There are none, or their shapes differ off the axis.</exception>
    public static Tensor Call(ReadOnlySpan<Tensor> x, int axis)
    {
        if (x.IsEmpty) throw new ShapeException("Concat: there are no tensors to join; give at least one.");
        foreach (var t in x) ArgumentNullException.ThrowIfNull(t);
        if (x[0].Rank == 0) throw new ShapeException("Concat: scalars have no axis to follow each other along; use Stack.");
        return new Concat(x[0].Shape.Axis(axis, nameof(Concat))).Apply(x);
    }

    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x)
    {
        var shape = x[0].Shape;
        long size = 0;
        for (var i = 0; i < x.Length; i++)
        {
            var other = x[i].Shape;
            if (other.Rank != shape.Rank || other.With(Axis, 0) != shape.With(Axis, 0)) throw new ShapeException(
                $"Concat: tensor {i} of shape {other} does not fit tensor 0 of shape {shape}; along axis {Axis} sizes may differ, all others must be equal.");
            size += other[Axis];
        }
        var sizes = shape.ToArray();
        sizes[Axis] = (int)Math.Min(size, int.MaxValue);
        return new(sizes);
    }

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x)
    {
        var y = new Tensor(Infer(x), DTypes.Meet(x));
        var ranges = Slice.Whole(y.Shape);
        var start = 0;
        foreach (var part in x)
        {
            ranges[Axis] = new(start, part.Shape[Axis], 1);
            Cpu.CopyInto(Cast.Raw(part, y.DType), Slice.View(y, new(ranges), part.Shape), y);
            start += part.Shape[Axis];
        }
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx)
    {
        var start = 0;
        for (var i = 0; i < dx.Length; i++)
        {
            var size = node.Inputs[i].Shape[Axis];
            if (node.Needs(i)) dx[i] = Slice.Call(dy, Axis, new(start, size, 1));
            start += size;
        }
    }
}

/// <summary>Elements moved along axes, those that fall off one end coming back at the other: y[i + shift] = x[i].  dx is dy moved back.</summary>
/// <param name="Shifts">How far, for each axis.</param>
/// <param name="Axes">The axes.</param>
public sealed record Roll(ValueList<int> Shifts, ValueList<int> Axes) : Op
{
    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x) => x[0].Shape;

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x)
    {
        var y = x[0];
        for (var i = 0; i < Axes.Count; i++)
        {
            var axis = y.Shape.Axis(Axes[i], Name);
            var size = y.Shape[axis];
            var shift = size == 0 ? 0 : (Shifts[i] % size + size) % size;
            if (shift == 0) continue;
            y = Concat.Call([Slice.Call(y, axis, new(size - shift, shift, 1)), Slice.Call(y, axis, new(0, size - shift, 1))], axis);
        }
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx)
    {
        var back = new int[Shifts.Count];
        for (var i = 0; i < back.Length; i++) back[i] = -Shifts[i];
        dx[0] = new Roll(new(back), Axes).Apply(dy);
    }
}

/// <summary>How often each axis is to come, one repeat or one element after the other.</summary>
static class Repeating
{
    // [a, b] whole twice and thrice is [1, a, 1, b] seen as [2, a, 3, b]: a view, then one copy.
    public static Tensor Tile(Tensor x, ReadOnlySpan<int> repeats)
    {
        Refuse(repeats, nameof(Tile));
        var rank = Math.Max(x.Rank, repeats.Length);
        int[] apart = new int[2 * rank], repeated = new int[2 * rank], together = new int[rank];
        for (var i = 1; i <= rank; i++)
        {
            int size = i <= x.Rank ? x.Shape[^i] : 1, times = i <= repeats.Length ? repeats[^i] : 1;
            (apart[^(2 * i - 1)], apart[^(2 * i)]) = (size, 1);
            (repeated[^(2 * i - 1)], repeated[^(2 * i)]) = (size, times);
            together[^i] = (int)Math.Min((long)size * times, int.MaxValue);
        }
        Shape result = new(together);
        return Reshape.Call(Expand.Call(Reshape.Call(x, Shape.Own(apart)), Shape.Own(repeated)), result);
    }

    public static Tensor Interleave(Tensor x, int repeats, int axis)
    {
        Refuse([repeats], "RepeatInterleave");
        axis = x.Shape.Axis(axis, "RepeatInterleave");
        var sizes = x.Shape.AsSpan();
        Shape result = new([.. sizes[..axis], (int)Math.Min((long)sizes[axis] * repeats, int.MaxValue), .. sizes[(axis + 1)..]]);
        var apart = Reshape.Call(x, Shape.Own([.. sizes[..(axis + 1)], 1, .. sizes[(axis + 1)..]]));
        return Reshape.Call(Expand.Call(apart, Shape.Own([.. sizes[..(axis + 1)], repeats, .. sizes[(axis + 1)..]])), result);
    }

    static void Refuse(ReadOnlySpan<int> repeats, string operation)
    {
        foreach (var times in repeats)
            if (times < 0) throw new ArgumentOutOfRangeException(null, $"{operation}: something cannot be repeated {times} times; repeats are 0 or more.");
    }
}
