using Backprop.Ops;

namespace Backprop;

public sealed partial class Tensor
{
    /// <summary>The axes in reverse order: the transpose of a matrix. A view.</summary>
    public Tensor T => new Permute([.. Enumerable.Range(0, Rank).Reverse()]).Apply(this);

    /// <summary>The same elements in row-major order under another shape; one size may be −1 and is reckoned. A view where there are no gaps.</summary>
    /// <exception cref="ShapeException">The sizes do not make as many elements.</exception>
    public Tensor Reshape(params ReadOnlySpan<int> sizes)
    {
        var unknown = sizes.IndexOf(-1);
        if (unknown < 0) return Ops.Reshape.Call(this, new(sizes));
        var known = 1;
        for (var i = 0; i < sizes.Length; i++)
            if (i != unknown) known *= sizes[i];
        if (known <= 0 || Count % known != 0 || sizes[(unknown + 1)..].Contains(-1)) throw new ShapeException(
            $"Reshape: {Shape} with {Count} elements does not fit [{string.Join(", ", sizes.ToArray())}]; one size may be -1 if the others divide the count.");
        var result = sizes.ToArray();
        result[unknown] = Count / known;
        return Ops.Reshape.Call(this, new(result));
    }

    /// <summary>Axes in another order: axis i of the result is axis <c>axes[i]</c> of this tensor. A view.</summary>
    /// <exception cref="ShapeException">Not every axis is named once.</exception>
    public Tensor Permute(params ReadOnlySpan<int> axes) => new Permute([.. axes]).Apply(this);

    /// <summary>The axes from start to end (both included) as one; a scalar becomes a vector of one. A view where there are no gaps.</summary>
    /// <exception cref="ShapeException">An axis does not exist, or start comes after end.</exception>
    public Tensor Flatten(int start = 0, int end = -1)
    {
        if (Rank == 0) return Reshape(1);
        int first = Shape.Axis(start, nameof(Flatten)), last = Shape.Axis(end, nameof(Flatten));
        if (first > last) throw new ShapeException($"Flatten: axis {start} comes after axis {end} in shape {Shape}; start must not lie behind end.");
        var sizes = Shape.AsSpan();
        var size = 1;
        foreach (var s in sizes[first..(last + 1)]) size *= s;
        return Ops.Reshape.Call(this, new([.. sizes[..first], size, .. sizes[(last + 1)..]]));
    }

    /// <summary>Two axes exchanged. A view.</summary>
    /// <exception cref="ShapeException">An axis does not exist.</exception>
    public Tensor Transpose(int axis0, int axis1)
    {
        var axes = Enumerable.Range(0, Rank).ToArray();
        int a = Shape.Axis(axis0, nameof(Transpose)), b = Shape.Axis(axis1, nameof(Transpose));
        (axes[a], axes[b]) = (b, a);
        return Permute(axes);
    }

    /// <summary>An axis moved to another place, the others keeping their order. A view.</summary>
    /// <exception cref="ShapeException">An axis does not exist.</exception>
    public Tensor MoveAxis(int source, int destination)
    {
        int from = Shape.Axis(source, nameof(MoveAxis)), to = Shape.Axis(destination, nameof(MoveAxis));
        var axes = Enumerable.Range(0, Rank).ToList();
        axes.RemoveAt(from);
        axes.Insert(to, from);
        return Permute(axes.ToArray());
    }

    /// <summary>Without the axes of size 1. A view.</summary>
    public Tensor Squeeze() => Ops.Reshape.Call(this, new([.. Shape.ToArray().Where(size => size != 1)]));

    /// <summary>Without an axis of size 1; an axis of another size stays. A view.</summary>
    /// <exception cref="ShapeException">There is no such axis.</exception>
    public Tensor Squeeze(int axis)
    {
        axis = Shape.Axis(axis, nameof(Squeeze));
        return Shape[axis] == 1 ? Ops.Reshape.Call(this, Shape.Without(axis)) : this;
    }

    /// <summary>With a new axis of size 1 at a place of the result; −1 puts it last. A view.</summary>
    /// <exception cref="ShapeException">The result has no such axis.</exception>
    public Tensor Unsqueeze(int axis)
    {
        var place = axis < 0 ? axis + Rank + 1 : axis;
        if ((uint)place > (uint)Rank) throw new ShapeException(
            $"Unsqueeze: a tensor of shape {Shape} cannot gain axis {axis}; the new axis may be 0 to {Rank}, or -{Rank + 1} to -1.");
        var sizes = Shape.AsSpan();
        return Ops.Reshape.Call(this, Shape.Own([.. sizes[..place], 1, .. sizes[place..]]));
    }

