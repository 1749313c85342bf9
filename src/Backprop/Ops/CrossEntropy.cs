using Backprop.Devices;

namespace Backprop.Ops;

/// <summary>
/// Softmax cross entropy of each row, y = ln Σⱼ eˣʲ − x[label], with x [rows, classes] and labels [rows] as int64; 0 for a row that is left out.
/// dx = (softmax(x) − onehot(label)) · dy.
/// </summary>
/// <param name="IgnoreIndex">The label of rows that are left out.</param>
public sealed record CrossEntropy(long IgnoreIndex) : Op
{
    /// <summary>The losses of the rows; the labels have been checked.</summary>
    internal static Tensor Call(Tensor x, Tensor labels, long ignoreIndex) => new CrossEntropy(ignoreIndex).Apply(x, Cast.Raw(labels, DType.Int64).Packed());

    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x) => [x[0].Shape[0]];

    /// <inheritdoc/>
    public override long Flops(ReadOnlySpan<Tensor> x, Tensor y) => 4L * x[0].Count;

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x) => Forward(x, out _);

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x, out Tensor? kept)
    {
        var rows = x[0].Shape[0];
        kept = new Tensor([2, rows], x[0].DType);
        var y = new Tensor([rows], x[0].DType);
        Cpu.CrossEntropy(x[0], x[1], IgnoreIndex, kept, y);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx)
    {
        Tensor x = node.Inputs[0], labels = node.Inputs[1];
        if (Recorder.Enabled || dy.DType != x.DType || node.Kept is not { } totals)
        {
            var ignored = labels.Equal(IgnoreIndex);
            var right = Tensor.OneHot(Tensor.Where(ignored, 0L, labels), x.Shape[1]).As(x.DType);
            dx[0] = (x.Softmax(1) - right) * dy.MaskedFill(ignored, 0).Unsqueeze(1);
            return;
        }
        var d = new Tensor(x.Shape, x.DType);
        Cpu.CrossEntropyPull(x, labels, IgnoreIndex, totals, dy, d);
        dx[0] = d;
    }
}
