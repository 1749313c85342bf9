using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Backprop.Formulas;

namespace Backprop.Devices;

/// <summary>Reads and writes the first few numbers of a register, and touches no memory beyond.</summary>
static unsafe class Partial
{
    /// <summary>p[0] to p[count − 1]; the rest is 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static R Load<R, T>(T* p, int count) where R : struct, IRegister<R, T> where T : unmanaged
    {
        if (typeof(R) == typeof(V512<float>) && Avx512F.IsSupported)
            return As<V512<float>, R>(new(Avx512F.MaskLoad((float*)p, Mask512(count), Vector512<float>.Zero)));
        if (typeof(R) == typeof(V512<double>) && Avx512F.IsSupported)
            return As<V512<double>, R>(new(Avx512F.MaskLoad((double*)p, LongMask512(count), Vector512<double>.Zero)));
        if (typeof(R) == typeof(V256<float>) && Avx.IsSupported)
            return As<V256<float>, R>(new(Avx.MaskLoad((float*)p, Mask256(count))));
        if (typeof(R) == typeof(V256<double>) && Avx.IsSupported)
            return As<V256<double>, R>(new(Avx.MaskLoad((double*)p, LongMask256(count))));
        var lanes = R.Create(default);
        for (var i = 0; i < count; i++) Unsafe.Add(ref Unsafe.As<R, T>(ref lanes), i) = p[i];
        return lanes;
    }

    /// <summary>Sets p[0] to p[count − 1].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<R, T>(R x, T* p, int count) where R : struct, IRegister<R, T> where T : unmanaged
    {
        if (typeof(R) == typeof(V512<float>) && Avx512F.IsSupported)
            Avx512F.MaskStore((float*)p, Mask512(count), As<R, V512<float>>(x).Vector);
        else if (typeof(R) == typeof(V512<double>) && Avx512F.IsSupported)
            Avx512F.MaskStore((double*)p, LongMask512(count), As<R, V512<double>>(x).Vector);
        else if (typeof(R) == typeof(V256<float>) && Avx.IsSupported)
            Avx.MaskStore((float*)p, Mask256(count), As<R, V256<float>>(x).Vector);
        else if (typeof(R) == typeof(V256<double>) && Avx.IsSupported)
            Avx.MaskStore((double*)p, LongMask256(count), As<R, V256<double>>(x).Vector);
        else
            for (var i = 0; i < count; i++) p[i] = Unsafe.Add(ref Unsafe.As<R, T>(ref x), i);
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
