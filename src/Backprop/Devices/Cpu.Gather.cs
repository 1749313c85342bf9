using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Backprop.Devices;

static partial class Cpu
{
    /// <summary>The first number that is no place of an axis of the given size; null if all are.</summary>
    public static long? FirstOutside(ReadOnlySpan<long> places, int size)
    {
        // Read as unsigned, a negative place is far too large.
        var wide = MemoryMarshal.Cast<long, Vector<ulong>>(places);
        var end = new Vector<ulong>((ulong)size);
        var inside = 0;
        while (inside < wide.Length && Vector.LessThanAll(wide[inside], end)) inside++;
        foreach (var place in places[(inside * Vector<ulong>.Count)..])
            if ((ulong)place >= (ulong)size) return place;
        return null;
    }

    /// <summary>y[…, i, …] = x[…, index[…, i, …], …] along an axis. The index is contiguous int64, within bounds, and of y's shape.</summary>
    public static void Gather(Tensor x, int axis, Tensor index, Tensor y)
    {
        switch (y.DType.Size())
        {
            case 1: Gather<byte>(x, axis, index, y); break;
            case 2: Gather<short>(x, axis, index, y); break;
            case 4: Gather<int>(x, axis, index, y); break;
            default: Gather<long>(x, axis, index, y); break;
        }
    }

    static void Gather<T>(Tensor x, int axis, Tensor index, Tensor y) where T : unmanaged
    {
        var places = index.Elements<long>();
        var to = y.Elements<T>();
        if (to.IsEmpty) return;
        ref var from = ref x.First<T>();
        var strides = x.Strides;
        nint along = strides[axis];
        strides = OffAxis(strides, axis);
        nint step = strides[^1];
        var width = y.Shape[^1];
        Span<int> counters = stackalloc int[y.Rank];
        counters.Clear();
        nint row = 0, none = 0;
        for (var start = 0; start < to.Length; start += width)
        {
            for (var i = 0; i < width; i++)
                to[start + i] = Unsafe.Add(ref from, row + i * step + (nint)places[start + i] * along);
            NextRow(counters, y.Shape, strides, ref row, strides, ref none);
        }
    }

    /// <summary>y[…, index[…, i, …], …] += source[…, i, …] along an axis, in row-major order. The index is contiguous int64 and within bounds.</summary>
    public static void ScatterAdd(Tensor source, int axis, Tensor index, Tensor y)
    {
        var action = new ScatterAddAction { Source = source, Axis = axis, Index = index, Y = y };
        y.DType.Dispatch(ref action);
    }

    struct ScatterAddAction : ITypedAction
    {
        public Tensor Source, Index, Y;
        public int Axis;

        public readonly void Run<T>() where T : unmanaged, INumber<T>
        {
            var places = Index.Elements<long>();
            if (places.IsEmpty) return;
            ref var from = ref Source.First<T>();
            ref var to = ref Y.First<T>();
            int[] sourceStrides = Source.Strides, strides = Y.Strides;
            nint along = strides[Axis];
            strides = OffAxis(strides, Axis);
            nint step = strides[^1], sourceStep = sourceStrides[^1];
            var width = Index.Shape[^1];
            Span<int> counters = stackalloc int[Index.Rank];
            counters.Clear();
            nint row = 0, sourceRow = 0;
            for (var start = 0; start < places.Length; start += width)
            {
                for (var i = 0; i < width; i++)
                    Unsafe.Add(ref to, row + i * step + (nint)places[start + i] * along) += Unsafe.Add(ref from, sourceRow + i * sourceStep);
                NextRow(counters, Index.Shape, strides, ref row, sourceStrides, ref sourceRow);
            }
        }
    }

    // Along the axis the index says where to go, so the walk stands still there.
    static int[] OffAxis(int[] strides, int axis)
    {
        var result = (int[])strides.Clone();
        result[axis] = 0;
        return result;
    }

    // Steps to the next row of a shape in two tensors at once.
    static void NextRow(Span<int> counters, Shape shape, int[] p, ref nint at, int[] q, ref nint other)
    {
        for (var axis = shape.Rank - 2; axis >= 0; axis--)
        {
            at += p[axis];
            other += q[axis];
            if (++counters[axis] < shape[axis]) return;
            at -= (nint)p[axis] * shape[axis];
            other -= (nint)q[axis] * shape[axis];
            counters[axis] = 0;
        }
    }
}
