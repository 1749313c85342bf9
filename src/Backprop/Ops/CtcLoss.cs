using Backprop.Devices;

namespace Backprop.Ops;

/// <summary>
/// Connectionist temporal classification (Graves et al. 2006): y = −ln of the probability that labels drawn step by step, repeats taken as one and
/// blanks left out, read as the target. With γₜ the probability of standing at a place of the target at step t, given that it is read,
/// ∂y[n]/∂logs[t, n, k] = −Σ γₜ over the places that hold the label k.
/// Operands: the labels' log-probabilities [time, batch, classes], the targets [batch, places], how many steps each sequence has [batch] and how
/// many labels each target [batch].
/// </summary>
/// <param name="Blank">The class that stands for no label.</param>
/// <param name="ZeroInfinity">Whether a target that cannot be read in so few steps has loss and derivative 0, not ∞ and NaN.</param>
public sealed record CtcLoss(int Blank, bool ZeroInfinity) : Op
{
    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x) => x[0].Shape is [_, var batch, _] && x[1].Shape is [var rows, _] && rows == batch &&
        x[2].Shape == new Shape(batch) && x[3].Shape == new Shape(batch)
        ? [batch]
        : throw new ShapeException(
            $"CtcLoss: log-probabilities of shape {x[0].Shape}, targets of shape {x[1].Shape} and lengths of shapes {x[2].Shape} and {x[3].Shape} do not fit; " +
            "they must be [time, batch, classes], [batch, places], [batch] and [batch].");

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x) => Run(x, null);

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x, out Tensor? kept)
    {
        kept = Tensor.ZerosLike(x[0]);
        return Run(x, kept);
    }

    Tensor Run(ReadOnlySpan<Tensor> x, Tensor? slopes)
    {
        var y = new Tensor(Infer(x), x[0].DType);
        var target = new Target(x, Blank);
        Cpu.Alignments(x[0].Packed(), target.Symbols, target.MaySkip, target.IsEnd, Numbers(x[2]), ZeroInfinity, y, slopes);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx)
    {
        if (Recorder.Enabled || dy.DType != node.Output.DType)
        {
            dx[0] = Recorded(node, dy);
            return;
        }
        var slopes = node.Kept;
        if (slopes is null) Forward(node.Inputs, out slopes);
        // An infinite loss has no derivative, and one that does not count has none of it either way.
        dx[0] = slopes! * dy.Unsqueeze(-1);
    }

    static ReadOnlySpan<long> Numbers(Tensor x) => Cast.Raw(x, DType.Int64).Packed().Elements<long>();

    // The same computation with tensors, which has derivatives itself. What cannot be has a very small but finite logarithm, so that no
    // difference of infinities comes up.
    Tensor Recorded(Node node, Tensor dy)
    {
        const double never = -1e30;
        var logs = node.Inputs[0];
        var (time, batch) = (logs.Shape[0], logs.Shape[1]);
        if (time == 0) return Tensor.ZerosLike(logs);
        var target = new Target(node.Inputs, Blank);
        Tensor Mask(bool[] truths) => Tensor.From(truths, [batch, target.Width]);
        Tensor Logarithm(bool[] truths) => Tensor.Where(Mask(truths), 0.0, never).As(logs.DType);
        Tensor Moved(Tensor x, int places) => x.Pad([(places, -places)], value: never);

        Tensor exists = Mask(Array.ConvertAll(target.Symbols, s => s >= 0)), skip = Logarithm(target.MaySkip), end = Mask(target.IsEnd);
        var symbols = Tensor.From(Array.ConvertAll(target.Symbols, s => Math.Max(s, 0)), [batch, target.Width]).Expand(time, -1, -1);
        var emissions = Tensor.Where(exists, logs.Gather(2, symbols).Maximum(never), never);
        var taken = (Tensor.Arange(time).Unsqueeze(1) < node.Inputs[2]).Unsqueeze(2);
        Tensor[] forward = new Tensor[time], backward = new Tensor[time];
        Tensor front = Logarithm(target.IsStart), rear = Logarithm(target.IsEnd);
        for (var t = 0; t < time; t++)
        {
            var next = Joined(front, Moved(front, 1), Moved(front, 2) + skip) + emissions[t];
            forward[t] = front = Tensor.Where(taken[t], next, front);
        }
        for (var t = time - 1; t >= 0; t--)
        {
            backward[t] = rear;
            if (t == 0) break;
            var from = rear + emissions[t];
            rear = Tensor.Where(taken[t], Joined(from, Moved(from, -1), Moved(from + skip, -2)), rear);
        }
        var read = Tensor.Where(end, front, never).LogSumExp(1, keepDims: true);
        var standing = (Tensor.Stack(forward) + Tensor.Stack(backward) - read).Exp();
        standing = Tensor.Where(taken, standing.MaskedFill(read < 0.5 * never, ZeroInfinity ? 0 : double.NaN), 0.0);
        return ScatterAdd.Call(Tensor.Zeros(logs.Shape, logs.DType), 2, symbols, standing * -dy.Unsqueeze(-1));
    }

    static Tensor Joined(Tensor a, Tensor b, Tensor c)
    {
        var y = new Tensor[1];
        JoinedPaths.Run<TensorPlaces, Tensor>(new([a, b, c]), new(y));
        return y[0];
    }

    /// <summary>
    /// The targets with blanks before, between and after their labels, in rows of equal width. Every row has two more places in front: a path begins
    /// at the second, and to every place one may come from two places back.
    /// </summary>
    readonly struct Target
    {
        public Target(ReadOnlySpan<Tensor> x, int blank)
        {
            var (batch, places) = (x[1].Shape[0], x[1].Shape[1]);
            ReadOnlySpan<long> labels = Numbers(x[1]), counts = Numbers(x[3]);
            Width = 2 * places + 3;
            Symbols = new long[batch * Width];
            (MaySkip, IsStart, IsEnd) = (new bool[Symbols.Length], new bool[Symbols.Length], new bool[Symbols.Length]);
            Array.Fill(Symbols, -1);
            for (var n = 0; n < batch; n++)
            {
                int first = n * Width + 2, last = first + 2 * (int)counts[n];
                IsStart[first - 1] = IsEnd[last - 1] = IsEnd[last] = true;
                for (var i = first; i <= last; i++)
                {
                    var isLabel = (i - first) % 2 == 1;
                    Symbols[i] = isLabel ? labels[n * places + (i - first) / 2] : blank;
                    MaySkip[i] = isLabel && Symbols[i] != Symbols[i - 2];
                }
            }
        }

        public int Width { get; }

        /// <summary>The label or blank at each place, −1 where there is none.</summary>
        public long[] Symbols { get; }

        /// <summary>Where a path may leave out the blank before: at a label that differs from the one before that.</summary>
        public bool[] MaySkip { get; }

        public bool[] IsStart { get; }

        /// <summary>Where a path may end: at the last label and at the blank after it.</summary>
        public bool[] IsEnd { get; }
    }
}
