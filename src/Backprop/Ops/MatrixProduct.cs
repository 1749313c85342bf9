using Backprop.Devices;

namespace Backprop.Ops;

/// <summary>
/// The matrix product Y = A·B of the last two axes; axes in front are broadcast.
/// dA = dY·Bᵀ, dB = Aᵀ·dY.  [..., m, k] · [..., k, n] → [..., m, n].
/// </summary>
public sealed record MatrixProduct : Op
{
    static readonly MatrixProduct plain = new();

    /// <inheritdoc/>
    public override string Name => "MatMul";

    /// <summary>
    /// A·B by NumPy's rules: a vector on the left is a row, on the right a column, and the axis it was given is dropped again.
    /// </summary>
    /// <exception cref="ShapeException">An operand is a scalar, or the inner sizes differ.</exception>
    public static Tensor Call(Tensor a, Tensor b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        if (a.Rank == 0 || b.Rank == 0)
            throw new ShapeException($"MatMul: cannot multiply {a.Shape} by {b.Shape}; both need at least one axis. Use * to scale.");
        if (a.Shape[-1] != b.Shape[b.Rank == 1 ? 0 : -2]) throw Mismatch(a.Shape, b.Shape);
        var product = plain.Apply(
            a.Rank == 1 ? Reshape.Call(a, [1, a.Count]) : a,
            b.Rank == 1 ? Reshape.Call(b, [b.Count, 1]) : b);
        if (a.Rank > 1 && b.Rank > 1) return product;
        var shape = product.Shape;
        if (b.Rank == 1) shape = shape.Without(shape.Rank - 1);
        if (a.Rank == 1) shape = shape.Without(shape.Rank - (b.Rank == 1 ? 1 : 2));
        return Reshape.Call(product, shape);
    }

    static ShapeException Mismatch(Shape a, Shape b)
    {
        int inner = a[-1], other = b[b.Rank == 1 ? 0 : -2];
        var hint = b.Rank >= 2 && b[-1] == inner ? "Did you mean b.T?"
            : a.Rank >= 2 && a[-2] == other ? "Did you mean a.T?"
            : $"The left side's last size must be the right side's {(b.Rank == 1 ? "only" : "second last")} one.";
        return new($"MatMul: cannot multiply {a} by {b}; the inner sizes {inner} and {other} differ. {hint}");
    }

    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x)
    {
        Shape a = x[0].Shape, b = x[1].Shape;
        if (a[-1] != b[-2]) throw Mismatch(a, b);
        if (a.Rank == 2 && b.Rank == 2) return Shape.Own([a[0], b[1]]);
        var batch = Shape.Broadcast(new(a.AsSpan()[..^2]), new(b.AsSpan()[..^2]), Name);
        return new([.. batch.AsSpan(), a[-2], b[-1]]);
    }

    /// <inheritdoc/>
    public override long Flops(ReadOnlySpan<Tensor> x, Tensor y) => 2L * y.Count * x[0].Shape[-1];

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x)
    {
        var dtype = DTypes.Meet(x);
        if (dtype == DType.Bool) throw NoBool(Name);
        var y = new Tensor(Infer(x), dtype);
        Cpu.MatMul(Cast.Raw(x[0], dtype), Cast.Raw(x[1], dtype), y);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx)
    {
        if (node.Needs(0)) dx[0] = plain.Apply(dy, Swapped(node.Inputs[1]));
        if (node.Needs(1)) dx[1] = plain.Apply(Swapped(node.Inputs[0]), dy);
    }

    internal static DTypeException NoBool(string name) =>
        new($"{name}: bool has no such operation; convert with As(DType.Int64) or As(DType.Float32).");

    /// <summary>The transpose of a matrix, for kernels.</summary>
    internal static Tensor Turned(Tensor x)
    {
        var strides = x.Strides;
        return x.View([x.Shape[1], x.Shape[0]], [strides[1], strides[0]], x.Offset);
    }

    /// <summary>The transpose of every matrix: the last two axes exchanged.</summary>
    internal static Tensor Swapped(Tensor x)
    {
        var axes = Enumerable.Range(0, x.Rank).ToArray();
        (axes[^1], axes[^2]) = (axes[^2], axes[^1]);
        return new Permute([.. axes]).Apply(x);
    }
}
