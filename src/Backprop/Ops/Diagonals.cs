using Backprop.Devices;

namespace Backprop.Ops;

/// <summary>
/// The diagonal of two axes, as a view: y[…, i] = x[…, i, …, i + Offset, …]. The two axes go and the diagonal becomes the last one.
/// dx = dy on the diagonal, 0 elsewhere.
/// </summary>
/// <param name="Offset">How far to the right of the main diagonal; negative: below it.</param>
/// <param name="Axis0">The axis of the rows.</param>
/// <param name="Axis1">The axis of the columns.</param>
public sealed record Diagonal(int Offset, int Axis0, int Axis1) : Op
{
    /// <summary>The diagonal of two axes.</summary>
    /// <exception cref="ShapeException">An axis does not exist, or they are one.</exception>
    public static Tensor Call(Tensor x, int offset, int axis0, int axis1)
    {
        var (rows, columns) = AxesOf(x.Shape, axis0, axis1, nameof(Diagonal));
        return new Diagonal(offset, rows, columns).Apply(x);
    }

    internal static (int Rows, int Columns) AxesOf(Shape shape, int axis0, int axis1, string operation)
    {
        int rows = shape.Axis(axis0, operation), columns = shape.Axis(axis1, operation);
        return rows != columns ? (rows, columns) : throw new ShapeException(
            $"{operation}: a diagonal runs along two axes, and {axis0} and {axis1} are the same axis of shape {shape}.");
    }

    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x) => ShapeOf(x[0].Shape);

    Shape ShapeOf(Shape shape)
    {
        var (rows, columns) = AxesOf(shape, Axis0, Axis1, Name);
        var length = Math.Max(0, Offset >= 0
            ? (int)Math.Min(shape[rows], shape[columns] - (long)Offset)
            : (int)Math.Min(shape[rows] + (long)Offset, shape[columns]));
        return Shape.Own([.. Others(shape.AsSpan(), rows, columns), length]);
    }

    static int[] Others(ReadOnlySpan<int> perAxis, int rows, int columns)
    {
        var result = new List<int>(perAxis.Length);
        for (var i = 0; i < perAxis.Length; i++)
            if (i != rows && i != columns) result.Add(perAxis[i]);
        return result.ToArray();
    }

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x) => View(x[0]);

    internal Tensor View(Tensor x)
    {
        var shape = ShapeOf(x.Shape);
        var (rows, columns) = AxesOf(x.Shape, Axis0, Axis1, Name);
        var from = x.Strides;
        var start = shape.Count == 0 ? 0 : Offset >= 0 ? Offset * from[columns] : -Offset * from[rows];
        return x.View(shape, [.. Others(from, rows, columns), from[rows] + from[columns]], x.Offset + start);
    }

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx) =>
        dx[0] = new DiagonalEmbed(node.Inputs[0].Shape, Offset, Axis0, Axis1).Apply(dy);
}

/// <summary>The inverse of <see cref="Diagonal"/>: zeros of a larger shape with the operand's last axis on the diagonal of two axes.</summary>
/// <param name="Target">The larger shape.</param>
/// <param name="Offset">How far to the right of the main diagonal; negative: below it.</param>
/// <param name="Axis0">The axis of the rows in the larger shape.</param>
/// <param name="Axis1">The axis of the columns in the larger shape.</param>
public sealed record DiagonalEmbed(Shape Target, int Offset, int Axis0, int Axis1) : Op
{
    /// <summary>Square matrices, just large enough, with x's last axis on a diagonal.</summary>
    /// <exception cref="ShapeException">x is a scalar, or an axis does not exist in the result.</exception>
    public static Tensor Call(Tensor x, int offset, int axis0, int axis1)
    {
        if (x.Rank == 0) throw new ShapeException("DiagonalEmbed: a scalar has no last axis to put on a diagonal; Reshape(1) it first.");
        var size = x.Shape[-1] + Math.Abs(offset);
        var square = Shape.Own([.. x.Shape.AsSpan()[..^1], size, size]);
        var (rows, columns) = Diagonal.AxesOf(square, axis0, axis1, nameof(DiagonalEmbed));
        var sizes = x.Shape.AsSpan()[..^1].ToArray().ToList();
        sizes.Insert(Math.Min(rows, columns), size);
        sizes.Insert(Math.Max(rows, columns), size);
        return new DiagonalEmbed(new(sizes.ToArray()), offset, rows, columns).Apply(x);
    }

    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x) => Target;

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x)
    {
        var y = Tensor.Zeros(Target, x[0].DType);
        Cpu.CopyInto(x[0], new Diagonal(Offset, Axis0, Axis1).View(y), y);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx) => dx[0] = new Diagonal(Offset, Axis0, Axis1).Apply(dy);
}

/// <summary>
/// The triangle of every matrix in the last two axes: what is on a diagonal and below it (or above it) stays, the rest is 0.
/// dx = dy's same triangle.
/// </summary>
/// <param name="Diagonal">The last diagonal that stays: 0 is the main one, positive ones lie to its right.</param>
/// <param name="Upper">Whether the part above stays, not the part below.</param>
public sealed record Triangle(int Diagonal, bool Upper) : Op
{
    /// <inheritdoc/>
    public override string Name => Upper ? "Triu" : "Tril";

    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x) => x[0].Rank >= 2 ? x[0].Shape : throw new ShapeException(
        $"{Name}: a triangle is part of a matrix, and shape {x[0].Shape} has fewer than two axes.");

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x)
    {
        var y = new Tensor(Infer(x), x[0].DType);
        Cpu.KeepTriangle(x[0].Packed(), Diagonal, Upper, y);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx) => dx[0] = Apply(dy);
}
