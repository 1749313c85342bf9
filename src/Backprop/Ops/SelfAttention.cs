using Backprop.Devices;

namespace Backprop.Ops;

/// <summary>
/// Attention of sequences to themselves in several heads (Vaswani et al. 2017): X [batch, length, 3·width] holds queries, keys and values side by side, in each of them
/// the heads side by side; Y [batch, length, width] what the heads return (<see cref="ScaledDotProduct"/>). Nothing is taken apart or put together in memory.
/// </summary>
/// <param name="Heads">How many heads the width is divided into.</param>
/// <param name="IsCausal">Whether a position sees only those before it and itself.</param>
/// <param name="BatchFirst">Whether X is [batch, length, …]; otherwise it is [length, batch, …].</param>
public sealed record SelfAttention(int Heads, bool IsCausal, bool BatchFirst) : Op
{
    /// <summary>Attention in several heads.</summary>
    /// <exception cref="ShapeException">X is not of rank 3, or its width not three times a multiple of the heads.</exception>
    /// <exception cref="DTypeException">The elements are not float32 or float64.</exception>
    public static Tensor Call(Tensor x, int heads, bool isCausal, bool batchFirst)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(heads, 1);
        return new SelfAttention(heads, isCausal, batchFirst).Apply(x);
    }

    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x)
    {
        var shape = x[0].Shape;
        if (shape.Rank != 3 || shape[2] % (3 * Heads) != 0) throw new ShapeException(
            $"SelfAttention: x has shape {shape}; for {Heads} heads it must be {(BatchFirst ? "[batch, length, 3·width]" : "[length, batch, 3·width]")} with a width divisible by {Heads}.");
        if (!x[0].DType.IsFloat()) throw DTypeException.NeedsFloat(Name, x[0].DType);
        return new(shape[0], shape[1], shape[2] / 3);
    }

    ScaledDotProduct Inner(Tensor x) => new(IsCausal, 1 / Math.Sqrt(Math.Max(1, x.Shape[2] / (3 * Heads))));

    /// <inheritdoc/>
    public override long Flops(ReadOnlySpan<Tensor> x, Tensor y)
    {
        var length = y.Shape[BatchFirst ? 1 : 0];
        return 4L * y.Count * length;
    }

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x) => Run(x, null);

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x, out Tensor? kept)
    {
        Infer(x);
        kept = LogSums(x[0]);
        return Run(x, kept);
    }

    (int Batch, int Length) Sizes(Shape x) => BatchFirst ? (x[0], x[1]) : (x[1], x[0]);

    Tensor LogSums(Tensor x)
    {
        var (batch, length) = Sizes(x.Shape);
        return new(new(batch, Heads, length), x.DType);
    }

    Tensor Run(ReadOnlySpan<Tensor> operands, Tensor? logSums)
    {
        var y = new Tensor(Infer(operands), operands[0].DType);
        var x = operands[0].Packed();
        // A single number has no memory to look at; it sees itself alone.
        if (y.Count == 1)
        {
            Tensor q = Part(x, 0, 3), one = new(q.Shape, x.DType);
            Cpu.Attention(q, Part(x, 1, 3), Part(x, 2, 3), null, IsCausal, Inner(x).Scale, one, logSums);
            return one.View(y.Shape, null, 0);
        }
        Cpu.Attention(Part(x, 0, 3), Part(x, 1, 3), Part(x, 2, 3), null, IsCausal, Inner(x).Scale, Part(y, 0, 1), logSums);
        return y;
    }

    // The heads [batch, heads, length, width / heads] of one of the parts that lie side by side in the last axis of a contiguous tensor.
    Tensor Part(Tensor x, int part, int parts)
    {
        var (batch, length) = Sizes(x.Shape);
        int line = x.Shape[2], width = line / parts, size = width / Heads;
        var (batchStride, lengthStride) = BatchFirst ? (length * line, line) : (line, batch * line);
        return x.View(new(batch, Heads, length, size), [batchStride, size, lengthStride, 1], x.Offset + part * width);
    }

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx)
    {
        Tensor x = node.Inputs[0], y = node.Output;
        if (Recorder.Enabled || dy.DType != y.DType || y.Count == 1)
        {
            dx[0] = Composed(x, dy);
            return;
        }
        var logSums = node.Kept;
        if (logSums is null)
        {
            // A call that was not recorded by the tape kept nothing.
            logSums = LogSums(x);
            Run([x], logSums);
        }
        x = x.Packed();
        var d = Tensor.Zeros(x.Shape, x.DType);
        Cpu.AttentionPull(
            Part(x, 0, 3), Part(x, 1, 3), Part(x, 2, 3), null, IsCausal, Inner(x).Scale, Part(y.Packed(), 0, 1), logSums, Part(dy.Packed(), 0, 1),
            Part(d, 0, 3), Part(d, 1, 3), Part(d, 2, 3), null);
        d.ForgetViews();
        dx[0] = d;
    }

    // The same by way of the parts, in tensors.
    Tensor Composed(Tensor x, Tensor dy)
    {
        var parts = x.Chunk(3, 2);
        Tensor q = Apart(parts[0]), k = Apart(parts[1]), v = Apart(parts[2]);
        var inner = Inner(x);
        var d = new Node(inner, [q, k, v], inner.Apply(q, k, v), all: true).Backward(Apart(dy));
        return Tensor.Concat([Together(d[0]!), Together(d[1]!), Together(d[2]!)], 2);
    }

    Tensor Apart(Tensor x)
    {
        var heads = x.Reshape(x.Shape[0], x.Shape[1], Heads, x.Shape[2] / Heads);
        return BatchFirst ? heads.Permute(0, 2, 1, 3) : heads.Permute(1, 2, 0, 3);
    }

    Tensor Together(Tensor heads)
    {
        var x = BatchFirst ? heads.Permute(0, 2, 1, 3) : heads.Permute(2, 0, 1, 3);
        return x.Reshape(x.Shape[0], x.Shape[1], x.Shape[2] * x.Shape[3]);
    }
}
