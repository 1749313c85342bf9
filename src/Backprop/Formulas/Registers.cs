using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Backprop.Formulas;

static class Registers
{
    // Every member must vanish into the loop it is used in: one left as a call sends its registers through memory.
    internal const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    /// <summary>
    /// A loop that counts: optimised when it is first called, without waiting for calls to be counted, and never made a part of its caller, where the JIT's budget
    /// may run out before all that must be inlined into the loop is.
    /// </summary>
    internal const MethodImplOptions Kernel = MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining;

    // x64 gives the second operand if either is NaN; Arm64 gives NaN, and whole numbers have none.
    [MethodImpl(Inline)]
    internal static bool NativeKeepsNaN<T>() => AdvSimd.IsSupported || (typeof(T) != typeof(float) && typeof(T) != typeof(double));
}

/// <summary>128 bits of numbers, see <see cref="IRegister{R, T}"/>.</summary>
/// <typeparam name="T">The element.</typeparam>
/// <param name="v">The register of .NET.</param>
public readonly struct V128<T>(Vector128<T> v) : IRegister<V128<T>, T> where T : unmanaged
{
    readonly Vector128<T> v = v;

    /// <summary>The register of .NET.</summary>
    public Vector128<T> Vector => v;
    /// <inheritdoc/>
    public static int Count => Vector128<T>.Count;
    /// <inheritdoc/>
    public static bool IsFused => Fma.IsSupported || AdvSimd.Arm64.IsSupported;
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static V128<T> Create(T value) => new(Vector128.Create(value));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)]
    public static V128<T> Literal(double value) =>
        typeof(T) == typeof(float) ? new(Vector128.Create((float)value).As<float, T>()) : new(Vector128.Create(value).As<double, T>());
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)]
    public static V128<T> Bits(long bits) =>
        Unsafe.SizeOf<T>() == 4 ? new(Vector128.Create((int)bits).As<int, T>()) : new(Vector128.Create(bits).As<long, T>());
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static V128<T> Load(ref readonly T p, nuint i) => new(Vector128.LoadUnsafe(in p, i));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public void Store(ref T p, nuint i) => v.StoreUnsafe(ref p, i);
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public unsafe void StoreStreaming(ref T p, nuint i) => v.StoreAlignedNonTemporal((T*)Unsafe.AsPointer(ref p) + i);
    /// <inheritdoc/>
    public T this[int i] => v.GetElement(i);
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static T Sum(V128<T> a) => Vector128.Sum(a.v);
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)]
    public static T Largest(V128<T> a)
    {
        if (Unsafe.SizeOf<T>() == sizeof(double))
            return MaxNative(a, new(Vector128.Shuffle(a.v.AsDouble(), Vector128.Create(1L, 0)).As<double, T>()))[0];
        a = MaxNative(a, new(Vector128.Shuffle(a.v.AsSingle(), Vector128.Create(2, 3, 0, 1)).As<float, T>()));
        return MaxNative(a, new(Vector128.Shuffle(a.v.AsSingle(), Vector128.Create(1, 0, 3, 2)).As<float, T>()))[0];
    }
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static V128<T> operator +(V128<T> a, V128<T> b) => new(a.v + b.v);
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static V128<T> operator -(V128<T> a, V128<T> b) => new(a.v - b.v);
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static V128<T> operator *(V128<T> a, V128<T> b) => new(a.v * b.v);
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static V128<T> operator /(V128<T> a, V128<T> b) => new(a.v / b.v);
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static V128<T> operator -(V128<T> a) => new(-a.v);
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)]
    public static V128<T> MultiplyAdd(V128<T> a, V128<T> b, V128<T> c) => typeof(T) == typeof(float)
        ? new(Vector128.MultiplyAddEstimate(a.v.AsSingle(), b.v.AsSingle(), c.v.AsSingle()).As<float, T>())
        : new(Vector128.MultiplyAddEstimate(a.v.AsDouble(), b.v.AsDouble(), c.v.AsDouble()).As<double, T>());
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)]
    public static V128<T> MultiplyAdd(V128<T> a, V128<T> b, double c) => typeof(T) == typeof(float)
        ? new(Vector128.MultiplyAddEstimate(a.v.AsSingle(), b.v.AsSingle(), Vector128.Create((float)c)).As<float, T>())
        : new(Vector128.MultiplyAddEstimate(a.v.AsDouble(), b.v.AsDouble(), Vector128.Create(c)).As<double, T>());
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)]
    public static V128<T> Min(V128<T> a, V128<T> b) => Registers.NativeKeepsNaN<T>()
        ? new(Vector128.MinNative(a.v, b.v))
        : new(Vector128.ConditionalSelect(Vector128.Equals(a.v, a.v), Vector128.MinNative(a.v, b.v), a.v));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)]
    public static V128<T> Max(V128<T> a, V128<T> b) => Registers.NativeKeepsNaN<T>()
        ? new(Vector128.MaxNative(a.v, b.v))
        : new(Vector128.ConditionalSelect(Vector128.Equals(a.v, a.v), Vector128.MaxNative(a.v, b.v), a.v));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static V128<T> MinNative(V128<T> a, V128<T> b) => new(Vector128.MinNative(a.v, b.v));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static V128<T> MaxNative(V128<T> a, V128<T> b) => new(Vector128.MaxNative(a.v, b.v));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static V128<T> Abs(V128<T> a) => new(Vector128.Abs(a.v));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static V128<T> Sqrt(V128<T> a) => new(Vector128.Sqrt(a.v));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)]
    public static V128<T> Floor(V128<T> a) => typeof(T) == typeof(float)
        ? new(Vector128.Floor(a.v.AsSingle()).As<float, T>())
        : typeof(T) == typeof(double) ? new(Vector128.Floor(a.v.AsDouble()).As<double, T>()) : a;
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)]
    public static V128<T> Ceiling(V128<T> a) => typeof(T) == typeof(float)
        ? new(Vector128.Ceiling(a.v.AsSingle()).As<float, T>())
        : typeof(T) == typeof(double) ? new(Vector128.Ceiling(a.v.AsDouble()).As<double, T>()) : a;
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)]
    public static V128<T> Truncate(V128<T> a) => typeof(T) == typeof(float)
        ? new(Vector128.Truncate(a.v.AsSingle()).As<float, T>())
        : typeof(T) == typeof(double) ? new(Vector128.Truncate(a.v.AsDouble()).As<double, T>()) : a;
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)]
    public static V128<T> Round(V128<T> a) => typeof(T) == typeof(float)
        ? new(Vector128.Round(a.v.AsSingle()).As<float, T>())
        : typeof(T) == typeof(double) ? new(Vector128.Round(a.v.AsDouble()).As<double, T>()) : a;
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static V128<T> Less(V128<T> a, V128<T> b) => new(Vector128.LessThan(a.v, b.v));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static V128<T> LessOrEqual(V128<T> a, V128<T> b) => new(Vector128.LessThanOrEqual(a.v, b.v));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static V128<T> Equal(V128<T> a, V128<T> b) => new(Vector128.Equals(a.v, b.v));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static bool Any(V128<T> mask) => mask.v.AsByte() != Vector128<byte>.Zero;
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static V128<T> And(V128<T> a, V128<T> b) => new(a.v & b.v);
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static V128<T> Or(V128<T> a, V128<T> b) => new(a.v | b.v);
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static V128<T> Xor(V128<T> a, V128<T> b) => new(a.v ^ b.v);
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static V128<T> AndNot(V128<T> a, V128<T> b) => new(Vector128.AndNot(a.v, b.v));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static V128<T> Not(V128<T> a) => new(~a.v);
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)]
    public static V128<T> Select(V128<T> mask, V128<T> a, V128<T> b) =>
        new(Vector128.ConditionalSelect(mask.v, a.v, b.v));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)]
    public static V128<T> AddBits(V128<T> a, V128<T> b) => Unsafe.SizeOf<T>() == 4
        ? new((a.v.AsInt32() + b.v.AsInt32()).As<int, T>()) : new((a.v.AsInt64() + b.v.AsInt64()).As<long, T>());
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)]
    public static V128<T> SubtractBits(V128<T> a, V128<T> b) => Unsafe.SizeOf<T>() == 4
        ? new((a.v.AsInt32() - b.v.AsInt32()).As<int, T>()) : new((a.v.AsInt64() - b.v.AsInt64()).As<long, T>());
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)]
    public static V128<T> ShiftLeft(V128<T> a, int count) => Unsafe.SizeOf<T>() == 4
        ? new((a.v.AsInt32() << count).As<int, T>()) : new((a.v.AsInt64() << count).As<long, T>());
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)]
    public static V128<T> ShiftRight(V128<T> a, int count) => Unsafe.SizeOf<T>() == 4
        ? new((a.v.AsInt32() >>> count).As<int, T>()) : new((a.v.AsInt64() >>> count).As<long, T>());
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)]
    public static V128<T> ShiftRightSigned(V128<T> a, int count) => Unsafe.SizeOf<T>() == 4
        ? new((a.v.AsInt32() >> count).As<int, T>()) : new((a.v.AsInt64() >> count).As<long, T>());
}

