using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Backprop.Bench;

/// <summary>What the machine can do at all, so that a number can be judged: multiplications with addition, bandwidth by the size of the data, fresh memory.</summary>
static unsafe class Roofline
{
    const int Alignment = 64, Page = 4096;

    public static void Measure()
    {
        Multiplications<Width128>("fma vector128", Vector128.IsHardwareAccelerated);
        Multiplications<Width256>("fma vector256", Vector256.IsHardwareAccelerated);
        Multiplications<Width512>("fma vector512", Vector512.IsHardwareAccelerated);
        foreach (var (size, count) in Cases.Lengths) Bandwidth(size, count);
        FreshMemory();
        Look();
    }

    // Ten sums that do not wait for each other: enough for two units of four cycles each.
    static void Multiplications<W>(string metric, bool isSupported)
        where W : struct, IWidth
    {
        const int rounds = 10_000_000, sums = 10;
        if (!isSupported) return;
        var work = 2e-9 * rounds * sums * W.Count * Clock.Threads;
        Clock.Rate(metric, () => InParallel(_ => Sums<W>(rounds)), work, "GFLOP/s", "float32, ten independent sums a thread");
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    static void Sums<W>(int rounds)
        where W : struct, IWidth
    {
        W a = new(), b = new(), c = new(), d = new(), e = new(), f = new(), g = new(), h = new(), i = new(), j = new();
        for (var round = 0; round < rounds; round++)
        {
            a.Step();
            b.Step();
            c.Step();
            d.Step();
            e.Step();
            f.Step();
            g.Step();
            h.Step();
            i.Step();
            j.Step();
        }
        Consume(a.Sum + b.Sum + c.Sum + d.Sum + e.Sum + f.Sum + g.Sum + h.Sum + i.Sum + j.Sum);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Consume(float value) => GC.KeepAlive(value);

    /// <summary>Reading, and max(x, 0) from one array into another, each thread on a slice of its own; the slices are gone over until it is long enough.</summary>
    static void Bandwidth(string size, int count)
    {
        var slice = count / Clock.Threads / 32 * 32;
        var repeats = Math.Max(1, 100_000_000 / count);
        var bytes = (nuint)(slice * Clock.Threads * sizeof(float));
        float* x = (float*)NativeMemory.AlignedAlloc(bytes, Alignment), y = (float*)NativeMemory.AlignedAlloc(bytes, Alignment);
        NativeMemory.Clear(x, bytes);
        NativeMemory.Clear(y, bytes);
        void Rate(string name, int bytesEach, Action<nint, nint, int, int> pass) => Clock.Rate(
            $"{name} {size}", () => InParallel(thread => pass((nint)(x + thread * slice), (nint)(y + thread * slice), slice, repeats)),
            1e-9 * bytesEach * slice * Clock.Threads * repeats, "GB/s", $"{bytesEach} B/element, a slice a thread");
        Rate("read", 4, Read);
        Rate("relu", 8, Relu);
        Rate("relu streaming stores", 8, ReluStreaming);
        NativeMemory.AlignedFree(x);
        NativeMemory.AlignedFree(y);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Read(nint x, nint y, int count, int repeats)
    {
        Vector256<float> a = default, b = default, c = default, d = default;
        for (; repeats > 0; repeats--)
        {
            for (float* p = (float*)x, end = p + count; p < end; p += 32)
            {
                a += Vector256.LoadAligned(p);
                b += Vector256.LoadAligned(p + 8);
                c += Vector256.LoadAligned(p + 16);
                d += Vector256.LoadAligned(p + 24);
            }
        }
        Consume(Vector256.Sum(a + b + c + d));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Relu(nint x, nint y, int count, int repeats)
    {
        for (; repeats > 0; repeats--)
        {
            for (float* p = (float*)x, q = (float*)y, end = p + count; p < end; p += 32, q += 32)
            {
                Positive(p).StoreAligned(q);
                Positive(p + 8).StoreAligned(q + 8);
                Positive(p + 16).StoreAligned(q + 16);
                Positive(p + 24).StoreAligned(q + 24);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void ReluStreaming(nint x, nint y, int count, int repeats)
    {
        for (; repeats > 0; repeats--)
        {
            for (float* p = (float*)x, q = (float*)y, end = p + count; p < end; p += 32, q += 32)
            {
                Positive(p).StoreAlignedNonTemporal(q);
                Positive(p + 8).StoreAlignedNonTemporal(q + 8);
                Positive(p + 16).StoreAlignedNonTemporal(q + 16);
                Positive(p + 24).StoreAlignedNonTemporal(q + 24);
            }
        }
    }

    static Vector256<float> Positive(float* p) => Vector256.MaxNative(Vector256.LoadAligned(p), Vector256<float>.Zero);

    /// <summary>What an output costs that is not taken from a pool, before anything is computed.</summary>
    static void FreshMemory()
    {
        const int bytes = 40_000_000;
        Clock.Nanoseconds("page of fresh memory", () =>
        {
            var memory = (byte*)NativeMemory.Alloc(bytes);
            for (var at = 0; at < bytes; at += Page) memory[at] = 1;
            NativeMemory.Free(memory);
        }, bytes / Page, "taken from the system, touched and given back, 40 MB at a time, one thread; ns for each 4 KiB");
    }

    /// <summary>What it costs to see which results nobody has any more, where nobody disposes of them.</summary>
    static void Look()
    {
        var results = new byte[8 << 20];
        Clock.Print("look of the collector", [.. Enumerable.Range(0, 200).Select(_ => OneLook(results))], us => us, "us",
            "a collection of the young generations after 8 MB of results", isWatched: false);
    }

    static double OneLook(byte[] results)
    {
        results.AsSpan().Fill(1);
        var start = Stopwatch.GetTimestamp();
        GC.Collect(1, GCCollectionMode.Forced, blocking: true);
        return Stopwatch.GetElapsedTime(start).TotalMicroseconds;
    }

    static void InParallel(Action<int> body)
    {
        var others = Enumerable.Range(1, Clock.Threads - 1).Select(thread => new Thread(() => body(thread))).ToArray();
        foreach (var thread in others) thread.Start();
        body(0);
        foreach (var thread in others) thread.Join();
    }

    /// <summary>A register of sums; each step multiplies and adds.</summary>
    interface IWidth
    {
        static abstract int Count { get; }

        float Sum { get; }

        void Step();
    }

    struct Width128 : IWidth
    {
        Vector128<float> sum;

        public static int Count => Vector128<float>.Count;

        public readonly float Sum => Vector128.Sum(sum);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Step() => sum = Vector128.FusedMultiplyAdd(sum, Vector128.Create(0.999f), Vector128.Create(0.001f));
    }

    struct Width256 : IWidth
    {
        Vector256<float> sum;

        public static int Count => Vector256<float>.Count;

        public readonly float Sum => Vector256.Sum(sum);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Step() => sum = Vector256.FusedMultiplyAdd(sum, Vector256.Create(0.999f), Vector256.Create(0.001f));
    }

    struct Width512 : IWidth
    {
        Vector512<float> sum;

        public static int Count => Vector512<float>.Count;

        public readonly float Sum => Vector512.Sum(sum);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Step() => sum = Vector512.FusedMultiplyAdd(sum, Vector512.Create(0.999f), Vector512.Create(0.001f));
    }
}
