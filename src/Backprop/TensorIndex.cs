namespace Backprop;

/// <summary>
/// One entry between the brackets of <c>x[…]</c>: a place, a range, a range with a step, an array of places, a mask, a new axis or the
/// ellipsis. Everything converts to it by itself: <c>x[0, ^1, 2..5, (.., -1), mask, Tensor.NewAxis]</c>.
/// </summary>
public readonly struct TensorIndex
{
    readonly Index? first, end;
    readonly int step;

    TensorIndex(IndexKind kind, Index? first = null, Index? end = null, int step = 1, Tensor? places = null)
    {
        Kind = kind;
        this.first = first;
        this.end = end;
        this.step = step;
        Places = places;
    }

    internal IndexKind Kind { get; }

    /// <summary>The whole numbers or the mask of an array entry.</summary>
    internal Tensor? Places { get; }

    internal static TensorIndex NewAxis => new(IndexKind.NewAxis);

    internal static TensorIndex Ellipsis => new(IndexKind.Ellipsis);

    internal static TensorIndex Step(int? start, int? stop, int step)
    {
        if (step == 0) throw new ArgumentOutOfRangeException(nameof(step), "Index: a slice cannot go in steps of 0; use 1, or -1 to go backward.");
        return new(IndexKind.Range, FromPython(start), FromPython(stop), step);
    }

    static Index? FromPython(int? place) => place switch
    {
        null => null,
        < 0 => new Index(place == int.MinValue ? int.MaxValue : -place.Value, fromEnd: true),
        _ => new Index(place.Value),
    };

    /// <summary>One place along an axis, which goes; negative ones count from the end.</summary>
    public static implicit operator TensorIndex(int place) => new(IndexKind.Place, FromPython(place));

    /// <summary>One place along an axis, which goes: <c>^1</c> is the last.</summary>
    public static implicit operator TensorIndex(Index place) => new(IndexKind.Place, place);

    /// <summary>Neighbouring places; what lies outside the axis is left out, as in Python.</summary>
    public static implicit operator TensorIndex(Range range) => new(IndexKind.Range, range.Start, range.End);

    /// <summary>
    /// Places in steps: <c>x[(1..9, 2)]</c>. With a negative step an end that is left out of the range is the one the step comes from or goes
    /// to, as in Python: <c>x[(.., -1)]</c> is everything backward, <c>x[(8..2, -2)]</c> has 8, 6, 4.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The step is 0.</exception>
    public static implicit operator TensorIndex((Range Range, int Step) slice)
    {
        Index? start = slice.Range.Start, stop = slice.Range.End;
        // A range does not tell 0.. from .. apart, nor ..^0 from ..; going backward only the latter make sense.
        if (slice.Step < 0 && slice.Range.Start.Equals(Index.Start)) start = null;
        if (slice.Step < 0 && slice.Range.End.Equals(Index.End)) stop = null;
        Step(null, null, slice.Step);
        return new(IndexKind.Range, start, stop, slice.Step);
    }

    /// <summary>An array of places (whole numbers; negative ones count from the end), or a mask of bools.</summary>
    public static implicit operator TensorIndex(Tensor places) =>
        new(IndexKind.Array, places: places ?? throw new ArgumentNullException(nameof(places)));

    /// <summary>An array of places; negative ones count from the end.</summary>
    public static implicit operator TensorIndex(int[] places) => (Tensor)places;

    /// <summary>An array of places; negative ones count from the end.</summary>
    public static implicit operator TensorIndex(long[] places) => (Tensor)places;

    /// <summary>A mask along one axis.</summary>
    public static implicit operator TensorIndex(bool[] mask) => (Tensor)mask;

    /// <summary>Where along an axis of the given size the place lies, not yet checked.</summary>
    internal long PlaceIn(int size) => Offset(first!.Value, size);

    /// <summary>What a range takes of an axis, by Python's rules.</summary>
    internal Ops.SliceRange RangeIn(int size)
    {
        if (step > 0)
        {
            long from = Math.Clamp(first is { } f ? Offset(f, size) : 0, 0, size), to = Math.Clamp(end is { } e ? Offset(e, size) : size, 0, size);
            return Range(from, to - from, step);
        }
        long back = Math.Clamp(first is { } b ? Offset(b, size) : size - 1, -1, size - 1), last = Math.Clamp(end is { } l ? Offset(l, size) : -1, -1, size - 1);
        return Range(back, back - last, step);
    }

    // How many steps fit into a distance; an empty range starts anywhere.
    static Ops.SliceRange Range(long from, long distance, int step)
    {
        if (distance <= 0) return new(0, 0, 1);
        var count = (int)((distance - 1) / Math.Abs((long)step)) + 1;
        return new((int)from, count, count == 1 ? 1 : step);
    }

    static long Offset(Index place, int size) => place.IsFromEnd ? (long)size - place.Value : place.Value;

    /// <summary>The entry as it is written between brackets.</summary>
    public override string ToString() => Kind switch
    {
        IndexKind.Place => first is { IsFromEnd: true, Value: > 0 } last ? $"-{last.Value}" : $"{first}",
        IndexKind.Range => step == 1 ? $"{first}..{end}" : $"({first}..{end}, {step})",
        IndexKind.NewAxis => "NewAxis",
        IndexKind.Ellipsis => "Ellipsis",
        _ => Places!.DType == DType.Bool ? $"mask {Places.Shape}" : $"places {Places.Shape}",
    };
}

/// <summary>What an entry between the brackets of <c>x[…]</c> is.</summary>
enum IndexKind : byte
{
    /// <summary>A default entry: the whole axis.</summary>
    Ellipsis,
    Place,
    Range,
    NewAxis,
    Array,
}
