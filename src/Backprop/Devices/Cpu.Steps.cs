using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Backprop.Formulas;

namespace Backprop.Devices;

/// <summary>What is computed at one place from several operands to several results at once, as the gates of a recurrent layer are.</summary>
interface IStep
{
    static abstract int Operands { get; }

    static abstract int Results { get; }

    /// <summary>Reads the operands, then sets the results, which may lie where operands do.</summary>
    static abstract void Run<P, V>(P x, P y) where P : struct, IPlaces<V> where V : IReal<V>;
}

/// <summary>Numbers by their place: registers in memory, or whole tensors.</summary>
interface IPlaces<V>
{
    V this[int k] { get; set; }
}

/// <summary>
/// Where a step finds operands or puts results: rows of one or several blocks side by side, each block an operand, from an element of a
/// contiguous tensor on.
/// </summary>
/// <param name="Tensor">The tensor.</param>
/// <param name="Start">How many elements come before the first row.</param>
/// <param name="Blocks">How many blocks a row has.</param>
readonly record struct StepRows(Tensor Tensor, int Start, int Blocks)
{
    /// <summary>A whole row.</summary>
    public Span<T> Row<T>(int row, int size) where T : unmanaged =>
        MemoryMarshal.CreateSpan(ref Unsafe.Add(ref Tensor.First<T>(), Start + row * Blocks * size), Blocks * size);
}

readonly struct SumOf2 : IStep
{
    public static int Operands => 2;
    public static int Results => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run<P, V>(P x, P y) where P : struct, IPlaces<V> where V : IReal<V> => y[0] = x[0] + x[1];
}

static partial class Cpu
{
    /// <summary>
    /// y = step(x) for every row that is active (all, if nothing is said), element by element of its blocks of the given size. All tensors
    /// have one element type, float32 or float64. Results may lie where operands do.
    /// </summary>
    public static void Step<K>(ReadOnlySpan<StepRows> x, ReadOnlySpan<StepRows> y, int rows, int size, ReadOnlySpan<bool> active = default)
        where K : struct, IStep
    {
        if (y[0].Tensor.DType == DType.Float32) Step<K, float>(x, y, rows, size, active);
        else Step<K, double>(x, y, rows, size, active);
    }

    /// <summary>to = from (0 if there is none) for every row that is not active.</summary>
    public static void Hold(StepRows? from, StepRows to, int size, ReadOnlySpan<bool> active)
    {
        if (to.Tensor.DType == DType.Float32) Hold<float>(from, to, size, active);
        else Hold<double>(from, to, size, active);
    }

    static void Hold<T>(StepRows? from, StepRows to, int size, ReadOnlySpan<bool> active) where T : unmanaged
    {
        for (var row = 0; row < active.Length; row++)
        {
            if (active[row]) continue;
            if (from is { } source) source.Row<T>(row, size).CopyTo(to.Row<T>(row, size));
            else to.Row<T>(row, size).Clear();
        }
    }

    static void Step<K, T>(ReadOnlySpan<StepRows> x, ReadOnlySpan<StepRows> y, int rows, int size, ReadOnlySpan<bool> active)
        where K : struct, IStep where T : unmanaged, INumber<T>
    {
        if (Vector512.IsHardwareAccelerated) Step<K, V512<T>, T>(x, y, rows, size, active);
        else if (Vector256.IsHardwareAccelerated) Step<K, V256<T>, T>(x, y, rows, size, active);
        else Step<K, V128<T>, T>(x, y, rows, size, active);
    }

