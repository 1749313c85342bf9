using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Backprop.Formulas;

namespace Backprop.Devices;

static partial class Cpu
{
    // Blocks of operands that have gaps are gathered into memory of this size, which stays in the first-level cache.
    const int Block = 512;

    // The widest register holds 16 floats.
    const int Widest = 16;

    /// <summary>y = kernel(x…), elementwise with broadcasting. All operands have y's element type; y is new and contiguous.</summary>
    public static void Map<K>(K kernel, ReadOnlySpan<Tensor> x, Tensor y) where K : struct, IKernel
    {
        switch (y.DType)
        {
            case DType.Float32: Map<K, float>(kernel, x, y, truths: false); break;
            case DType.Float64: Map<K, double>(kernel, x, y, truths: false); break;
            case DType.Int64: Map<K, long>(kernel, x, y, truths: false); break;
            case DType.Int32: Map<K, int>(kernel, x, y, truths: false); break;
            case DType.Int16: Map<K, short>(kernel, x, y, truths: false); break;
            case DType.Int8: Map<K, sbyte>(kernel, x, y, truths: false); break;
            default: Map<K, byte>(kernel, x, y, truths: false); break;
        }
    }

    /// <summary>The same for kernels that make sense for float32 and float64 only.</summary>
    public static void MapFloat<K>(K kernel, ReadOnlySpan<Tensor> x, Tensor y) where K : struct, IKernel
    {
        if (y.DType == DType.Float32) Map<K, float>(kernel, x, y, truths: false);
        else Map<K, double>(kernel, x, y, truths: false);
    }

    /// <summary>y = truth of kernel(x…) as bool; the operands share an element type, y is bool.</summary>
    public static void Test<K>(K kernel, ReadOnlySpan<Tensor> x, Tensor y) where K : struct, IKernel
    {
        switch (x[0].DType)
        {
            case DType.Float32: Map<K, float>(kernel, x, y, truths: true); break;
            case DType.Float64: Map<K, double>(kernel, x, y, truths: true); break;
            case DType.Int64: Map<K, long>(kernel, x, y, truths: true); break;
            case DType.Int32: Map<K, int>(kernel, x, y, truths: true); break;
            case DType.Int16: Map<K, short>(kernel, x, y, truths: true); break;
            case DType.Int8: Map<K, sbyte>(kernel, x, y, truths: true); break;
            default: Map<K, byte>(kernel, x, y, truths: true); break;
        }
    }

    static void Map<K, T>(K kernel, ReadOnlySpan<Tensor> x, Tensor y, bool truths) where K : struct, IKernel where T : unmanaged, INumber<T>
    {
        var job = new MapJob<K, T>
        {
            Kernel = kernel,
            A = x[0],
            B = K.Arity > 1 ? x[1] : null,
            C = K.Arity > 2 ? x[2] : null,
            D = K.Arity > 3 ? x[3] : null,
            Y = y,
            Truths = truths,
            Streams = !truths && Streams<T>(y, x),
        };
        var count = y.Count;
        job.Step = Chunks.Even(count);
        Team.Run((count + job.Step - 1) / job.Step, ref job);
    }

    // Where what is read and written does not fit into the last cache anyway, results go past it: then what is read stays in, and what is overwritten need not be
    // fetched. With one operand there is too little to keep for that to pay.
    const long StreamingBytes = 10 << 20;

    static bool Streams<T>(Tensor y, ReadOnlySpan<Tensor> x) where T : unmanaged
    {
        if (x.Length < 2 || (x.Length + 1L) * y.Count * Unsafe.SizeOf<T>() < StreamingBytes) return false;
        var whole = 0;
        foreach (var operand in x)
        {
            if (y.LooksAt(operand)) return false;
            if (operand.Count == y.Count) whole++;
        }
        return whole >= 2 && (whole + 1L) * y.Count * Unsafe.SizeOf<T>() >= StreamingBytes;
    }

    /// <summary>What was written past the caches is seen by other threads from here on.</summary>
    static void FinishStreaming()
    {
        if (Sse.IsSupported) Sse.StoreFence();
        else Thread.MemoryBarrier();
    }

    struct MapJob<K, T> : IJob where K : struct, IKernel where T : unmanaged, INumber<T>
    {
        public K Kernel;
        public Tensor A, Y;
        public Tensor? B, C, D;

        // The results are truths, narrowed into y's bytes block by block; or numbers that go past the caches.
        public bool Truths, Streams;

        public int Step;

