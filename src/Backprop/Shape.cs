using System.Runtime.CompilerServices;

namespace Backprop;

/// <summary>The sizes of a tensor along its axes; a scalar has none. <c>Shape s = [2, 3];</c></summary>
[CollectionBuilder(typeof(Shape), nameof(Create))]
public readonly struct Shape : IEquatable<Shape>
{
    readonly int[]? sizes;

    Shape(int[] sizes) => this.sizes = sizes.Length == 0 ? null : sizes;

    /// <summary>The shape of a scalar.</summary>
    public static Shape Scalar => default;

    /// <summary>A shape of the given sizes.</summary>
    /// <exception cref="ShapeException">A size is negative, or the element count exceeds <see cref="int.MaxValue"/>.</exception>
    public Shape(params ReadOnlySpan<int> sizes) : this(Checked(sizes.ToArray()))
    {
    }

    static int[] Checked(int[] sizes)
    {
        long count = 1;
        foreach (var size in sizes)
        {
            if (size < 0) throw new ShapeException($"Shape: the size {size} in [{string.Join(", ", sizes)}] is negative.");
            // Held where another size cannot take it beyond what a long holds.
            count = Math.Min(count * size, uint.MaxValue);
        }
        if (count > int.MaxValue)
            throw new ShapeException($"Shape: [{string.Join(", ", sizes)}] has more than {int.MaxValue} elements, the most a tensor can hold.");
        return sizes;
    }

    /// <summary>Builds a shape from a collection expression.</summary>
    public static Shape Create(ReadOnlySpan<int> sizes) => new(sizes);

    /// <summary>Takes an array that no one else will change, without a copy.</summary>
    /// <exception cref="ShapeException">As above: small sizes may meet to a shape that is too large.</exception>
    internal static Shape Own(int[] sizes) => new(Checked(sizes));

    /// <summary>How many axes there are.</summary>
    public int Rank => sizes is null ? 0 : sizes.Length;

    /// <summary>The same as <see cref="Rank"/>; it lets list patterns match a shape: <c>shape is [var m, var n]</c>.</summary>
    public int Length => Rank;

    /// <summary>The product of the sizes; 1 for a scalar.</summary>
    public int Count
    {
        get
        {
            if (sizes is null) return 1;
            var count = 1;
            foreach (var size in sizes) count *= size;
            return count;
        }
    }

    /// <summary>The size along an axis; negative axes count from the end.</summary>
    /// <exception cref="ShapeException">There is no such axis.</exception>
    public int this[int axis] => sizes is not null && (uint)axis < (uint)sizes.Length ? sizes[axis] : sizes![Axis(axis, "Shape")];

    /// <summary>The sizes as a span.</summary>
    public ReadOnlySpan<int> AsSpan() => sizes;

    /// <summary>The sizes as a new array.</summary>
    public int[] ToArray() => AsSpan().ToArray();

    /// <summary>Lets <c>foreach</c> walk the sizes.</summary>
    public ReadOnlySpan<int>.Enumerator GetEnumerator() => AsSpan().GetEnumerator();

    /// <summary>Turns a negative axis into the one it means.</summary>
    /// <exception cref="ShapeException">There is no such axis.</exception>
    public int Axis(int axis, string operation)
    {
        var positive = axis < 0 ? axis + Rank : axis;
        return (uint)positive < (uint)Rank ? positive : throw ShapeException.Axis(operation, axis, this);
    }

    /// <summary>Turns axes into positive, ascending ones; none given means all.</summary>
    /// <exception cref="ShapeException">An axis does not exist or is named twice.</exception>
    internal int[] Axes(ReadOnlySpan<int> axes, string operation)
    {
        if (axes.IsEmpty) return [.. Enumerable.Range(0, Rank)];
        var result = new int[axes.Length];
        for (var i = 0; i < axes.Length; i++) result[i] = Axis(axes[i], operation);
        Array.Sort(result);
        for (var i = 1; i < result.Length; i++)
            if (result[i] == result[i - 1])
                throw new ShapeException($"{operation}: axis {result[i]} of shape {this} is named twice in [{string.Join(", ", axes.ToArray())}].");
        return result;
    }

    /// <summary>This shape with the axis set to another size.</summary>
    internal Shape With(int axis, int size)
    {
        var result = ToArray();
        result[axis] = size;
        return Own(result);
    }

    /// <summary>This shape without an axis.</summary>
    internal Shape Without(int axis) => Own([.. AsSpan()[..axis], .. AsSpan()[(axis + 1)..]]);

    /// <summary>Row-major strides: how many elements lie between neighbours along each axis.</summary>
    internal int[] RowMajorStrides()
    {
        var strides = new int[Rank];
        var step = 1;
        for (var i = Rank - 1; i >= 0; i--)
        {
            strides[i] = step;
            step *= sizes![i];
        }
        return strides;
    }

    /// <summary>
    /// The shape in which both fit: aligned at the last axis, sizes equal or one of them 1 or missing
    /// (NumPy's broadcasting rule).
    /// </summary>
    /// <exception cref="ShapeException">Two sizes differ and neither is 1; the message names the axis.</exception>
    public static Shape Broadcast(Shape a, Shape b, string operation = "Broadcast")
    {
        if (b.Rank == 0 || a == b) return a;
        if (a.Rank == 0) return b;
        var rank = Math.Max(a.Rank, b.Rank);
        var result = new int[rank];
        for (var i = 1; i <= rank; i++)
        {
            int p = i <= a.Rank ? a.sizes![^i] : 1, q = i <= b.Rank ? b.sizes![^i] : 1;
            result[^i] = p == q || q == 1 ? p : p == 1 ? q : throw new ShapeException(
                $"{operation}: cannot broadcast {a} with {b}; axis -{i} has size {p} on one side and {q} on the other. " +
                "Sizes must be equal, or one of them 1.");
        }
        return Own(result);
    }

    /// <summary>Whether a tensor of this shape can be broadcast to <paramref name="target"/> without changing it.</summary>
    internal bool FitsInto(Shape target)
    {
        if (Rank > target.Rank) return false;
        for (var i = 1; i <= Rank; i++)
            if (sizes![^i] != target.sizes![^i] && sizes[^i] != 1) return false;
        return true;
    }

    /// <inheritdoc/>
    public bool Equals(Shape other) => ReferenceEquals(sizes, other.sizes) || AsSpan().SequenceEqual(other.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Shape other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var size in AsSpan()) hash.Add(size);
        return hash.ToHashCode();
    }

    /// <summary>Equality of all sizes.</summary>
    public static bool operator ==(Shape a, Shape b) => a.Equals(b);

    /// <summary>Inequality of some size.</summary>
    public static bool operator !=(Shape a, Shape b) => !a.Equals(b);

    /// <summary>The sizes in brackets: <c>[2, 3]</c>; <c>[]</c> for a scalar.</summary>
    public override string ToString() => sizes is null ? "[]" : $"[{string.Join(", ", sizes)}]";
}
