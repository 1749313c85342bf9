using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Backprop.Formulas;

namespace Backprop.Devices;

/// <summary>Reads and writes the first few numbers of a register, and touches no memory beyond.</summary>
static unsafe class Partial
{
    /// <summary>Whether storing a part of a register costs no more than storing it.</summary>
    public static bool IsFast => Avx512F.VL.IsSupported;

    /// <summary>What <see cref="Load{R, T}(T*, int, R)"/> and <see cref="Store{R, T}(R, T*, int, R)"/> take besides the count.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static R Mask<R, T>(int count) where R : struct, IRegister<R, T> where T : unmanaged
    {
        if (typeof(R) == typeof(V512<float>)) return As<V512<float>, R>(new(Mask512(count)));
        if (typeof(R) == typeof(V512<double>)) return As<V512<double>, R>(new(LongMask512(count)));
        if (typeof(R) == typeof(V256<float>)) return As<V256<float>, R>(new(Mask256(count)));
        if (typeof(R) == typeof(V256<double>)) return As<V256<double>, R>(new(LongMask256(count)));
        return default;
    }

    /// <summary>p[0] to p[count − 1]; the rest is 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static R Load<R, T>(T* p, int count) where R : struct, IRegister<R, T> where T : unmanaged => Load(p, count, Mask<R, T>(count));

    /// <summary>The same with the mask made beforehand.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static R Load<R, T>(T* p, int count, R mask) where R : struct, IRegister<R, T> where T : unmanaged
    {
        if (typeof(R) == typeof(V512<float>) && Avx512F.IsSupported)
            return As<V512<float>, R>(new(Avx512F.MaskLoad((float*)p, As<R, V512<float>>(mask).Vector, Vector512<float>.Zero)));
        if (typeof(R) == typeof(V512<double>) && Avx512F.IsSupported)
            return As<V512<double>, R>(new(Avx512F.MaskLoad((double*)p, As<R, V512<double>>(mask).Vector, Vector512<double>.Zero)));
        if (typeof(R) == typeof(V256<float>) && Avx.IsSupported)
            return As<V256<float>, R>(new(Avx.MaskLoad((float*)p, As<R, V256<float>>(mask).Vector)));
        if (typeof(R) == typeof(V256<double>) && Avx.IsSupported)
            return As<V256<double>, R>(new(Avx.MaskLoad((double*)p, As<R, V256<double>>(mask).Vector)));
        var lanes = R.Create(default);
        for (var i = 0; i < count; i++) Unsafe.Add(ref Unsafe.As<R, T>(ref lanes), i) = p[i];
        return lanes;
    }

    /// <summary>p[0] to p[count − 1]; the rest is as in another register.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static R Load<R, T>(T* p, int count, R mask, R rest) where R : struct, IRegister<R, T> where T : unmanaged
    {
        if (HasMask<R, T>()) return R.Select(mask, Load(p, count, mask), rest);
        for (var i = 0; i < count; i++) Unsafe.Add(ref Unsafe.As<R, T>(ref rest), i) = p[i];
        return rest;
    }

    /// <summary>The first numbers of a register; the rest is 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static R Take<R, T>(R x, int count, R mask) where R : struct, IRegister<R, T> where T : unmanaged
    {
        if (HasMask<R, T>()) return R.And(mask, x);
        for (var i = count; i < R.Count; i++) Unsafe.Add(ref Unsafe.As<R, T>(ref x), i) = default;
        return x;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static bool HasMask<R, T>() where R : struct, IRegister<R, T> where T : unmanaged =>
        typeof(R) == typeof(V512<float>) || typeof(R) == typeof(V512<double>) || typeof(R) == typeof(V256<float>) || typeof(R) == typeof(V256<double>);

    /// <summary>Sets p[0] to p[count − 1].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<R, T>(R x, T* p, int count) where R : struct, IRegister<R, T> where T : unmanaged =>
        Store(x, p, count, Mask<R, T>(count));

    /// <summary>The same with the mask made beforehand.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<R, T>(R x, T* p, int count, R mask) where R : struct, IRegister<R, T> where T : unmanaged
    {
        if (typeof(R) == typeof(V512<float>) && Avx512F.IsSupported)
            Avx512F.MaskStore((float*)p, As<R, V512<float>>(mask).Vector, As<R, V512<float>>(x).Vector);
        else if (typeof(R) == typeof(V512<double>) && Avx512F.IsSupported)
            Avx512F.MaskStore((double*)p, As<R, V512<double>>(mask).Vector, As<R, V512<double>>(x).Vector);
        else if (typeof(R) == typeof(V256<float>) && Avx512F.VL.IsSupported)
            Avx512F.VL.MaskStore((float*)p, As<R, V256<float>>(mask).Vector, As<R, V256<float>>(x).Vector);
        else if (typeof(R) == typeof(V256<double>) && Avx512F.VL.IsSupported)
            Avx512F.VL.MaskStore((double*)p, As<R, V256<double>>(mask).Vector, As<R, V256<double>>(x).Vector);
        else
            // AVX has masked stores too, but on some processors they take fifteen times as long.
            MemoryMarshal.CreateSpan(ref Unsafe.As<R, T>(ref x), count).CopyTo(new(p, count));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static To As<From, To>(From x) where From : struct where To : struct => Unsafe.BitCast<From, To>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<float> Mask512(int count) => Vector512.GreaterThan(Vector512.Create(count), Vector512<int>.Indices).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<double> LongMask512(int count) => Vector512.GreaterThan(Vector512.Create((long)count), Vector512<long>.Indices).AsDouble();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<float> Mask256(int count) => Vector256.GreaterThan(Vector256.Create(count), Vector256<int>.Indices).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<double> LongMask256(int count) => Vector256.GreaterThan(Vector256.Create((long)count), Vector256<long>.Indices).AsDouble();
}
