using System.Globalization;
using Backprop.Devices;

namespace Backprop.Ops;

/// <summary>
/// What <c>x[…]</c> means, by NumPy's rules, in terms of views and <see cref="IndexSelect"/>. Places and ranges give a view. As soon as there is an
/// array or a mask, places count as arrays too; all arrays are broadcast together, and their common axes stand where the arrays stood if
/// those were neighbours, else in front.
/// </summary>
ref struct Subscript
{
    readonly Tensor x;
    readonly ReadOnlySpan<TensorIndex> entries;
    readonly SliceRange[] ranges;      // of the source's axes
    readonly List<int> sizes = [];     // of the view: the axes of arrays still whole, those of masks as one
    readonly List<(int Axis, Tensor Places)> arrays = [];
    bool together = true;              // whether the arrays are neighbours
    bool interrupted;                  // whether something stood behind the last array
    int axis;                          // of the source, the next one to be used

    Subscript(Tensor x, ReadOnlySpan<TensorIndex> entries)
    {
        this.x = x;
        this.entries = entries;
        ranges = Slice.Whole(x.Shape);
    }

    /// <summary>x at the places between the brackets.</summary>
    public static Tensor Of(Tensor x, ReadOnlySpan<TensorIndex> entries) => new Subscript(x, entries).Result();

    Tensor Result()
    {
        var skipped = AxesOfEllipsis(out var hasEllipsis);
        var hasArrays = false;
        foreach (var entry in entries) hasArrays |= entry.Kind == IndexKind.Array;
        foreach (var entry in entries) Take(entry, skipped, hasArrays);
        if (!hasEllipsis) TakeWhole(skipped);
        var view = x;
        for (var i = 0; i < ranges.Length; i++)
            if (ranges[i] != new SliceRange(0, x.Shape[i], 1))
            {
                view = new Slice(new ValueList<SliceRange>(ranges)).Apply(x);
                break;
            }
        view = Reshape.Call(view, new(sizes.ToArray()));
        return hasArrays ? Pick(view) : view;
    }

    readonly int AxesOfEllipsis(out bool found)
    {
        var used = 0;
        found = false;
        foreach (var entry in entries)
        {
            if (entry.Kind == IndexKind.Ellipsis)
                found = !found ? true : throw new ShapeException("Index: there are two ellipses, and it is open which axes each stands for; use one.");
            else if (entry.Kind is IndexKind.Place or IndexKind.Range) used++;
            else if (entry.Kind == IndexKind.Array) used += entry.Places!.DType == DType.Bool ? entry.Places.Rank : 1;
        }
        return used <= x.Rank ? x.Rank - used : throw new ShapeException(
            $"Index: {used} indices are too many for a tensor of shape {x.Shape}, which has {x.Rank} {(x.Rank == 1 ? "axis" : "axes")}.");
    }

    void Take(TensorIndex entry, int skipped, bool hasArrays)
    {
        switch (entry.Kind)
        {
            case IndexKind.Place:
                var place = Place(entry);
                if (hasArrays) AddArray(x.Shape[axis], Tensor.Scalar(place));
                else ranges[axis] = new((int)place, 1, 1);
                axis++;
                return;
            case IndexKind.Array:
                TakeArray(entry.Places!);
                return;
            case IndexKind.Range:
                ranges[axis] = entry.RangeIn(x.Shape[axis]);
                sizes.Add(ranges[axis++].Count);
                break;
            case IndexKind.NewAxis:
                sizes.Add(1);
                break;
            default:
                TakeWhole(skipped);
                break;
        }
        interrupted = arrays.Count > 0;
    }

    void TakeWhole(int count)
    {
        for (var i = 0; i < count; i++) sizes.Add(x.Shape[axis++]);
    }

    readonly long Place(TensorIndex entry)
    {
        var place = entry.PlaceIn(x.Shape[axis]);
        return (ulong)place < (ulong)x.Shape[axis] ? place : throw Outside(entry.ToString(), axis);
    }

    readonly ArgumentOutOfRangeException Outside(string place, int axis)
    {
        var size = x.Shape[axis];
        return new(null, $"Index: the index {place} is outside axis {axis} of shape {x.Shape}, which has size {size}; " +
            (size == 0 ? "there is no place in it." : $"places run from 0 to {size - 1}, or from -{size} to -1."));
    }

    void AddArray(int size, Tensor places)
    {
        together &= !interrupted;
        arrays.Add((sizes.Count, places));
        sizes.Add(size);
    }

    void TakeArray(Tensor places)
    {
        if (places.DType == DType.Bool)
        {
            TakeMask(places);
            return;
        }
        if (!places.DType.IsInteger()) throw new DTypeException(
            $"Index: an array of places is of whole numbers and got {places.DType.Name()}; convert with As(DType.Int64), or give a mask of bools.");
        var size = x.Shape[axis];
        var wrapped = new Tensor(places.Shape, DType.Int64);
        Cpu.Copy(Cast.Raw(places, DType.Int64), wrapped);
        foreach (ref var place in wrapped.Elements<long>())
        {
            var given = place;
            if (place < 0) place += size;
            if ((ulong)place >= (ulong)size) throw Outside(given.ToString(CultureInfo.InvariantCulture), axis);
        }
        AddArray(size, wrapped);
        axis++;
    }

    // A mask covers as many axes as it has, and those count as one.
    void TakeMask(Tensor mask)
    {
        if (mask.Rank == 0) throw new ShapeException("Index: a single truth is no mask; a mask has the sizes of the axes it covers.");
        Shape covered = new(x.Shape.AsSpan().Slice(axis, mask.Rank));
        if (mask.Shape != covered) throw new ShapeException(
            $"Index: a mask of shape {mask.Shape} does not fit {(mask.Rank == 1 ? $"axis {axis}" : $"axes {axis} to {axis + mask.Rank - 1}")} " +
            $"of shape {x.Shape}; it must have the shape {covered}.");
        AddArray(covered.Count, Cpu.Truths(mask.Packed()));
        axis += mask.Rank;
    }

    /// <summary>Takes the arrays' axes as one, the places as places in it, and picks.</summary>
    readonly Tensor Pick(Tensor view)
    {
        var common = Shape.Scalar;
        foreach (var (_, places) in arrays) common = Broadcast(common, places.Shape);
        var (flat, count) = (arrays[0].Places, view.Shape[arrays[0].Axis]);
        for (var i = 1; i < arrays.Count; i++)
        {
            var size = view.Shape[arrays[i].Axis];
            flat = flat * Tensor.Scalar((long)size) + arrays[i].Places;
            count *= size;
        }
        var front = together ? arrays[0].Axis : 0;
        if (!together) view = view.Permute(ArraysFirst(view.Rank));
        var before = view.Shape.AsSpan()[..front];
        var after = view.Shape.AsSpan()[(front + arrays.Count)..];
        var merged = Reshape.Call(view, Shape.Own([.. before, count, .. after]));
        var picked = IndexSelect.Call(merged, front, Reshape.Call(flat, [flat.Count]));
        return Reshape.Call(picked, new([.. before, .. common.AsSpan(), .. after]));
    }

    readonly int[] ArraysFirst(int rank)
    {
        var order = new List<int>(rank);
        foreach (var (at, _) in arrays) order.Add(at);
        for (var i = 0; i < rank; i++)
            if (!order.Contains(i)) order.Add(i);
        return order.ToArray();
    }

    readonly Shape Broadcast(Shape a, Shape b)
    {
        try
        {
            return Shape.Broadcast(a, b);
        }
        catch (ShapeException)
        {
            var shapes = string.Join(", ", arrays.Select(array => array.Places.Shape.ToString()));
            throw new ShapeException($"Index: the arrays of places have the shapes {shapes}, which do not broadcast to one; " +
                "aligned at the last axis, sizes must be equal or 1.");
        }
    }
}
