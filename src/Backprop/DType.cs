using System.Numerics;
using System.Runtime.CompilerServices;

namespace Backprop;

/// <summary>The type of a tensor's elements.</summary>
public enum DType : byte
{
    /// <summary>True or false, one byte.</summary>
    Bool,
    /// <summary>Unsigned whole numbers of 8 bits.</summary>
    UInt8,
    /// <summary>Whole numbers of 8 bits.</summary>
    Int8,
    /// <summary>Whole numbers of 16 bits.</summary>
    Int16,
    /// <summary>Whole numbers of 32 bits.</summary>
    Int32,
    /// <summary>Whole numbers of 64 bits: what indices and counts are.</summary>
    Int64,
    /// <summary>Single precision, IEEE 754 binary32: what networks are trained in.</summary>
    Float32,
    /// <summary>Double precision, IEEE 754 binary64: what gradients are checked in.</summary>
    Float64,
}

/// <summary>Facts about element types, and how two of them meet.</summary>
public static class DTypes
{
    /// <summary>Bytes an element takes.</summary>
    public static int Size(this DType dtype) => dtype switch
    {
        DType.Bool or DType.UInt8 or DType.Int8 => 1,
        DType.Int16 => 2,
        DType.Int32 or DType.Float32 => 4,
        _ => 8,
    };

    /// <summary>Whether it is float32 or float64: only such tensors have gradients.</summary>
    public static bool IsFloat(this DType dtype) => dtype >= DType.Float32;

    /// <summary>Whether it is a whole-number type (bool is not).</summary>
    public static bool IsInteger(this DType dtype) => dtype is > DType.Bool and < DType.Float32;

    /// <summary>The name as NumPy writes it: <c>float32</c>.</summary>
    public static string Name(this DType dtype) => dtype switch
    {
        DType.Bool => "bool",
        DType.UInt8 => "uint8",
        DType.Int8 => "int8",
        DType.Int16 => "int16",
        DType.Int32 => "int32",
        DType.Int64 => "int64",
        DType.Float32 => "float32",
        _ => "float64",
    };

    /// <summary>The element type that holds the .NET type <typeparamref name="T"/>.</summary>
    /// <exception cref="DTypeException">No element type is that .NET type.</exception>
    public static DType Of<T>()
    {
        if (typeof(T) == typeof(float)) return DType.Float32;
        if (typeof(T) == typeof(double)) return DType.Float64;
        if (typeof(T) == typeof(long)) return DType.Int64;
        if (typeof(T) == typeof(int)) return DType.Int32;
        if (typeof(T) == typeof(bool)) return DType.Bool;
        if (typeof(T) == typeof(byte)) return DType.UInt8;
        if (typeof(T) == typeof(sbyte)) return DType.Int8;
        if (typeof(T) == typeof(short)) return DType.Int16;
        throw new DTypeException($"No tensor has elements of .NET type {typeof(T).Name}; " +
            "use float, double, sbyte, short, int, long, byte or bool.");
    }

    /// <summary>
    /// The type in which an <paramref name="a"/> and a <paramref name="b"/> meet: the smallest that holds both, by NumPy's
    /// rules (int32 with float32 gives float64, uint8 with int8 gives int16).
    /// </summary>
    public static DType Promote(DType a, DType b)
    {
        if (a == b) return a;
        var (low, high) = a < b ? (a, b) : (b, a);
        if (low == DType.Bool) return high;
        if (high == DType.Float32) return low is DType.Int32 or DType.Int64 ? DType.Float64 : DType.Float32;
        return low == DType.UInt8 && high == DType.Int8 ? DType.Int16 : high;
    }

    /// <summary>
    /// The same where one side may be weak: a weak side adopts the other's type unless its kind (bool, whole, float) is the
    /// higher one, as NumPy does with Python's numbers. (An int64 with the literal 1.5f gives float64 then, not float32.)
    /// </summary>
    internal static DType Promote(DType a, bool aWeak, DType b, bool bWeak)
    {
        if (a == b) return a;
        if (aWeak == bWeak) return Promote(a, b);
        var (weak, strong) = aWeak ? (a, b) : (b, a);
        return Kind(weak) <= Kind(strong) ? strong : Promote(strong, weak);
    }

    /// <summary>The type in which all operands meet.</summary>
    internal static DType Meet(ReadOnlySpan<Tensor> x)
    {
        var (dtype, weak) = (x[0].DType, x[0].IsWeak);
        foreach (var t in x[1..]) (dtype, weak) = (Promote(dtype, weak, t.DType, t.IsWeak), weak && t.IsWeak);
        return dtype;
    }

    /// <summary>
    /// The type in which two operands are compared: that in which they meet, unless a whole literal does not fit into it: every uint8 is
    /// above −1.
    /// </summary>
    internal static DType MeetExactly(Tensor a, Tensor b)
    {
        var dtype = Promote(a.DType, a.IsWeak, b.DType, b.IsWeak);
        return Fits(a, dtype) && Fits(b, dtype) ? dtype : DType.Int64;
    }

    static bool Fits(Tensor x, DType dtype) => !x.IsWeak || x.DType != DType.Int64 || !dtype.IsInteger() || dtype == DType.Int64
        || Ops.Cast.Raw(Ops.Cast.Raw(x, dtype), DType.Int64).SequenceEqual(x);

    static int Kind(DType dtype) => dtype.IsFloat() ? 2 : dtype == DType.Bool ? 0 : 1;

    /// <summary>Runs <paramref name="action"/> with the .NET type of the elements; bool runs as byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Dispatch<A>(this DType dtype, ref A action) where A : struct, ITypedAction, allows ref struct
    {
        switch (dtype)
        {
            case DType.Float32: action.Run<float>(); break;
            case DType.Float64: action.Run<double>(); break;
            case DType.Int64: action.Run<long>(); break;
            case DType.Int32: action.Run<int>(); break;
            case DType.Int16: action.Run<short>(); break;
            case DType.Int8: action.Run<sbyte>(); break;
            default: action.Run<byte>(); break;
        }
    }

    /// <summary>The same for the two float types; others are refused by name.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void DispatchFloat<A>(this DType dtype, string operation, ref A action)
        where A : struct, IFloatAction, allows ref struct
    {
        if (dtype == DType.Float32) action.Run<float>();
        else if (dtype == DType.Float64) action.Run<double>();
        else throw DTypeException.NeedsFloat(operation, dtype);
    }
}

/// <summary>Work to be done in whatever .NET type the elements have.</summary>
internal interface ITypedAction
{
    void Run<T>() where T : unmanaged, INumber<T>;
}

/// <summary>Work to be done in float or double.</summary>
internal interface IFloatAction
{
    void Run<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T>;
}
