using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Backprop.Devices;
using Backprop.Devices.Memory;
using Backprop.Ops;

namespace Backprop;

public sealed partial class Tensor
{
    /// <summary>
    /// The elements in row-major order. A contiguous tensor is read in place, a view with gaps is copied first.
    /// </summary>
    /// <exception cref="DTypeException">The elements are of another type.</exception>
    public ReadOnlySpan<T> AsSpan<T>() where T : unmanaged
    {
        var elements = Read<T>(nameof(AsSpan), out var read);
        // The span may outlive every tensor, so its memory is never used again.
        if (read.lease is { } handedOut) handedOut.Buffer.HasEscaped = true;
        GC.KeepAlive(read);
        return elements;
    }

    /// <summary>A copy of the elements in row-major order.</summary>
    /// <exception cref="DTypeException">The elements are of another type.</exception>
    public T[] ToArray<T>() where T : unmanaged
    {
        using var active = Activity.Begin();
        return Read<T>(nameof(ToArray), out _).ToArray();
    }

    // The span is valid as long as the tensor that is read lives, or until the end of the Activity.
    ReadOnlySpan<T> Read<T>(string operation, out Tensor read) where T : unmanaged
    {
        if (DTypes.Of<T>() != dtype) throw new DTypeException(
            $"{operation}: the elements are {dtype.Name()}, not {DTypes.Of<T>().Name()}; convert with As(DType.{DTypes.Of<T>()}).");
        return (read = Packed()).Elements<T>();
    }

    /// <summary>
    /// The elements with their shape as a span of System.Numerics.Tensors, which knows no scalars: one comes as a vector of one. A contiguous
    /// tensor is read in place, a view with gaps is copied first.
    /// </summary>
    /// <exception cref="DTypeException">The elements are of another type.</exception>
    public ReadOnlyTensorSpan<T> AsTensorSpan<T>() where T : unmanaged
    {
        var lengths = new nint[Math.Max(Rank, 1)];
        lengths[0] = 1;
        for (var i = 0; i < Rank; i++) lengths[i] = Shape[i];
        return new(AsSpan<T>(), lengths);
    }

    /// <summary>A copy of a matrix as an array [rows, columns].</summary>
    /// <exception cref="ShapeException">There are not two axes.</exception>
    /// <exception cref="DTypeException">The elements are of another type.</exception>
    public T[,] ToMatrix<T>() where T : unmanaged
    {
        if (Shape is not [var rows, var columns]) throw new ShapeException(
            $"ToMatrix: a matrix has two axes, and shape {Shape} has {Rank}; Reshape or Flatten it first.");
        using var active = Activity.Begin();
        var from = Read<T>(nameof(ToMatrix), out _);
        var y = new T[rows, columns];
        from.CopyTo(MemoryMarshal.CreateSpan(ref Unsafe.As<byte, T>(ref MemoryMarshal.GetArrayDataReference((Array)y)), y.Length));
        return y;
    }

    /// <summary>The one element as a double.</summary>
    /// <exception cref="ShapeException">There is not exactly one element.</exception>
    public double Item() => Item<double>();

    /// <summary>The one element, converted as a C# cast does.</summary>
    /// <exception cref="ShapeException">There is not exactly one element.</exception>
    public T Item<T>() where T : unmanaged
    {
        if (Count != 1) throw new ShapeException($"Item: a tensor of shape {Shape} has {Count} elements; Item needs exactly one.");
        var one = Cast.Raw(this, DTypes.Of<T>());
        var number = one.First<T>();
        GC.KeepAlive(one);
        return number;
    }

    /// <summary>This tensor if it has no gaps, else a copy without; not recorded.</summary>
    internal Tensor Packed()
    {
        if (IsContiguous) return this;
        using var active = Activity.Begin();
        var y = new Tensor(Shape, dtype);
        Cpu.Copy(this, y);
        return y;
    }

    internal Tensor MarkStrong()
    {
        flags &= ~TensorFlags.Weak;
        return this;
    }

    /// <summary>Whether shape, element type and every element agree; NaN equals NaN.</summary>
    public bool SequenceEqual(Tensor other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (Shape != other.Shape || dtype != other.dtype) return false;
        using var active = Activity.Begin();
        return dtype switch
        {
            DType.Float32 => Packed().Elements<float>().SequenceEqual(other.Packed().Elements<float>()),
            DType.Float64 => Packed().Elements<double>().SequenceEqual(other.Packed().Elements<double>()),
            _ => Packed().Bytes().SequenceEqual(other.Packed().Bytes()),
        };
    }

    /// <summary>
    /// Whether shapes agree and every element does within |a − b| ≤ atol + rtol·|b|. Infinities equal themselves; NaN equals
    /// nothing unless <paramref name="nanEqual"/>.
    /// </summary>
    public bool AllClose(Tensor other, double rtol = 1e-5, double atol = 1e-8, bool nanEqual = false)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (Shape != other.Shape) return false;
        using var active = Activity.Begin();
        ReadOnlySpan<double> a = Cast.Raw(this, DType.Float64).Packed().Elements<double>(), b = Cast.Raw(other, DType.Float64).Packed().Elements<double>();
        for (var i = 0; i < a.Length; i++)
        {
            if (a[i] == b[i] || (nanEqual && double.IsNaN(a[i]) && double.IsNaN(b[i]))) continue;
            if (!(Math.Abs(a[i] - b[i]) <= atol + rtol * Math.Abs(b[i])) || double.IsInfinity(b[i])) return false;
        }
        return true;
    }

    /// <summary>The elements as NumPy prints them.</summary>
    public override string ToString() => ToString(PrintOptions.Default);

    /// <summary>The elements as NumPy prints them, under the given options.</summary>
    public string ToString(PrintOptions options)
    {
        using var active = Activity.Begin();
        var x = Packed();
        var sizes = Shape.AsSpan();
        return dtype switch
        {
            DType.Float32 => Text.NumPyFormat.Format<float>(x.Elements<float>(), sizes, options),
            DType.Float64 => Text.NumPyFormat.Format<double>(x.Elements<double>(), sizes, options),
            DType.Int64 => Text.NumPyFormat.Format<long>(x.Elements<long>(), sizes, options),
            DType.Int32 => Text.NumPyFormat.Format<int>(x.Elements<int>(), sizes, options),
            DType.Int16 => Text.NumPyFormat.Format<short>(x.Elements<short>(), sizes, options),
            DType.Int8 => Text.NumPyFormat.Format<sbyte>(x.Elements<sbyte>(), sizes, options),
            DType.UInt8 => Text.NumPyFormat.Format<byte>(x.Elements<byte>(), sizes, options),
            _ => Text.NumPyFormat.Format<bool>(x.Elements<bool>(), sizes, options),
        };
    }
}
