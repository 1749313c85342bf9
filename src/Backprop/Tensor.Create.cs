using System.Numerics.Tensors;
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

    /// <summary>A tensor with a copy of an array of any rank.</summary>
    /// <exception cref="DTypeException">The array's elements are no numbers a tensor can hold.</exception>
    public static Tensor From(Array values)
    {
        ArgumentNullException.ThrowIfNull(values);
        var element = values.GetType().GetElementType();
        if (element == typeof(float)) return FromArray<float>(values);
        if (element == typeof(double)) return FromArray<double>(values);
        if (element == typeof(long)) return FromArray<long>(values);
        if (element == typeof(int)) return FromArray<int>(values);
        if (element == typeof(bool)) return FromArray<bool>(values);
        if (element == typeof(byte)) return FromArray<byte>(values);
        if (element == typeof(sbyte)) return FromArray<sbyte>(values);
        if (element == typeof(short)) return FromArray<short>(values);
        throw new DTypeException($"From: an array of {element?.Name} is no tensor; its elements must be float, double, sbyte, short, int, long, byte or bool" +
            (element is { IsArray: true } ? ", and an array of arrays must be made one array, such as T[,], first." : "."));
    }

    /// <summary>A tensor with a copy of a span of any rank from System.Numerics.Tensors.</summary>
    /// <exception cref="ShapeException">It has more elements than a tensor can hold.</exception>
    public static Tensor From<T>(in ReadOnlyTensorSpan<T> values) where T : unmanaged
    {
        var sizes = new int[values.Rank];
        for (var i = 0; i < sizes.Length; i++)
            sizes[i] = values.Lengths[i] <= int.MaxValue ? (int)values.Lengths[i] : throw new ShapeException(
                $"From: axis {i} has {values.Lengths[i]} elements; a tensor holds at most {int.MaxValue}.");
        var y = new Tensor(new(sizes), DTypes.Of<T>());
        values.FlattenTo(y.Elements<T>());
        return y;
    }

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
        var filled = Ops.Expand.Call(number.Detach().MarkStrong(), shape);
        var y = new Tensor(shape, filled.DType);
        Devices.Cpu.Copy(filled, y);
        return y;
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

    /// <summary>Sets one element of a new float tensor to 1.</summary>
    internal void SetOne(int place)
    {
        if (dtype == DType.Float32) Elements<float>()[place] = 1;
        else if (dtype == DType.Float64) Elements<double>()[place] = 1;
        else throw DTypeException.NeedsFloat(nameof(SetOne), dtype);
    }

    /// <summary>Zeros of another tensor's shape and element type.</summary>
    public static Tensor ZerosLike(Tensor x) => Zeros(x.Shape, x.DType);

    /// <summary>Ones of another tensor's shape and element type.</summary>
    public static Tensor OnesLike(Tensor x) => Ones(x.Shape, x.DType);

    /// <summary>A tensor of another's shape filled with one value, of its element type.</summary>
    public static Tensor FullLike(Tensor x, Tensor value) => Full(x.Shape, value, x.DType);

    // A literal 0 also converts to an enumeration: the priorities keep Arange(5, 0) from naming an element type.

    /// <summary>The whole numbers 0, 1, …, stop − 1; int64 unless said otherwise.</summary>
    public static Tensor Arange(long stop, DType dtype = DType.Int64) => Arange(0, stop, 1, dtype);

    /// <summary>The whole numbers start, start + step, … before stop; int64 unless said otherwise.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The step is 0.</exception>
    [OverloadResolutionPriority(1)]
    public static Tensor Arange(long start, long stop, long step = 1, DType dtype = DType.Int64)
    {
        if (step == 0) throw StepOfZero();
        var distance = (Int128)stop - start;
        var count = distance == 0 || distance > 0 != step > 0 ? 0 : (distance - Int128.Sign(distance)) / step + 1;
        var y = new Tensor([Counted(nameof(Arange), (double)count)], DType.Int64);
        var to = y.Elements<long>();
        for (var i = 0; i < to.Length; i++) to[i] = start + i * step;
        return Cast.Raw(y, dtype);
    }

    /// <summary>The numbers 0, 1, … before stop; float64 unless said otherwise.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The end is not finite.</exception>
    public static Tensor Arange(double stop, DType dtype = DType.Float64) => Arange(0, stop, 1, dtype);

    /// <summary>The numbers start + i·step before stop, ⌈(stop − start) / step⌉ of them; float64 unless said otherwise.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The step is 0, or a number is not finite.</exception>
    [OverloadResolutionPriority(1)]
    public static Tensor Arange(double start, double stop, double step = 1, DType dtype = DType.Float64)
    {
        if (step == 0) throw StepOfZero();
        var y = new Tensor([Counted(nameof(Arange), Math.Ceiling((stop - start) / step))], DType.Float64);
        var to = y.Elements<double>();
        for (var i = 0; i < to.Length; i++) to[i] = start + i * step;
        return Cast.Raw(y, dtype);
    }

    static ArgumentOutOfRangeException StepOfZero() => new(null, "Arange: the numbers cannot go in steps of 0; give a step above or below 0.");

    static int Counted(string operation, double count) => count <= int.MaxValue
        ? (int)Math.Max(count, 0)
        : throw new ArgumentOutOfRangeException(null, $"{operation}: {count} numbers are more than a tensor can hold; " +
            $"its ends and step must be finite and give at most {int.MaxValue}.");

    /// <summary>So many numbers from start to stop at equal distances, both ends included; float64 unless said otherwise.</summary>
    /// <param name="start">The first.</param>
    /// <param name="stop">The last.</param>
    /// <param name="count">How many.</param>
    /// <param name="endpoint">Whether the last is stop; else it is the one before.</param>
    /// <param name="dtype">The element type.</param>
    /// <exception cref="ArgumentOutOfRangeException">The count is negative.</exception>
    public static Tensor Linspace(double start, double stop, int count, bool endpoint = true, DType dtype = DType.Float64)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        var y = new Tensor([count], DType.Float64);
        var to = y.Elements<double>();
        var intervals = endpoint ? count - 1 : count;
        for (var i = 0; i < count; i++) to[i] = i == 0 ? start : i == intervals ? stop : start + (stop - start) * i / intervals;
        return Cast.Raw(y, dtype);
    }

    /// <summary>A matrix with ones on a diagonal and zeros elsewhere; square and float32 unless said otherwise.</summary>
    /// <param name="rows">How many rows.</param>
    /// <param name="columns">How many columns; as many as rows if left out.</param>
    /// <param name="offset">How far the diagonal lies to the right of the main one; negative: below it.</param>
    /// <param name="dtype">The element type.</param>
    /// <exception cref="ShapeException">A size is negative.</exception>
    public static Tensor Eye(int rows, int? columns = null, int offset = 0, DType dtype = DType.Float32)
    {
        Shape shape = [rows, columns ?? rows];
        var length = new Diagonal(offset, 0, 1).Infer([Zeros(Shape.Scalar, dtype).BroadcastTo(shape)]);
        return new DiagonalEmbed(shape, offset, 0, 1).Apply(Ones(length, dtype));
    }

    /// <summary>
    /// Vectors spread out over a grid: the k-th result has the sizes of all vectors and holds the k-th vector's element at [i, j, …] ("ij" order).
    /// Views.
    /// </summary>
    /// <exception cref="ShapeException">One is no vector.</exception>
    public static Tensor[] Meshgrid(params ReadOnlySpan<Tensor> vectors)
    {
        var sizes = new int[vectors.Length];
        for (var i = 0; i < sizes.Length; i++)
            sizes[i] = vectors[i].Rank == 1 ? vectors[i].Count : throw new ShapeException(
                $"Meshgrid: operand {i} has shape {vectors[i].Shape} and must be a vector.");
        var grids = new Tensor[sizes.Length];
        for (var i = 0; i < sizes.Length; i++)
        {
            var alone = new int[sizes.Length];
            alone.AsSpan().Fill(1);
            alone[i] = sizes[i];
            grids[i] = vectors[i].Reshape(alone).BroadcastTo(new(sizes));
        }
        return grids;
    }
}
