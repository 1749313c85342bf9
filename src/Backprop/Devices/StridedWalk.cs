using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Backprop.Devices;

/// <summary>
/// Reads or writes the elements of any view in row-major order, broadcast to a shape, a block at a time: the one place that
/// knows how to walk strides. Axes that continue each other are walked as one.
/// </summary>
ref struct StridedWalk<T> where T : unmanaged
{
    readonly ref T origin;
    readonly Span<int> sizes;
    readonly Span<int> strides;
    readonly Span<int> index;
    nint position;       // of the current row's first element
    int column;          // within the innermost axis

    /// <param name="x">The view.</param>
    /// <param name="shape">The shape to walk it in; x must fit into it.</param>
    /// <param name="room">Working memory: three numbers an axis of the shape, and three more.</param>
    public StridedWalk(Tensor x, Shape shape, Span<int> room)
    {
        origin = ref x.First<T>();
        var rank = Math.Max(shape.Rank, 1);
        sizes = room[..rank];
        strides = room.Slice(rank, rank);
        index = room.Slice(2 * rank, rank);
        index.Clear();
        var used = 0;
        ReadOnlySpan<int> own = x.Strides;
        var missing = shape.Rank - x.Rank;
        for (var i = 0; i < shape.Rank; i++)
        {
            var size = shape[i];
            if (size == 1) continue;
            var stride = i < missing || x.Shape[i - missing] == 1 ? 0 : own[i - missing];
            if (used > 0 && strides[used - 1] == stride * size)
            {
                sizes[used - 1] *= size;
                strides[used - 1] = stride;
            }
            else
            {
                sizes[used] = size;
                strides[used++] = stride;
            }
        }
        if (used == 0) (sizes[0], strides[0], used) = (1, 0, 1);
        sizes = sizes[..used];
        strides = strides[..used];
        index = index[..used];
    }

    /// <summary>How much working memory a shape needs.</summary>
    public static int Room(Shape shape) => 3 * Math.Max(shape.Rank, 1);

    /// <summary>Goes on at an element, counted in row-major order.</summary>
    public void Seek(int element)
    {
        (element, column) = Math.DivRem(element, sizes[^1]);
        position = 0;
        for (var axis = sizes.Length - 2; axis >= 0; axis--)
        {
            (element, index[axis]) = Math.DivRem(element, sizes[axis]);
            position += (nint)index[axis] * strides[axis];
        }
    }

    /// <summary>Reads the next elements.</summary>
    public void Read(Span<T> destination)
    {
        var inner = sizes[^1];
        nint step = strides[^1];
        while (!destination.IsEmpty)
        {
            var run = Math.Min(inner - column, destination.Length);
            ref var from = ref Unsafe.Add(ref origin, position + column * step);
            if (step == 1) MemoryMarshal.CreateSpan(ref from, run).CopyTo(destination);
            else if (step == 0) destination[..run].Fill(from);
            else
                for (var i = 0; i < run; i++) destination[i] = Unsafe.Add(ref from, i * step);
            destination = destination[run..];
            column += run;
            if (column == inner) NextRow();
        }
    }

    /// <summary>Writes the next elements.</summary>
    public void Write(ReadOnlySpan<T> source)
    {
        var inner = sizes[^1];
        nint step = strides[^1];
        while (!source.IsEmpty)
        {
            var run = Math.Min(inner - column, source.Length);
            ref var to = ref Unsafe.Add(ref origin, position + column * step);
            if (step == 1) source[..run].CopyTo(MemoryMarshal.CreateSpan(ref to, run));
            else
                for (var i = 0; i < run; i++) Unsafe.Add(ref to, i * step) = source[i];
            source = source[run..];
            column += run;
            if (column == inner) NextRow();
        }
    }

    void NextRow()
    {
        column = 0;
        for (var axis = sizes.Length - 2; axis >= 0; axis--)
        {
            position += strides[axis];
            if (++index[axis] < sizes[axis]) return;
            position -= (nint)strides[axis] * sizes[axis];
            index[axis] = 0;
        }
        position = 0;
    }
}