/// <summary>256 bits of numbers, see <see cref="IRegister{R, T}"/>.</summary>
/// <typeparam name="T">The element.</typeparam>
/// <param name="v">The register of .NET.</param>
public readonly struct V256<T>(Vector256<T> v) : IRegister<V256<T>, T> where T : unmanaged
{
    readonly Vector256<T> v = v;

    /// <summary>The register of .NET.</summary>
    public Vector256<T> Vector => v;
    /// <inheritdoc/>
    public static int Count => Vector256<T>.Count;
    /// <inheritdoc/>
    public static bool IsFused => Fma.IsSupported || AdvSimd.Arm64.IsSupported;
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static V256<T> Create(T value) => new(Vector256.Create(value));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)]
    public static V256<T> Literal(double value) =>
        typeof(T) == typeof(float) ? new(Vector256.Create((float)value).As<float, T>()) : new(Vector256.Create(value).As<double, T>());
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)]
    public static V256<T> Bits(long bits) =>
        Unsafe.SizeOf<T>() == 4 ? new(Vector256.Create((int)bits).As<int, T>()) : new(Vector256.Create(bits).As<long, T>());
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static V256<T> Load(ref readonly T p, nuint i) => new(Vector256.LoadUnsafe(in p, i));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public void Store(ref T p, nuint i) => v.StoreUnsafe(ref p, i);
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public unsafe void StoreStreaming(ref T p, nuint i) => v.StoreAlignedNonTemporal((T*)Unsafe.AsPointer(ref p) + i);
    /// <inheritdoc/>
    public T this[int i] => v.GetElement(i);
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static T Sum(V256<T> a) => Vector256.Sum(a.v);
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)]
    public static T Largest(V256<T> a) => V128<T>.Largest(V128<T>.MaxNative(new(a.v.GetLower()), new(a.v.GetUpper())));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static V256<T> operator +(V256<T> a, V256<T> b) => new(a.v + b.v);
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static V256<T> operator -(V256<T> a, V256<T> b) => new(a.v - b.v);
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static V256<T> operator *(V256<T> a, V256<T> b) => new(a.v * b.v);
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static V256<T> operator /(V256<T> a, V256<T> b) => new(a.v / b.v);
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static V256<T> operator -(V256<T> a) => new(-a.v);
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)]
    public static V256<T> MultiplyAdd(V256<T> a, V256<T> b, V256<T> c) => typeof(T) == typeof(float)
        ? new(Vector256.MultiplyAddEstimate(a.v.AsSingle(), b.v.AsSingle(), c.v.AsSingle()).As<float, T>())
        : new(Vector256.MultiplyAddEstimate(a.v.AsDouble(), b.v.AsDouble(), c.v.AsDouble()).As<double, T>());
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)]
    public static V256<T> MultiplyAdd(V256<T> a, V256<T> b, double c) => typeof(T) == typeof(float)
        ? new(Vector256.MultiplyAddEstimate(a.v.AsSingle(), b.v.AsSingle(), Vector256.Create((float)c)).As<float, T>())
        : new(Vector256.MultiplyAddEstimate(a.v.AsDouble(), b.v.AsDouble(), Vector256.Create(c)).As<double, T>());
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)]
    public static V256<T> Min(V256<T> a, V256<T> b) => Registers.NativeKeepsNaN<T>()
        ? new(Vector256.MinNative(a.v, b.v))
        : new(Vector256.ConditionalSelect(Vector256.Equals(a.v, a.v), Vector256.MinNative(a.v, b.v), a.v));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)]
    public static V256<T> Max(V256<T> a, V256<T> b) => Registers.NativeKeepsNaN<T>()
        ? new(Vector256.MaxNative(a.v, b.v))
        : new(Vector256.ConditionalSelect(Vector256.Equals(a.v, a.v), Vector256.MaxNative(a.v, b.v), a.v));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static V256<T> MinNative(V256<T> a, V256<T> b) => new(Vector256.MinNative(a.v, b.v));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static V256<T> MaxNative(V256<T> a, V256<T> b) => new(Vector256.MaxNative(a.v, b.v));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static V256<T> Abs(V256<T> a) => new(Vector256.Abs(a.v));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static V256<T> Sqrt(V256<T> a) => new(Vector256.Sqrt(a.v));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)]
    public static V256<T> Floor(V256<T> a) => typeof(T) == typeof(float)
        ? new(Vector256.Floor(a.v.AsSingle()).As<float, T>())
        : typeof(T) == typeof(double) ? new(Vector256.Floor(a.v.AsDouble()).As<double, T>()) : a;
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)]
    public static V256<T> Ceiling(V256<T> a) => typeof(T) == typeof(float)
        ? new(Vector256.Ceiling(a.v.AsSingle()).As<float, T>())
        : typeof(T) == typeof(double) ? new(Vector256.Ceiling(a.v.AsDouble()).As<double, T>()) : a;
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)]
    public static V256<T> Truncate(V256<T> a) => typeof(T) == typeof(float)
        ? new(Vector256.Truncate(a.v.AsSingle()).As<float, T>())
        : typeof(T) == typeof(double) ? new(Vector256.Truncate(a.v.AsDouble()).As<double, T>()) : a;
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)]
    public static V256<T> Round(V256<T> a) => typeof(T) == typeof(float)
        ? new(Vector256.Round(a.v.AsSingle()).As<float, T>())
        : typeof(T) == typeof(double) ? new(Vector256.Round(a.v.AsDouble()).As<double, T>()) : a;
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static V256<T> Less(V256<T> a, V256<T> b) => new(Vector256.LessThan(a.v, b.v));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static V256<T> LessOrEqual(V256<T> a, V256<T> b) => new(Vector256.LessThanOrEqual(a.v, b.v));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static V256<T> Equal(V256<T> a, V256<T> b) => new(Vector256.Equals(a.v, b.v));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static bool Any(V256<T> mask) => mask.v.AsByte() != Vector256<byte>.Zero;
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static V256<T> And(V256<T> a, V256<T> b) => new(a.v & b.v);
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static V256<T> Or(V256<T> a, V256<T> b) => new(a.v | b.v);
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static V256<T> Xor(V256<T> a, V256<T> b) => new(a.v ^ b.v);
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static V256<T> AndNot(V256<T> a, V256<T> b) => new(Vector256.AndNot(a.v, b.v));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static V256<T> Not(V256<T> a) => new(~a.v);
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)]
    public static V256<T> Select(V256<T> mask, V256<T> a, V256<T> b) =>
        new(Vector256.ConditionalSelect(mask.v, a.v, b.v));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)]
    public static V256<T> AddBits(V256<T> a, V256<T> b) => Unsafe.SizeOf<T>() == 4
        ? new((a.v.AsInt32() + b.v.AsInt32()).As<int, T>()) : new((a.v.AsInt64() + b.v.AsInt64()).As<long, T>());
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)]
    public static V256<T> SubtractBits(V256<T> a, V256<T> b) => Unsafe.SizeOf<T>() == 4
        ? new((a.v.AsInt32() - b.v.AsInt32()).As<int, T>()) : new((a.v.AsInt64() - b.v.AsInt64()).As<long, T>());
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)]
    public static V256<T> ShiftLeft(V256<T> a, int count) => Unsafe.SizeOf<T>() == 4
        ? new((a.v.AsInt32() << count).As<int, T>()) : new((a.v.AsInt64() << count).As<long, T>());
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)]
    public static V256<T> ShiftRight(V256<T> a, int count) => Unsafe.SizeOf<T>() == 4
        ? new((a.v.AsInt32() >>> count).As<int, T>()) : new((a.v.AsInt64() >>> count).As<long, T>());
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)]
    public static V256<T> ShiftRightSigned(V256<T> a, int count) => Unsafe.SizeOf<T>() == 4
        ? new((a.v.AsInt32() >> count).As<int, T>()) : new((a.v.AsInt64() >> count).As<long, T>());
}