    [SkipLocalsInit]
    static unsafe void Step<K, R, T>(ReadOnlySpan<StepRows> x, ReadOnlySpan<StepRows> y, int rows, int size, ReadOnlySpan<bool> active)
        where K : struct, IStep where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        if (rows == 0 || size == 0) return;
        var parts = stackalloc StepPart<T>[x.Length + y.Length];
        fixed (bool* marks = active)
            Pinned(0, new StepJob<K, R, T> { Parts = parts, PartCount = x.Length + y.Length, Rows = rows, Size = size, Active = marks }, x, y);
    }

    // Registers are filled from many places at once: every tensor is held where it is, one call deep for each, and pointed at.
    static unsafe void Pinned<K, R, T>(int pinned, StepJob<K, R, T> job, ReadOnlySpan<StepRows> x, ReadOnlySpan<StepRows> y)
        where K : struct, IStep where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        if (pinned == job.PartCount)
        {
            Team.Run(job.Chunks, ref job);
            return;
        }
        var next = pinned < x.Length ? x[pinned] : y[pinned - x.Length];
        fixed (T* first = &Unsafe.Add(ref next.Tensor.First<T>(), next.Start))
        {
            job.Parts[pinned] = new() { First = first, Blocks = next.Blocks };
            Pinned(pinned + 1, job, x, y);
        }
    }

    unsafe struct StepPart<T> where T : unmanaged
    {
        public T* First;
        public int Blocks;
    }

    /// <summary>Some rows to a chunk; no number depends on which.</summary>
    unsafe struct StepJob<K, R, T> : IJob where K : struct, IStep where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        // So few places are not worth a thread's attention.
        const int PlacesAtOnce = 2048;

        public StepPart<T>* Parts;
        public int PartCount, Rows, Size;
        public bool* Active;

        readonly int RowsAtOnce => Math.Max(1, PlacesAtOnce / Size);

        public readonly int Chunks => (Rows + RowsAtOnce - 1) / RowsAtOnce;

        [SkipLocalsInit]
        public readonly void Run(int chunk)
        {
            var blocks = stackalloc T*[K.Operands + K.Results];
            var end = Math.Min(Rows, (chunk + 1) * RowsAtOnce);
            for (var row = chunk * RowsAtOnce; row < end; row++)
            {
                if (Active != null && !Active[row]) continue;
                var next = blocks;
                for (var i = 0; i < PartCount; i++)
                {
                    var first = Parts[i].First + (nint)row * Parts[i].Blocks * Size;
                    for (var block = 0; block < Parts[i].Blocks; block++) *next++ = first + (nint)block * Size;
                }
                StepRow<K, R, T>(blocks, Size);
            }
        }
    }

    [SkipLocalsInit, MethodImpl(Registers.Kernel)]
    static unsafe void StepRow<K, R, T>(T** blocks, int n)
        where K : struct, IStep where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        var count = K.Operands + K.Results;
        var memory = stackalloc T[count * Widest];
        var tails = stackalloc T*[count];
        // One place for the formula: the JIT inlines only so much.
        var (from, at) = ((nint)blocks, (nint)0);
        for (nint i = 0; i < n; i += R.Count, at += R.Count)
        {
            if (i + R.Count > n)
            {
                // The rest goes through the same vector code, so that a number's result does not depend on its place.
                for (var k = 0; k < count; k++)
                {
                    tails[k] = memory + k * Widest;
                    for (var j = i; j < n; j++) tails[k][j - i] = blocks[k][j];
                }
                (from, at) = ((nint)tails, 0);
            }
            K.Run<RegisterPlaces<R, T>, Lanes<R, T>>(new((T**)from, at), new((T**)from + K.Operands, at));
        }
        if ((T**)from != tails) return;
        var rest = n % R.Count;
        for (var k = K.Operands; k < count; k++)
            for (var j = 0; j < rest; j++) blocks[k][n - rest + j] = tails[k][j];
    }

    readonly unsafe struct RegisterPlaces<R, T>(T** blocks, nint at) : IPlaces<Lanes<R, T>>
        where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        public Lanes<R, T> this[int k]
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get => new(R.Load(ref *(blocks[k] + at), 0));
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            set => value.V.Store(ref *(blocks[k] + at), 0);
        }
    }
}
