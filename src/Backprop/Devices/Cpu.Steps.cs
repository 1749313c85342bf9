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

    /// <summary>Sets the results; whatever is in them before must not matter.</summary>
    static abstract void Run<V>(ReadOnlySpan<V> x, Span<V> y) where V : IReal<V>;
}

/// <summary>
/// Where a step finds operands or puts results: rows of one or several blocks side by side, each block an operand, from an element of a
/// contiguous tensor on.
/// </summary>
/// <param name="Tensor">The tensor.</param>
/// <param name="Start">How many elements come before the first row.</param>
/// <param name="Blocks">How many blocks a row has.</param>
/// <param name="Shared">Whether one row serves all.</param>
readonly record struct StepRows(Tensor Tensor, int Start, int Blocks, bool Shared = false)
{
    /// <summary>One block of one row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<T> Block<T>(int row, int block, int size) where T : unmanaged =>
        MemoryMarshal.CreateSpan(ref Unsafe.Add(ref Tensor.First<T>(), Start + ((Shared ? 0 : row) * Blocks + block) * size), size);

    /// <summary>A whole row.</summary>
    public Span<T> Row<T>(int row, int size) where T : unmanaged =>
        MemoryMarshal.CreateSpan(ref Unsafe.Add(ref Tensor.First<T>(), Start + (Shared ? 0 : row) * Blocks * size), Blocks * size);
}

static partial class Cpu
{
    // So much of every operand and result is worked on at once, in memory that stays in the first-level cache.
    const int StepTile = 128;

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
    static void Step<K, R, T>(ReadOnlySpan<StepRows> x, ReadOnlySpan<StepRows> y, int rows, int size, ReadOnlySpan<bool> active)
        where K : struct, IStep where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        Span<T> memory = stackalloc T[(K.Operands + K.Results) * StepTile];
        var results = memory[(K.Operands * StepTile)..];
        for (var row = 0; row < rows; row++)
        {
            if (!active.IsEmpty && !active[row]) continue;
            for (var start = 0; start < size; start += StepTile)
            {
                var n = Math.Min(StepTile, size - start);
                var k = 0;
                foreach (var part in x)
                    for (var block = 0; block < part.Blocks; block++, k++)
                        part.Block<T>(row, block, size).Slice(start, n).CopyTo(memory[(k * StepTile)..]);
                StepRow<K, R, T>(ref MemoryMarshal.GetReference(memory), n);
                k = 0;
                foreach (var part in y)
                    for (var block = 0; block < part.Blocks; block++, k++)
                        results.Slice(k * StepTile, n).CopyTo(part.Block<T>(row, block, size).Slice(start, n));
            }
        }
    }

    // The last register may reach beyond the row: what it finds there and leaves there goes nowhere.
    [SkipLocalsInit, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void StepRow<K, R, T>(ref T memory, int n)
        where K : struct, IStep where R : struct, IRegister<R, T> where T : unmanaged, INumber<T>
    {
        StepRegisters<Lanes<R, T>> x = default, y = default;
        for (var i = 0; i < n; i += R.Count)
        {
            ref var p = ref Unsafe.Add(ref memory, i);
            for (var k = 0; k < K.Operands; k++) x[k] = Load<R, T>(ref p, (nuint)(k * StepTile));
            K.Run<Lanes<R, T>>(x, y);
            for (var k = 0; k < K.Results; k++) y[k].V.Store(ref p, (nuint)((K.Operands + k) * StepTile));
        }
    }

    [InlineArray(16)]
    struct StepRegisters<V>
    {
        V first;
    }
}