        public readonly void Run(int chunk)
        {
            var start = chunk * Step;
            Range(start, start + Math.Min(Step, Y.Count - start));
        }

        // Working memory is written before it is read: clearing it first would cost more than small maps themselves.
        [SkipLocalsInit]
        public readonly void Range(int start, int end)
        {
            if (start == end) return;
            var room = StridedWalk<T>.Room(Y.Shape);
            Span<int> rooms = stackalloc int[room * 4];
            Span<T> scratch = stackalloc T[Block * 5];
            var a = new Operand<T>(A, Y.Shape, start, rooms[..room], scratch[..Block]);
            var b = B is null ? default : new Operand<T>(B, Y.Shape, start, rooms.Slice(room, room), scratch.Slice(Block, Block));
            var c = C is null ? default : new Operand<T>(C, Y.Shape, start, rooms.Slice(2 * room, room), scratch.Slice(2 * Block, Block));
            var d = D is null ? default : new Operand<T>(D, Y.Shape, start, rooms.Slice(3 * room, room), scratch.Slice(3 * Block, Block));
            var block = Truths || a.Gathers || b.Gathers || c.Gathers || d.Gathers ? Block : end - start;
            var results = scratch[(4 * Block)..];
            for (; start < end; start += block)
            {
                var n = Math.Min(block, end - start);
                a.Read(start, n);
                if (K.Arity > 1) b.Read(start, n);
                if (K.Arity > 2) c.Read(start, n);
                if (K.Arity > 3) d.Read(start, n);
                var to = Truths ? results[..n] : Y.Elements<T>().Slice(start, n);
                Row(Kernel, a.Feed, b.Feed, c.Feed, d.Feed, to, Streams);
                if (Truths) Narrow(to, Y.Elements<byte>().Slice(start, n));
            }
            if (Streams) FinishStreaming();
        }
    }

    static void Narrow<T>(ReadOnlySpan<T> truths, Span<byte> bytes) where T : unmanaged, INumber<T>
    {
        for (var i = 0; i < bytes.Length; i++) bytes[i] = truths[i] != T.Zero ? (byte)1 : (byte)0;
    }

    /// <summary>y = kernel(a, b, c, d) for numbers that lie side by side; past the caches, if y streams: then <see cref="FinishStreaming"/> must follow.</summary>
    internal static void Row<K, T>(K kernel, Feed<T> a, Feed<T> b, Feed<T> c, Feed<T> d, Span<T> y, bool streams) where K : struct, IKernel where T : unmanaged, INumber<T>
    {
        if (typeof(T) == typeof(float) || typeof(T) == typeof(double))
        {
            if (Vector512.IsHardwareAccelerated) Row<K, V512<T>, T>(kernel, a, b, c, d, y, streams);
            else if (Vector256.IsHardwareAccelerated) Row<K, V256<T>, T>(kernel, a, b, c, d, y, streams);
            else if (Vector128.IsHardwareAccelerated) Row<K, V128<T>, T>(kernel, a, b, c, d, y, streams);
            else Plain(kernel, a, b, c, d, y);
        }
        else
        {
            Plain(kernel, a, b, c, d, y);
        }
    }

