using Backprop.Devices;

namespace Backprop.Ops;

/// <summary>
/// The affine map of the last axis Y = X·Wᵀ + b, in one pass.
/// dX = dY·W, dW = dYᵀ·X, db = Σ dY.  [..., inputs], [outputs, inputs], [outputs] → [..., outputs].
/// </summary>
public sealed record LinearMap : Op
{
    static readonly LinearMap plain = new();

    /// <inheritdoc/>
    public override string Name => "Linear";

    /// <summary>X·Wᵀ + b; without b for null.</summary>
    /// <exception cref="ShapeException">The sizes do not fit.</exception>
    public static Tensor Call(Tensor x, Tensor weight, Tensor? bias)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(weight);
        return bias is null ? plain.Apply(x, weight) : plain.Apply(x, weight, bias);
    }

    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x)
    {
        Shape shape = x[0].Shape, weight = x[1].Shape;
        if (weight.Rank != 2 || shape.Rank == 0 || shape[^1] != weight[1]) throw new ShapeException(
            $"Linear: x of shape {shape} does not fit a weight of shape {weight}; x is [..., inputs] and the weight [outputs, inputs].");
        if (x.Length > 2 && (x[2].Rank != 1 || x[2].Count != weight[0])) throw new ShapeException(
            $"Linear: a bias of shape {x[2].Shape} does not fit a weight of shape {weight}; it must be [{weight[0]}].");
        return shape.With(shape.Rank - 1, weight[0]);
    }

    /// <inheritdoc/>
    public override long Flops(ReadOnlySpan<Tensor> x, Tensor y) => (2L * x[1].Shape[1] + (x.Length > 2 ? 1 : 0)) * y.Count;

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x)
    {
        var shape = Infer(x);
        var dtype = DTypes.Meet(x);
        if (dtype == DType.Bool) throw MatrixProduct.NoBool(Name);
        Tensor rows = AsRows(Cast.Raw(x[0], dtype)), weight = Cast.Raw(x[1], dtype);
        var bias = x.Length > 2 ? Cast.Raw(x[2], dtype).Packed() : null;
        var y = new Tensor(shape, dtype);
        Cpu.MatMul(rows, MatrixProduct.Turned(weight), bias, 1, adds: false, y);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx)
    {
        Tensor x = node.Inputs[0], weight = node.Inputs[1];
        if (node.Needs(0)) dx[0] = MatrixProduct.Call(dy, weight);
        // One large product instead of a batch of small ones.
        if (node.Needs(1)) dx[1] = MatrixProduct.Call(MatrixProduct.Swapped(AsRows(dy)), AsRows(x));
        if (dx.Length > 2 && node.Needs(2)) dx[2] = dy;
    }

    // Every vector along the last axis is a row.
    static Tensor AsRows(Tensor x)
    {
        if (x.Rank == 2) return x;
        var rows = 1;
        foreach (var size in x.Shape.AsSpan()[..^1]) rows *= size;
        return Reshape.Call(x, [rows, x.Shape[^1]]);
    }
}
