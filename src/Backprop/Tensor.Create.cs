using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Backprop.Ops;

namespace Backprop;

public sealed partial class Tensor
{
    /// <summary>A scalar of the element type that holds <typeparamref name="T"/>; not weak.</summary>
    public static Tensor Scalar<T>(T value) where T : unmanaged
    {
        var y = new Tensor(Shape.Scalar, DTypes.Of<T>());
        y.First<T>() = value;
        return y;
    }

    internal static Tensor Single(double value, bool weak)
    {
        var y = new Tensor(Shape.Scalar, DType.Float64);
        y.First<double>() = value;
        return y.MarkWeak(weak);
    }

    /// <summary>A vector with a copy of the values.</summary>
    public static Tensor From<T>(T[] values) where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(values);
        return From(values.AsSpan(), [values.Length]);
    }

    /// <summary>A tensor with a copy of the values, given in row-major order.</summary>
    /// <exception cref="ShapeException">The shape has another number of elements.</exception>
    public static Tensor From<T>(ReadOnlySpan<T> values, Shape shape) where T : unmanaged
    {
        if (values.Length != shape.Count)
            throw new ShapeException($"From: {values.Length} values do not fill the shape {shape}, which has {shape.Count} elements.");
        var y = new Tensor(shape, DTypes.Of<T>());
        values.CopyTo(y.Elements<T>());
        return y;
    }

    /// <summary>A tensor with a copy of the values, given in row-major order.</summary>
    /// <exception cref="ShapeException">The shape has another number of elements.</exception>
    public static Tensor From<T>(T[] values, Shape shape) where T : unmanaged => From(values.AsSpan(), shape);

    /// <summary>A matrix with a copy of the values.</summary>
    public static Tensor From<T>(T[,] values) where T : unmanaged => FromArray<T>(values);

    /// <summary>A tensor of rank 3 with a copy of the values.</summary>
    public static Tensor From<T>(T[,,] values) where T : unmanaged => FromArray<T>(values);

    /// <summary>A tensor of rank 4 with a copy of the values.</summary>
    public static Tensor From<T>(T[,,,] values) where T : unmanaged => FromArray<T>(values);

    static Tensor FromArray<T>(Array values) where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(values);
        var sizes = new int[values.Rank];
        for (var i = 0; i < sizes.Length; i++) sizes[i] = values.GetLength(i);
        var first = MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<byte, T>(ref MemoryMarshal.GetArrayDataReference(values)), values.Length);
        return From(first, Shape.Own(sizes));
    }

    /// <summary>A tensor filled with one value, of the element type given or the value's own.</summary>
    public static Tensor Full(Shape shape, Tensor value, DType? dtype = null)
    {
        ArgumentNullException.ThrowIfNull(value);
        var number = Cast.Raw(value, dtype ?? value.DType);
        return Expand.Call(number.Detach().MarkStrong(), shape).Packed();
    }

    /// <summary>A tensor of zeros; float32 unless said otherwise.</summary>
    public static Tensor Zeros(Shape shape, DType dtype = DType.Float32)
    {
        var y = new Tensor(shape, dtype);
        y.Bytes().Clear();
        return y;
    }

    /// <summary>A tensor of ones; float32 unless said otherwise.</summary>
    public static Tensor Ones(Shape shape, DType dtype = DType.Float32) => Full(shape, 1L, dtype);

    /// <summary>Sets one element of a new tensor to 1.</summary>
    internal void SetOne(int place)
    {
        if (dtype == DType.Float32) Elements<float>()[place] = 1;
        else Elements<double>()[place] = 1;
    }

    /// <summary>Zeros of another tensor's shape and element type.</summary>
    public static Tensor ZerosLike(Tensor x) => Zeros(x.Shape, x.DType);

    /// <summary>Ones of another tensor's shape and element type.</summary>
    public static Tensor OnesLike(Tensor x) => Ones(x.Shape, x.DType);
}
