using Backprop.Devices;

namespace Backprop.Ops;

/// <summary>
/// Scaled dot-product attention (Vaswani et al. 2017): Y = P·V with P = softmax(scale · Q·Kᵀ + mask) of each row.
/// dV = Pᵀ·dY, dS = P·(dY·Vᵀ − Σ dY·Y), dQ = scale · dS·K, dK = scale · dSᵀ·Q.
/// Q [batch…, m, d], K [batch…, n, d], V [batch…, n, e] → [batch…, m, e]. P is never in memory as a whole.
/// </summary>
/// <param name="IsCausal">Whether row i sees the keys 0 to i only.</param>
/// <param name="Scale">What scores are multiplied by.</param>
public sealed record ScaledDotProduct(bool IsCausal, double Scale) : Op
{
    /// <summary>Attention; a mask is bool (true: may be seen) or is added to the scores. A row that sees nothing becomes 0.</summary>
    /// <exception cref="ShapeException">The shapes do not fit; the message says what would.</exception>
    /// <exception cref="DTypeException">The mask is neither bool nor of the operands' precision.</exception>
    public static Tensor Call(Tensor q, Tensor k, Tensor v, Tensor? mask, bool isCausal, double? scale)
    {
        ArgumentNullException.ThrowIfNull(q);
        ArgumentNullException.ThrowIfNull(k);
        ArgumentNullException.ThrowIfNull(v);
        var op = For(q, isCausal, scale);
        return mask is null ? op.Apply(q, k, v) : op.Apply(q, k, v, mask);
    }

    static ScaledDotProduct For(Tensor q, bool isCausal, double? scale) => new(isCausal, scale ?? 1 / Math.Sqrt(q.Rank == 0 ? 1 : q.Shape[^1]));

