using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Backprop.Devices.Memory;

namespace Backprop.Devices;

static partial class Cpu
{
    /// <summary>
    /// y[…, i, …] = x[…, index[i], …] along an axis: whole stretches are copied. x and y are contiguous; the index is contiguous int64
    /// and within bounds.
    /// </summary>
    public static void Take(Tensor x, int axis, Tensor index, Tensor y)
    {
        if (y.Count == 0) return;
        int width = Inner(x.Shape, axis) * x.DType.Size();
        if (width == 4) TakeSingles<int>(x, x.Shape[axis], index.Elements<long>(), y);
        else if (width == 8) TakeSingles<long>(x, x.Shape[axis], index.Elements<long>(), y);
        else
        {
            var job = new TakeJob { X = x, Index = index, Y = y, Width = width, Block = x.Shape[axis] * width };
            Team.Run(job.Count, ref job);
        }
    }

    /// <summary>Some stretches a chunk.</summary>
    struct TakeJob : IJob
    {
        public Tensor X, Index, Y;

        /// <summary>Bytes of a stretch, and of all those that one place of the outer axes has.</summary>
        public int Width, Block;

        readonly int Stretches => Y.Bytes().Length / Width;

        readonly int Step => Chunks.Units(Math.Max(1, Width / sizeof(float)));

        public readonly int Count => (Stretches + Step - 1) / Step;

        public readonly void Run(int chunk)
        {
            ReadOnlySpan<byte> from = X.Bytes();
            var to = Y.Bytes();
            var places = Index.Elements<long>();
            int first = chunk * Step, end = Math.Min(Stretches, first + Step);
            var (outer, i) = Math.DivRem(first, places.Length);
            for (; first < end; first++)
            {
                from.Slice(outer * Block + (int)places[i] * Width, Width).CopyTo(to.Slice(first * Width, Width));
                if (++i < places.Length) continue;
                i = 0;
                outer++;
            }
        }
    }

    // The same where a stretch is as wide as a T.
    static void TakeSingles<T>(Tensor x, int block, ReadOnlySpan<long> places, Tensor y) where T : unmanaged
    {
        var from = MemoryMarshal.Cast<byte, T>(x.Bytes());
        var to = MemoryMarshal.Cast<byte, T>(y.Bytes());
        for (; !to.IsEmpty; to = to[places.Length..], from = from[block..])
            for (var i = 0; i < places.Length; i++) to[i] = from[(int)places[i]];
    }

    /// <summary>
    /// y[…, index[i], …] += x[…, i, …] along an axis, in the index's order. Both are contiguous; the index is contiguous int64 and
    /// within bounds.
    /// </summary>
    public static void AddAt(Tensor x, int axis, Tensor index, Tensor y)
    {
        var action = new AddAtAction { X = x, Axis = axis, Index = index, Y = y };
        y.DType.Dispatch(ref action);
    }

    struct AddAtAction : ITypedAction
    {
        public Tensor X, Index, Y;
        public int Axis;

        public readonly void Run<T>() where T : unmanaged, INumber<T>
        {
            ReadOnlySpan<T> from = X.Elements<T>();
            var to = Y.Elements<T>();
            var places = Index.Elements<long>();
            int width = Inner(Y.Shape, Axis), block = Y.Shape[Axis] * width;
            for (; !from.IsEmpty; to = to[block..])
                foreach (var place in places)
                {
                    var sums = to.Slice((int)place * width, width);
                    if (width == 1) sums[0] += from[0];
                    else TensorPrimitives.Add(sums, from[..width], sums);
                    from = from[width..];
                }
        }
    }

    static int Inner(Shape shape, int axis)
    {
        var inner = 1;
        for (var i = axis + 1; i < shape.Rank; i++) inner *= shape[i];
        return inner;
    }

    /// <summary>
    /// y[…, index[…, i, …], …] = source[…, i, …] along an axis, in row-major order, so that the last one written stays. The index is
    /// contiguous int64 and within bounds.
    /// </summary>
    public static void Scatter(Tensor source, int axis, Tensor index, Tensor y)
    {
        switch (y.DType.Size())
        {
            case 1: Scatter<byte>(source, axis, index, y); break;
            case 2: Scatter<short>(source, axis, index, y); break;
            case 4: Scatter<int>(source, axis, index, y); break;
            default: Scatter<long>(source, axis, index, y); break;
        }
    }

    static void Scatter<T>(Tensor source, int axis, Tensor index, Tensor y) where T : unmanaged
    {
        var places = index.Elements<long>();
        if (places.IsEmpty) return;
        ref var from = ref source.First<T>();
        ref var to = ref y.First<T>();
        int[] sourceStrides = source.Strides, strides = y.Strides;
        nint along = strides[axis];
        strides = OffAxis(strides, axis);
        nint step = strides[^1], sourceStep = sourceStrides[^1];
        var width = index.Shape[^1];
        Span<int> counters = stackalloc int[index.Rank];
        counters.Clear();
        nint row = 0, sourceRow = 0;
        for (var start = 0; start < places.Length; start += width)
        {
            for (var i = 0; i < width; i++)
                Unsafe.Add(ref to, row + i * step + (nint)places[start + i] * along) =
                    Unsafe.Add(ref from, sourceRow + i * sourceStep);
            NextRow(counters, index.Shape, strides, ref row, sourceStrides, ref sourceRow);
        }
    }

    /// <summary>Where the contiguous bools are true, counted in row-major order.</summary>
    public static Tensor Truths(Tensor mask)
    {
        using var active = Activity.Begin();
        ReadOnlySpan<byte> truths = mask.Elements<byte>();
        var count = truths.Length - truths.Count((byte)0);
        var y = new Tensor([count], DType.Int64);
        var to = y.Elements<long>();
        var next = 0;
        for (var i = 0; next < to.Length; i++)
            if (truths[i] != 0) to[next++] = i;
        return y;
    }

    /// <summary>y = how many of the ascending edges lie below each element of x (or, if asked, at it too); NaN lies above all of them.</summary>
    public static void Bucketize(Tensor x, Tensor edges, bool right, Tensor y)
    {
        var action = new BucketizeAction { X = x, Edges = edges, Right = right, Y = y };
        x.DType.Dispatch(ref action);
    }

    struct BucketizeAction : ITypedAction
    {
        public Tensor X, Edges, Y;
        public bool Right;

        public readonly void Run<T>() where T : unmanaged, INumber<T>
        {
            ReadOnlySpan<T> x = X.Elements<T>(), edges = Edges.Elements<T>();
            var y = Y.Elements<long>();
            for (var i = 0; i < x.Length; i++)
            {
                int low = 0, high = edges.Length;
                while (low < high)
                {
                    var middle = (low + high) >>> 1;
                    // Written so that NaN, which compares with nothing, goes right.
                    var left = Right ? x[i] < edges[middle] : x[i] <= edges[middle];
                    if (left) high = middle;
                    else low = middle + 1;
                }
                y[i] = low;
            }
        }
    }
}