    /// <summary>Axes of size 1 repeated to the sizes given, new axes in front; −1 keeps a size. A view.</summary>
    /// <exception cref="ShapeException">A size other than 1 would change.</exception>
    public Tensor Expand(params ReadOnlySpan<int> sizes)
    {
        var result = sizes.ToArray();
        var missing = result.Length - Rank;
        for (var i = Math.Max(missing, 0); i < result.Length; i++)
            if (result[i] == -1) result[i] = Shape[i - missing];
        return Ops.Expand.Call(this, new(result));
    }

    /// <summary>Axes of size 1 repeated to a shape, new axes in front. A view.</summary>
    /// <exception cref="ShapeException">A size other than 1 would change.</exception>
    public Tensor BroadcastTo(Shape shape) => Ops.Expand.Call(this, shape);

    /// <summary>The elements along the given axes in reverse order; none given means all axes. A view.</summary>
    /// <exception cref="ShapeException">An axis does not exist or is named twice.</exception>
    public Tensor Flip(params ReadOnlySpan<int> axes)
    {
        var ranges = Slice.Whole(Shape);
        foreach (var axis in Shape.Axes(axes, nameof(Flip))) ranges[axis] = new(Math.Max(Shape[axis] - 1, 0), Shape[axis], -1);
        return new Slice(new ValueList<SliceRange>(ranges)).Apply(this);
    }

    /// <summary>
    /// The diagonal of two axes, which go; the diagonal becomes the last axis. <paramref name="offset"/> counts to the right of the main
    /// diagonal, negative ones below it. A view.
    /// </summary>
    /// <exception cref="ShapeException">An axis does not exist, or they are the same.</exception>
    public Tensor Diagonal(int offset = 0, int axis0 = 0, int axis1 = 1) => Ops.Diagonal.Call(this, offset, axis0, axis1);

    /// <summary>
    /// Square matrices with the last axis on a diagonal and zeros elsewhere: [..., n] → [..., n + |offset|, n + |offset|]; the matrices' axes may
    /// be placed elsewhere in the result.
    /// </summary>
    /// <exception cref="ShapeException">This is a scalar, or an axis does not exist in the result.</exception>
    public Tensor DiagonalEmbed(int offset = 0, int axis0 = -2, int axis1 = -1) => Ops.DiagonalEmbed.Call(this, offset, axis0, axis1);

    /// <summary>Pieces of the given sizes along an axis, one after the other. Views.</summary>
    /// <exception cref="ShapeException">The sizes do not add up to the axis's size.</exception>
    public Tensor[] Split(ReadOnlySpan<int> sizes, int axis = 0)
    {
        axis = Shape.Axis(axis, nameof(Split));
        var (sum, least) = (0L, 0);
        foreach (var size in sizes) (sum, least) = (sum + size, Math.Min(least, size));
        if (sum != Shape[axis] || least < 0) throw new ShapeException(
            $"Split: the sizes [{string.Join(", ", sizes.ToArray())}] add up to {sum}, and axis {axis} of shape {Shape} has {Shape[axis]}; " +
            "they must be equal and no size negative.");
        var pieces = new Tensor[sizes.Length];
        var start = 0;
        for (var i = 0; i < pieces.Length; i++)
        {
            pieces[i] = Slice.Call(this, axis, new(start, sizes[i], 1));
            start += sizes[i];
        }
        return pieces;
    }

    /// <summary>
    /// At most so many pieces along an axis, each of ⌈size / chunks⌉ elements; the last may be smaller, and there may be fewer (of an empty axis
    /// there are as many empty ones). Views.
    /// </summary>
    /// <exception cref="ShapeException">There is no such axis.</exception>
    /// <exception cref="ArgumentOutOfRangeException">chunks is not positive.</exception>
    public Tensor[] Chunk(int chunks, int axis = 0)
    {
        if (chunks <= 0) throw new ArgumentOutOfRangeException(nameof(chunks), $"Chunk: a tensor cannot be cut into {chunks} chunks; give at least 1.");
        var total = Shape[Shape.Axis(axis, nameof(Chunk))];
        if (total == 0) return Split(new int[chunks], axis);
        var size = (int)((total + chunks - 1L) / chunks);
        var sizes = new int[(total + size - 1) / size];
        sizes.AsSpan().Fill(size);
        sizes[^1] = total - size * (sizes.Length - 1);
        return Split(sizes, axis);
    }

    /// <summary>The slices along an axis, which goes: the inverse of <see cref="Stack"/>. Views.</summary>
    /// <exception cref="ShapeException">There is no such axis.</exception>
    public Tensor[] Unstack(int axis = 0)
    {
        axis = Shape.Axis(axis, nameof(Unstack));
        var pieces = new Tensor[Shape[axis]];
        for (var i = 0; i < pieces.Length; i++)
            pieces[i] = Ops.Reshape.Call(Slice.Call(this, axis, new(i, 1, 1)), Shape.Without(axis));
        return pieces;
    }
}
