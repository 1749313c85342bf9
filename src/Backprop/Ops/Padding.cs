using Backprop.Devices;

namespace Backprop.Ops;

/// <summary>How many elements an axis gains before and after; negative: how many it loses.</summary>
/// <param name="Before">In front of the first.</param>
/// <param name="After">Behind the last.</param>
public readonly record struct Margin(int Before, int After);

/// <summary>
/// A value around (or, by negative margins, a part cut off): y[i + before] = x[i], and the value where there is no such x.
/// dx is dy with the opposite margins of zeros. Only cutting off is a view.
/// </summary>
/// <param name="Margins">One for each axis.</param>
/// <param name="Value">What stands in the new places.</param>
public sealed record Pad(ValueList<Margin> Margins, double Value) : Op
{
    /// <summary>x with margins for its last axes.</summary>
    /// <exception cref="ShapeException">There are more margins than axes, more is cut off than is there, or the mode cannot fill so wide a margin.</exception>
    /// <exception cref="DTypeException">The value is none that x can hold.</exception>
    public static Tensor Call(Tensor x, ReadOnlySpan<(int Before, int After)> margins, PadMode mode, double value)
    {
        if (margins.Length > x.Rank) throw new ShapeException(
            $"Pad: {margins.Length} margins do not fit shape {x.Shape}, which has {x.Rank} axes; give one (before, after) pair for each of the last axes.");
        var all = new Margin[x.Rank];
        for (var i = 0; i < margins.Length; i++) all[x.Rank - margins.Length + i] = new(margins[i].Before, margins[i].After);
        if (mode == PadMode.Constant && x.DType is var dtype && !dtype.IsFloat() && Cast.Raw(Tensor.Scalar(value), dtype).As(DType.Float64).Item() != value)
            throw new DTypeException(FormattableString.Invariant($"Pad: the value {value} is no {dtype.Name()}, of which x of shape {x.Shape} is; convert x with As(DType.Float32)."));
        if (mode == PadMode.Constant) return Array.TrueForAll(all, m => m == default) ? x : new Pad(new(all), value).Apply(x);
        for (var axis = 0; axis < all.Length; axis++)
            if (all[axis] != default) x = IndexSelect.Call(x, axis, Sources(x.Shape, axis, all[axis], mode));
        return x;
    }

    // From where along an axis each element of the padded axis comes.
    static Tensor Sources(Shape shape, int axis, Margin margin, PadMode mode)
    {
        int size = shape[axis], widest = Math.Max(margin.Before, margin.After);
        var most = mode switch { PadMode.Reflect => size - 1, PadMode.Circular => size, _ => size == 0 ? 0 : int.MaxValue };
        if (widest > Math.Max(most, 0)) throw new ShapeException(
            $"Pad: axis {axis} of shape {shape} has size {size}, so a {mode.ToString().ToLowerInvariant()} margin of {widest} cannot be filled; " +
            $"it may be at most {Math.Max(most, 0)}.");
        var y = new Tensor([Padded(shape, axis, margin)], DType.Int64);
        var places = y.Elements<long>();
        for (var i = 0; i < places.Length; i++)
        {
            var place = i - margin.Before;
            places[i] = mode switch
            {
                PadMode.Reflect => place < 0 ? -place : place >= size ? 2 * (size - 1) - place : place,
                PadMode.Circular => (place + size) % size,
                _ => Math.Clamp(place, 0, size - 1),
            };
        }
        return y;
    }

    static int Padded(Shape shape, int axis, Margin margin)
    {
        var size = (long)shape[axis] + margin.Before + margin.After;
        // What is cut off must be there, on each side by itself.
        if (size < 0 || -(long)margin.Before > shape[axis] || -(long)margin.After > shape[axis]) throw new ShapeException(
            $"Pad: the margins {margin.Before} and {margin.After} cut off more than axis {axis} of shape {shape} has.");
        return (int)Math.Min(size, int.MaxValue);
    }

    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x)
    {
        var sizes = new int[x[0].Rank];
        for (var axis = 0; axis < sizes.Length; axis++) sizes[axis] = Padded(x[0].Shape, axis, Margins[axis]);
        return new(sizes);
    }

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x)
    {
        var shape = Infer(x);
        SliceRange[] kept = new SliceRange[shape.Rank], places = new SliceRange[shape.Rank];
        var widens = false;
        for (var i = 0; i < kept.Length; i++)
        {
            var (before, after) = Margins[i];
            var count = Math.Max(0, x[0].Shape[i] + Math.Min(before, 0) + Math.Min(after, 0));
            kept[i] = new(Math.Max(-before, 0), count, 1);
            places[i] = new(Math.Max(before, 0), count, 1);
            widens |= before > 0 || after > 0;
        }
        var part = new Slice(new(kept)).Apply(x[0]);
        if (!widens) return part;
        var y = Value == 0 ? Tensor.Zeros(shape, part.DType) : Tensor.Full(shape, Value, part.DType);
        if (part.Count > 0) Cpu.CopyInto(part, Slice.View(y, new(places), part.Shape), y);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx)
    {
        var back = new Margin[Margins.Count];
        for (var i = 0; i < back.Length; i++) back[i] = new(-Margins[i].Before, -Margins[i].After);
        dx[0] = new Pad(new(back), 0).Apply(dy);
    }
}