    /// <summary>P itself, composed of tensors: memory grows with the product of the lengths.</summary>
    public static Tensor Weights(Tensor q, Tensor k, Tensor? mask, bool isCausal, double? scale)
    {
        var op = For(q, isCausal, scale);
        op.Infer(mask is null ? [q, k, k] : [q, k, k, mask]);
        return op.Weights(q, k, mask);
    }

    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x)
    {
        Shape q = x[0].Shape, k = x[1].Shape, v = x[2].Shape;
        if (q.Rank < 2 || k.Rank < 2 || v.Rank < 2 || q[^1] != k[^1] || k[^2] != v[^2]) throw new ShapeException(
            $"ScaledDotProduct: a query {q}, a key {k} and a value {v} do not fit; they are [..., m, d], [..., n, d] and [..., n, e].");
        var batch = Batch(x);
        if (x.Length > 3)
        {
            Shape scores = new([.. batch.AsSpan(), q[^2], k[^2]]);
            if (!x[3].Shape.FitsInto(scores)) throw new ShapeException(
                $"ScaledDotProduct: a mask {x[3].Shape} does not broadcast to the scores {scores} of a query {q} and a key {k}.");
            if (x[3].DType != DType.Bool && !x[3].DType.IsFloat()) throw new DTypeException(
                $"ScaledDotProduct: a mask is bool (true: may be seen) or is added as float, and got {x[3].DType.Name()}.");
        }
        return new([.. batch.AsSpan(), q[^2], v[^1]]);
    }

    Shape Batch(ReadOnlySpan<Tensor> x)
    {
        static Shape Front(Tensor t) => new(t.Shape.AsSpan()[..^2]);
        return Shape.Broadcast(Shape.Broadcast(Front(x[0]), Front(x[1]), Name), Front(x[2]), Name);
    }

    /// <inheritdoc/>
    public override long Flops(ReadOnlySpan<Tensor> x, Tensor y) => 2L * (y.Count / Math.Max(1, y.Shape[^1])) * x[1].Shape[^2] * (x[0].Shape[^1] + y.Shape[^1] + 2);

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x) => Run(x, null);

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x, out Tensor? kept)
    {
        var shape = Infer(x);
        kept = new Tensor(new(shape.AsSpan()[..^1]), Precision(x));
        return Run(x, kept);
    }

    Tensor Run(ReadOnlySpan<Tensor> x, Tensor? logSums)
    {
        var y = new Tensor(Infer(x), Precision(x));
        var (q, k, v, mask) = Spread(x, y.DType);
        Cpu.Attention(q, k, v, mask, IsCausal, Scale, y, logSums);
        return y;
    }

    static DType Precision(ReadOnlySpan<Tensor> x) => DTypes.Meet(x[..3]) is var dtype && dtype.IsFloat() ? dtype : DType.Float64;

    // All with the batch's axes, so that kernels need one index for them.
    (Tensor Q, Tensor K, Tensor V, Tensor? Mask) Spread(ReadOnlySpan<Tensor> x, DType dtype)
    {
        var batch = Batch(x);
        Tensor Wide(Tensor t, int rows, int columns) => t.Expand(new Shape([.. batch.AsSpan(), rows, columns]).AsSpan());
        Tensor Matrices(Tensor t) => Wide(Cast.Raw(t, dtype), t.Shape[^2], t.Shape[^1]);
        var mask = x.Length < 4 ? null : x[3].DType == DType.Bool ? x[3] : Cast.Raw(x[3], dtype);
        return (Matrices(x[0]), Matrices(x[1]), Matrices(x[2]), mask is null ? null : Wide(mask, x[0].Shape[^2], x[1].Shape[^2]));
    }

    Tensor Weights(Tensor q, Tensor k, Tensor? mask)
    {
        var scores = q.MatMul(MatrixProduct.Swapped(k)) * Scale;
        if (mask is not null && mask.DType.IsFloat()) scores += mask;
        var allowed = mask?.DType == DType.Bool ? mask : null;
        if (IsCausal)
        {
            var below = Tensor.Ones([q.Shape[^2], k.Shape[^2]], DType.Bool).Tril();
            allowed = allowed is null ? below : allowed & below;
        }
        if (allowed is null) return scores.Softmax(-1);
        var sees = allowed.Any(-1, keepDims: true);
        return scores.MaskedFill(!allowed & sees, double.NegativeInfinity).Softmax(-1) * sees.As(scores.DType);
    }

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx)
    {
        var x = node.Inputs;
        Tensor q = x[0], k = x[1], v = x[2];
        var added = x.Length > 3 && x[3].DType.IsFloat();
        var y = node.Output;
        if (Recorder.Enabled || dy.DType != y.DType)
        {
            var p = Weights(q, k, x.Length > 3 ? x[3] : null);
            var dp = dy.MatMul(MatrixProduct.Swapped(v));
            var ds = p * (dp - (dp * p).Sum(-1, keepDims: true));
            if (node.Needs(0)) dx[0] = ds.MatMul(k) * Scale;
            if (node.Needs(1)) dx[1] = MatrixProduct.Swapped(ds).MatMul(q) * Scale;
            if (node.Needs(2)) dx[2] = MatrixProduct.Swapped(p).MatMul(dy);
            if (added && node.Needs(3)) dx[3] = ds;
            return;
        }
        var spread = Spread(x, y.DType);
        Tensor Like(Tensor t) => new(t.Shape, y.DType);
        Tensor Zeros(Tensor t) => Tensor.Zeros(t.Shape, y.DType);
        Tensor dq = Zeros(spread.Q), dk = Zeros(spread.K), dv = Zeros(spread.V);
        var dMask = added && node.Needs(3) ? Like(spread.Mask!) : null;
        var logSums = node.Kept;
        if (logSums is null)
        {
            // A call that was not recorded by the tape kept nothing.
            logSums = new Tensor(new(y.Shape.AsSpan()[..^1]), y.DType);
            Cpu.Attention(spread.Q, spread.K, spread.V, spread.Mask, IsCausal, Scale, Like(y), logSums);
        }
        Cpu.AttentionPull(spread.Q, spread.K, spread.V, spread.Mask, IsCausal, Scale, y.Packed(), logSums, dy.Packed(), dq, dk, dv, dMask);
        (dx[0], dx[1], dx[2]) = (dq, dk, dv);
        if (dMask is not null) dx[3] = dMask;
    }
}