    [SkipLocalsInit]
    static void Row<K, R, T>(K kernel, in Feed<T> a, in Feed<T> b, in Feed<T> c, in Feed<T> d, Span<T> y, bool streams)
        where K : struct, IKernel where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        var rest = y.Length % R.Count;
        var whole = y.Length - rest;
        if (whole > 0) Loop<K, R, T>(kernel, a, b, c, d, y[..whole], streams);
        if (rest == 0) return;
        // The rest goes through the same code, so that a number's result does not depend on its place.
        Span<T> room = stackalloc T[Widest * 5];
        room.Clear();
        var results = room.Slice(4 * Widest, R.Count);
        Loop<K, R, T>(
            kernel, a.Rest(whole, rest, room),
            K.Arity > 1 ? b.Rest(whole, rest, room[Widest..]) : default,
            K.Arity > 2 ? c.Rest(whole, rest, room[(2 * Widest)..]) : default,
            K.Arity > 3 ? d.Rest(whole, rest, room[(3 * Widest)..]) : default, results, streams: false);
        results[..rest].CopyTo(y[whole..]);
    }

    // Of at least one whole register. Nothing but the loop is here: what lives longer would take registers from it.
    [MethodImpl(Registers.Kernel)]
    static unsafe void Loop<K, R, T>(K kernel, in Feed<T> a, in Feed<T> b, in Feed<T> c, in Feed<T> d, Span<T> y, bool streams)
        where K : struct, IKernel where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        ref var to = ref MemoryMarshal.GetReference(y);
        ref T pa = ref a.First, pb = ref b.First, pc = ref c.First, pd = ref d.First;
        nuint n = (nuint)y.Length, width = (nuint)R.Count, i = 0;
        nuint sa = a.Advance & width, sb = b.Advance & width, sc = c.Advance & width, sd = d.Advance & width;
        streams &= (nint)Unsafe.AsPointer(ref to) % Unsafe.SizeOf<R>() == 0;
        // Tested at its end, the loop surely runs once: only then does the JIT take the kernel's constants out of it.
        do
        {
            var result = kernel.Run(
                Load<R, T>(ref pa, 0),
                K.Arity > 1 ? Load<R, T>(ref pb, 0) : default,
                K.Arity > 2 ? Load<R, T>(ref pc, 0) : default,
                K.Arity > 3 ? Load<R, T>(ref pd, 0) : default).V;
            if (streams) result.StoreStreaming(ref to, i);
            else result.Store(ref to, i);
            pa = ref Unsafe.Add(ref pa, sa);
            if (K.Arity > 1) pb = ref Unsafe.Add(ref pb, sb);
            if (K.Arity > 2) pc = ref Unsafe.Add(ref pc, sc);
            if (K.Arity > 3) pd = ref Unsafe.Add(ref pd, sd);
            i += width;
        }
        while (i < n);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Lanes<R, T> Load<R, T>(ref T p, nuint i) where R : struct, IRegister<R, T> where T : unmanaged, INumber<T> =>
        new(R.Load(ref p, i));

    // One number at a time: whole numbers, and machines without vector registers.
    static void Plain<K, T>(K kernel, in Feed<T> a, in Feed<T> b, in Feed<T> c, in Feed<T> d, Span<T> y)
        where K : struct, IKernel where T : unmanaged, INumber<T>
    {
        for (var i = 0; i < y.Length; i++)
            y[i] = kernel.Run(
                a.At(i), K.Arity > 1 ? b.At(i) : default, K.Arity > 2 ? c.At(i) : default, K.Arity > 3 ? d.At(i) : default).V;
    }

    /// <summary>Where a kernel reads one of its operands.</summary>
    /// <param name="first">The first number.</param>
    /// <param name="advance">All ones where the place moves with the index, 0 where one number, repeated over a register, serves all.</param>
    internal readonly ref struct Feed<T>(ref T first, nuint advance) where T : unmanaged, INumber<T>
    {
        public readonly ref T First = ref first;
        public readonly nuint Advance = advance;

        public One<T> At(int i) => new(Unsafe.Add(ref First, (nint)((nuint)i & Advance)));

        /// <summary>The numbers from a place on, as they are, put into room for a register.</summary>
        public Feed<T> Rest(int from, int n, Span<T> room)
        {
            for (var k = 0; k < n; k++) room[k] = At(from + k).V;
            return new(ref MemoryMarshal.GetReference(room), nuint.MaxValue);
        }
    }

    /// <summary>One operand of a map: contiguous memory, one number for all, or a view to be gathered block by block.</summary>
    ref struct Operand<T> where T : unmanaged, INumber<T>
    {
        readonly ref T first;
        readonly Span<T> scratch;
        StridedWalk<T> reader;

        /// <summary>The memory to read from now.</summary>
        public ref T Current;

        /// <summary>All ones where the place moves with the index, 0 where one number (repeated in scratch) serves all.</summary>
        public nuint Advance;

        public readonly bool Gathers;

        public Operand(Tensor x, Shape shape, int start, Span<int> room, Span<T> scratch)
        {
            this.scratch = scratch;
            first = ref x.First<T>();
            Current = ref first;
            Advance = nuint.MaxValue;
            if (x.Count == 1)
            {
                scratch[..Widest].Fill(first);
                Current = ref MemoryMarshal.GetReference(scratch);
                Advance = 0;
            }
            else if (!x.IsContiguous || x.Count != shape.Count)
            {
                Gathers = true;
                reader = new(x, shape, room);
                if (start != 0) reader.Seek(start);
                Current = ref MemoryMarshal.GetReference(scratch);
            }
        }

        public void Read(int start, int n)
        {
            if (Gathers) reader.Read(scratch[..n]);
            else if (Advance != 0) Current = ref Unsafe.Add(ref first, start);
        }

        public readonly Feed<T> Feed => new(ref Current, Advance);
    }
}