/// <summary>512 bits of numbers, see <see cref="IRegister{R, T}"/>.</summary>
/// <typeparam name="T">The element.</typeparam>
/// <param name="v">The register of .NET.</param>
public readonly struct V512<T>(Vector512<T> v) : IRegister<V512<T>, T> where T : unmanaged
{
    readonly Vector512<T> v = v;

    /// <summary>The register of .NET.</summary>
    public Vector512<T> Vector => v;
    /// <inheritdoc/>
    public static int Count => Vector512<T>.Count;
    /// <inheritdoc/>
    public static bool IsFused => Fma.IsSupported || AdvSimd.Arm64.IsSupported;
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static V512<T> Create(T value) => new(Vector512.Create(value));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)]
    public static V512<T> Literal(double value) =>
        typeof(T) == typeof(float) ? new(Vector512.Create((float)value).As<float, T>()) : new(Vector512.Create(value).As<double, T>());
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)]
    public static V512<T> Bits(long bits) =>
        Unsafe.SizeOf<T>() == 4 ? new(Vector512.Create((int)bits).As<int, T>()) : new(Vector512.Create(bits).As<long, T>());
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static V512<T> Load(ref readonly T p, nuint i) => new(Vector512.LoadUnsafe(in p, i));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public void Store(ref T p, nuint i) => v.StoreUnsafe(ref p, i);
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public unsafe void StoreStreaming(ref T p, nuint i) => v.StoreAlignedNonTemporal((T*)Unsafe.AsPointer(ref p) + i);
    /// <inheritdoc/>
    public T this[int i] => v.GetElement(i);
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static T Sum(V512<T> a) => Vector512.Sum(a.v);
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)]
    public static T Largest(V512<T> a) => V256<T>.Largest(V256<T>.MaxNative(new(a.v.GetLower()), new(a.v.GetUpper())));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static V512<T> operator +(V512<T> a, V512<T> b) => new(a.v + b.v);
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static V512<T> operator -(V512<T> a, V512<T> b) => new(a.v - b.v);
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static V512<T> operator *(V512<T> a, V512<T> b) => new(a.v * b.v);
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static V512<T> operator /(V512<T> a, V512<T> b) => new(a.v / b.v);
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static V512<T> operator -(V512<T> a) => new(-a.v);
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)]
    public static V512<T> MultiplyAdd(V512<T> a, V512<T> b, V512<T> c) => typeof(T) == typeof(float)
        ? new(Vector512.MultiplyAddEstimate(a.v.AsSingle(), b.v.AsSingle(), c.v.AsSingle()).As<float, T>())
        : new(Vector512.MultiplyAddEstimate(a.v.AsDouble(), b.v.AsDouble(), c.v.AsDouble()).As<double, T>());
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)]
    public static V512<T> MultiplyAdd(V512<T> a, V512<T> b, double c) => typeof(T) == typeof(float)
        ? new(Vector512.MultiplyAddEstimate(a.v.AsSingle(), b.v.AsSingle(), Vector512.Create((float)c)).As<float, T>())
        : new(Vector512.MultiplyAddEstimate(a.v.AsDouble(), b.v.AsDouble(), Vector512.Create(c)).As<double, T>());
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)]
    public static V512<T> Min(V512<T> a, V512<T> b) => Registers.NativeKeepsNaN<T>()
        ? new(Vector512.MinNative(a.v, b.v))
        : new(Vector512.ConditionalSelect(Vector512.Equals(a.v, a.v), Vector512.MinNative(a.v, b.v), a.v));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)]
    public static V512<T> Max(V512<T> a, V512<T> b) => Registers.NativeKeepsNaN<T>()
        ? new(Vector512.MaxNative(a.v, b.v))
        : new(Vector512.ConditionalSelect(Vector512.Equals(a.v, a.v), Vector512.MaxNative(a.v, b.v), a.v));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static V512<T> MinNative(V512<T> a, V512<T> b) => new(Vector512.MinNative(a.v, b.v));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static V512<T> MaxNative(V512<T> a, V512<T> b) => new(Vector512.MaxNative(a.v, b.v));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static V512<T> Abs(V512<T> a) => new(Vector512.Abs(a.v));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static V512<T> Sqrt(V512<T> a) => new(Vector512.Sqrt(a.v));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)]
    public static V512<T> Floor(V512<T> a) => typeof(T) == typeof(float)
        ? new(Vector512.Floor(a.v.AsSingle()).As<float, T>())
        : typeof(T) == typeof(double) ? new(Vector512.Floor(a.v.AsDouble()).As<double, T>()) : a;
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)]
    public static V512<T> Ceiling(V512<T> a) => typeof(T) == typeof(float)
        ? new(Vector512.Ceiling(a.v.AsSingle()).As<float, T>())
        : typeof(T) == typeof(double) ? new(Vector512.Ceiling(a.v.AsDouble()).As<double, T>()) : a;
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)]
    public static V512<T> Truncate(V512<T> a) => typeof(T) == typeof(float)
        ? new(Vector512.Truncate(a.v.AsSingle()).As<float, T>())
        : typeof(T) == typeof(double) ? new(Vector512.Truncate(a.v.AsDouble()).As<double, T>()) : a;
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)]
    public static V512<T> Round(V512<T> a) => typeof(T) == typeof(float)
        ? new(Vector512.Round(a.v.AsSingle()).As<float, T>())
        : typeof(T) == typeof(double) ? new(Vector512.Round(a.v.AsDouble()).As<double, T>()) : a;
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static V512<T> Less(V512<T> a, V512<T> b) => new(Vector512.LessThan(a.v, b.v));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static V512<T> LessOrEqual(V512<T> a, V512<T> b) => new(Vector512.LessThanOrEqual(a.v, b.v));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static V512<T> Equal(V512<T> a, V512<T> b) => new(Vector512.Equals(a.v, b.v));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static bool Any(V512<T> mask) => mask.v.AsByte() != Vector512<byte>.Zero;
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static V512<T> And(V512<T> a, V512<T> b) => new(a.v & b.v);
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static V512<T> Or(V512<T> a, V512<T> b) => new(a.v | b.v);
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static V512<T> Xor(V512<T> a, V512<T> b) => new(a.v ^ b.v);
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static V512<T> AndNot(V512<T> a, V512<T> b) => new(Vector512.AndNot(a.v, b.v));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)] public static V512<T> Not(V512<T> a) => new(~a.v);
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)]
    public static V512<T> Select(V512<T> mask, V512<T> a, V512<T> b) =>
        new(Vector512.ConditionalSelect(mask.v, a.v, b.v));
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)]
    public static V512<T> AddBits(V512<T> a, V512<T> b) => Unsafe.SizeOf<T>() == 4
        ? new((a.v.AsInt32() + b.v.AsInt32()).As<int, T>()) : new((a.v.AsInt64() + b.v.AsInt64()).As<long, T>());
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)]
    public static V512<T> SubtractBits(V512<T> a, V512<T> b) => Unsafe.SizeOf<T>() == 4
        ? new((a.v.AsInt32() - b.v.AsInt32()).As<int, T>()) : new((a.v.AsInt64() - b.v.AsInt64()).As<long, T>());
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)]
    public static V512<T> ShiftLeft(V512<T> a, int count) => Unsafe.SizeOf<T>() == 4
        ? new((a.v.AsInt32() << count).As<int, T>()) : new((a.v.AsInt64() << count).As<long, T>());
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)]
    public static V512<T> ShiftRight(V512<T> a, int count) => Unsafe.SizeOf<T>() == 4
        ? new((a.v.AsInt32() >>> count).As<int, T>()) : new((a.v.AsInt64() >>> count).As<long, T>());
    /// <inheritdoc/>
    [MethodImpl(Registers.Inline)]
    public static V512<T> ShiftRightSigned(V512<T> a, int count) => Unsafe.SizeOf<T>() == 4
        ? new((a.v.AsInt32() >> count).As<int, T>()) : new((a.v.AsInt64() >> count).As<long, T>());
}
