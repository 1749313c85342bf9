using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Backprop.Formulas;

namespace Backprop.Devices;

/// <summary>Exchanges rows and columns of small matrices in registers.</summary>
static unsafe class Transposition
{
    const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    /// <summary>to[c·toStride + r] = from[r·stride + c] for r &lt; rows, c &lt; columns.</summary>
    [MethodImpl(Registers.Kernel)]
    public static void Copy<T>(T* from, nint stride, int rows, int columns, T* to, nint toStride) where T : unmanaged
    {
        var r = 0;
        if (sizeof(T) == 4 && Avx.IsSupported)
            for (; r + 8 <= rows; r += 8) Columns8((float*)(from + r * stride), stride, columns, (float*)(to + r), toStride);
        if (sizeof(T) == 4 && (Sse.IsSupported || AdvSimd.Arm64.IsSupported))
            for (; r + 4 <= rows; r += 4) Columns4((float*)(from + r * stride), stride, columns, (float*)(to + r), toStride);
        if (sizeof(T) == 8 && (Sse2.IsSupported || AdvSimd.Arm64.IsSupported))
            for (; r + 2 <= rows; r += 2) Columns2((double*)(from + r * stride), stride, columns, (double*)(to + r), toStride);
        for (; r < rows; r++)
            for (var c = 0; c < columns; c++) to[c * toStride + r] = from[r * stride + c];
    }

    // Eight rows: whole lines of the cache of each, so that rows which share a place in the cache do not drive each other out.
    [MethodImpl(Inline)]
    static void Columns8(float* from, nint stride, int columns, float* to, nint toStride)
    {
        var c = 0;
        for (; c + 8 <= columns; c += 8, from += 8, to += 8 * toStride)
        {
            Block4x8(from, stride, to, toStride);
            Block4x8(from + 4, stride, to + 4 * toStride, toStride);
        }
        for (; c < columns; c++, from++, to += toStride)
            for (var r = 0; r < 8; r++) to[r] = from[r * stride];
    }

    // Four columns of eight rows.
    [MethodImpl(Inline)]
    static void Block4x8(float* from, nint stride, float* to, nint toStride)
    {
        var lower = from + 4 * stride;
        var a = Vector256.Create(Vector128.Load(from), Vector128.Load(lower));
        var b = Vector256.Create(Vector128.Load(from + stride), Vector128.Load(lower + stride));
        var c = Vector256.Create(Vector128.Load(from + 2 * stride), Vector128.Load(lower + 2 * stride));
        var d = Vector256.Create(Vector128.Load(from + 3 * stride), Vector128.Load(lower + 3 * stride));
        Vector256<float> ab = Avx.UnpackLow(a, b), cd = Avx.UnpackLow(c, d);
        Avx.Shuffle(ab, cd, 0x44).Store(to);
        Avx.Shuffle(ab, cd, 0xEE).Store(to + toStride);
        (ab, cd) = (Avx.UnpackHigh(a, b), Avx.UnpackHigh(c, d));
        Avx.Shuffle(ab, cd, 0x44).Store(to + 2 * toStride);
        Avx.Shuffle(ab, cd, 0xEE).Store(to + 3 * toStride);
    }

    [MethodImpl(Inline)]
    static void Columns4(float* from, nint stride, int columns, float* to, nint toStride)
    {
        var c = 0;
        for (; c + 4 <= columns; c += 4, from += 4, to += 4 * toStride)
        {
            Vector128<float> p = Vector128.Load(from), q = Vector128.Load(from + stride);
            Vector128<float> r = Vector128.Load(from + 2 * stride), s = Vector128.Load(from + 3 * stride);
            Vector128<double> low = Low(p, q).AsDouble(), low2 = Low(r, s).AsDouble();
            Low(low, low2).AsSingle().Store(to);
            High(low, low2).AsSingle().Store(to + toStride);
            Vector128<double> high = High(p, q).AsDouble(), high2 = High(r, s).AsDouble();
            Low(high, high2).AsSingle().Store(to + 2 * toStride);
            High(high, high2).AsSingle().Store(to + 3 * toStride);
        }
        for (; c < columns; c++, from++, to += toStride)
            for (var r = 0; r < 4; r++) to[r] = from[r * stride];
    }

    [MethodImpl(Inline)]
    static void Columns2(double* from, nint stride, int columns, double* to, nint toStride)
    {
        var c = 0;
        for (; c + 2 <= columns; c += 2, from += 2, to += 2 * toStride)
        {
            Vector128<double> p = Vector128.Load(from), q = Vector128.Load(from + stride);
            Low(p, q).Store(to);
            High(p, q).Store(to + toStride);
        }
        if (c < columns) (to[0], to[1]) = (from[0], from[stride]);
    }

    [MethodImpl(Inline)]
    static Vector128<float> Low(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.UnpackLow(a, b) : AdvSimd.Arm64.ZipLow(a, b);

    [MethodImpl(Inline)]
    static Vector128<float> High(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.UnpackHigh(a, b) : AdvSimd.Arm64.ZipHigh(a, b);

    [MethodImpl(Inline)]
    static Vector128<double> Low(Vector128<double> a, Vector128<double> b) =>
        Sse2.IsSupported ? Sse2.UnpackLow(a, b) : AdvSimd.Arm64.ZipLow(a, b);

    [MethodImpl(Inline)]
    static Vector128<double> High(Vector128<double> a, Vector128<double> b) =>
        Sse2.IsSupported ? Sse2.UnpackHigh(a, b) : AdvSimd.Arm64.ZipHigh(a, b);
}
