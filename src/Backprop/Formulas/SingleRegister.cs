using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Backprop.Formulas;

/// <summary>
/// A register of one number: what is left of a row after its last full register goes through the same code, with the same bits as
/// in the middle of a row.
/// </summary>
/// <typeparam name="T">The element, float or double.</typeparam>
readonly struct V1<T>(V128<T> v) : IRegister<V1<T>, T> where T : unmanaged
{
    readonly V128<T> v = v;

    public static int Count => 1;
    public static bool IsFused => V128<T>.IsFused;
    [MethodImpl(Registers.Inline)] public static V1<T> Create(T value) => new(V128<T>.Create(value));
    [MethodImpl(Registers.Inline)] public static V1<T> Literal(double value) => new(V128<T>.Literal(value));
    [MethodImpl(Registers.Inline)] public static V1<T> Bits(long bits) => new(V128<T>.Bits(bits));
    [MethodImpl(Registers.Inline)] public static V1<T> Load(ref readonly T p, nuint i) => new(new V128<T>(Vector128.CreateScalar(Unsafe.Add(ref Unsafe.AsRef(in p), i))));
    [MethodImpl(Registers.Inline)] public void Store(ref T p, nuint i) => Unsafe.Add(ref p, i) = v.Vector.ToScalar();
    [MethodImpl(Registers.Inline)] public void StoreStreaming(ref T p, nuint i) => Store(ref p, i);
    public T this[int i] => v.Vector.ToScalar();
    [MethodImpl(Registers.Inline)] public static T Sum(V1<T> a) => a.v.Vector.ToScalar();
    [MethodImpl(Registers.Inline)] public static T Largest(V1<T> a) => a.v.Vector.ToScalar();
    [MethodImpl(Registers.Inline)] public static V1<T> operator +(V1<T> a, V1<T> b) => new(a.v + b.v);
    [MethodImpl(Registers.Inline)] public static V1<T> operator -(V1<T> a, V1<T> b) => new(a.v - b.v);
    [MethodImpl(Registers.Inline)] public static V1<T> operator *(V1<T> a, V1<T> b) => new(a.v * b.v);
    [MethodImpl(Registers.Inline)] public static V1<T> operator /(V1<T> a, V1<T> b) => new(a.v / b.v);
    [MethodImpl(Registers.Inline)] public static V1<T> operator -(V1<T> a) => new(-a.v);
    [MethodImpl(Registers.Inline)] public static V1<T> MultiplyAdd(V1<T> a, V1<T> b, V1<T> c) => new(V128<T>.MultiplyAdd(a.v, b.v, c.v));
    [MethodImpl(Registers.Inline)] public static V1<T> MultiplyAdd(V1<T> a, V1<T> b, double c) => new(V128<T>.MultiplyAdd(a.v, b.v, c));
    [MethodImpl(Registers.Inline)] public static V1<T> Min(V1<T> a, V1<T> b) => new(V128<T>.Min(a.v, b.v));
    [MethodImpl(Registers.Inline)] public static V1<T> Max(V1<T> a, V1<T> b) => new(V128<T>.Max(a.v, b.v));
    [MethodImpl(Registers.Inline)] public static V1<T> MinNative(V1<T> a, V1<T> b) => new(V128<T>.MinNative(a.v, b.v));
    [MethodImpl(Registers.Inline)] public static V1<T> MaxNative(V1<T> a, V1<T> b) => new(V128<T>.MaxNative(a.v, b.v));
    [MethodImpl(Registers.Inline)] public static V1<T> Abs(V1<T> a) => new(V128<T>.Abs(a.v));
    [MethodImpl(Registers.Inline)] public static V1<T> Sqrt(V1<T> a) => new(V128<T>.Sqrt(a.v));
    [MethodImpl(Registers.Inline)] public static V1<T> Floor(V1<T> a) => new(V128<T>.Floor(a.v));
    [MethodImpl(Registers.Inline)] public static V1<T> Ceiling(V1<T> a) => new(V128<T>.Ceiling(a.v));
    [MethodImpl(Registers.Inline)] public static V1<T> Truncate(V1<T> a) => new(V128<T>.Truncate(a.v));
    [MethodImpl(Registers.Inline)] public static V1<T> Round(V1<T> a) => new(V128<T>.Round(a.v));
    [MethodImpl(Registers.Inline)] public static V1<T> Less(V1<T> a, V1<T> b) => new(V128<T>.Less(a.v, b.v));
    [MethodImpl(Registers.Inline)] public static V1<T> LessOrEqual(V1<T> a, V1<T> b) => new(V128<T>.LessOrEqual(a.v, b.v));
    [MethodImpl(Registers.Inline)] public static V1<T> Equal(V1<T> a, V1<T> b) => new(V128<T>.Equal(a.v, b.v));
    // Only the lowest lane counts.
    [MethodImpl(Registers.Inline)] public static bool Any(V1<T> mask) => V128<T>.Any(new V128<T>(Vector128.CreateScalar(mask.v.Vector.ToScalar())));
    [MethodImpl(Registers.Inline)] public static V1<T> And(V1<T> a, V1<T> b) => new(V128<T>.And(a.v, b.v));
    [MethodImpl(Registers.Inline)] public static V1<T> Or(V1<T> a, V1<T> b) => new(V128<T>.Or(a.v, b.v));
    [MethodImpl(Registers.Inline)] public static V1<T> Xor(V1<T> a, V1<T> b) => new(V128<T>.Xor(a.v, b.v));
    [MethodImpl(Registers.Inline)] public static V1<T> AndNot(V1<T> a, V1<T> b) => new(V128<T>.AndNot(a.v, b.v));
    [MethodImpl(Registers.Inline)] public static V1<T> Not(V1<T> a) => new(V128<T>.Not(a.v));
    [MethodImpl(Registers.Inline)] public static V1<T> Select(V1<T> mask, V1<T> a, V1<T> b) => new(V128<T>.Select(mask.v, a.v, b.v));
    [MethodImpl(Registers.Inline)] public static V1<T> AddBits(V1<T> a, V1<T> b) => new(V128<T>.AddBits(a.v, b.v));
    [MethodImpl(Registers.Inline)] public static V1<T> SubtractBits(V1<T> a, V1<T> b) => new(V128<T>.SubtractBits(a.v, b.v));
    [MethodImpl(Registers.Inline)] public static V1<T> ShiftLeft(V1<T> a, int count) => new(V128<T>.ShiftLeft(a.v, count));
    [MethodImpl(Registers.Inline)] public static V1<T> ShiftRight(V1<T> a, int count) => new(V128<T>.ShiftRight(a.v, count));
    [MethodImpl(Registers.Inline)] public static V1<T> ShiftRightSigned(V1<T> a, int count) => new(V128<T>.ShiftRightSigned(a.v, count));
}
