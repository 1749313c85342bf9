using Backprop.Devices;

namespace Backprop.Ops;

/// <summary>
/// y = eˣ / Σ eˣ along an axis: shares that add up to 1, found by way of the largest x so that nothing overflows.
/// dx = y · (dy − Σ dy·y).
/// </summary>
/// <param name="Axis">The axis along which the shares add up to 1.</param>
public sealed record Softmax(int Axis) : Op
{
    /// <summary>The softmax along an axis; whole numbers as float64.</summary>
    public static Tensor Call(Tensor x, int axis) => new Softmax(x.Shape.Axis(axis, nameof(Softmax))).Apply(Reduction.Float(x));

    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x) => x[0].Shape;

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x)
    {
        var y = new Tensor(x[0].Shape, x[0].DType);
        Cpu.Softmax(x[0], x[0].Shape.Axis(Axis, Name), y);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx)
    {
        var y = node.Output;
        var axis = y.Shape.Axis(Axis, Name);
        if (Recorder.Enabled || dy.DType != y.DType)
        {
            dx[0] = y * (dy - (dy * y).Sum(axis, keepDims: true));
            return;
        }
        var d = new Tensor(y.Shape, y.DType);
        Cpu.SoftmaxPull(y, dy, axis, d);
        dx[0] = d;
    }
}

/// <summary>
/// y = x − ln Σ eˣ along an axis: the logarithm of the softmax, accurate also where that rounds to 0.
/// dx = dy − eʸ · Σ dy.
/// </summary>
/// <param name="Axis">The axis along which eʸ adds up to 1.</param>
public sealed record LogSoftmax(int Axis) : Op
{
    /// <summary>The logarithm of the softmax along an axis; whole numbers as float64.</summary>
    public static Tensor Call(Tensor x, int axis) => new LogSoftmax(x.Shape.Axis(axis, nameof(LogSoftmax))).Apply(Reduction.Float(x));

    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x) => x[0].Shape;

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x)
    {
        var y = new Tensor(x[0].Shape, x[0].DType);
        Cpu.LogSoftmax(x[0], x[0].Shape.Axis(Axis, Name), y);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx)
    {
        var y = node.Output;
        var axis = y.Shape.Axis(Axis, Name);
        if (Recorder.Enabled || dy.DType != y.DType)
        {
            dx[0] = dy - y.Exp() * dy.Sum(axis, keepDims: true);
            return;
        }
        var d = new Tensor(y.Shape, y.DType);
        Cpu.LogSoftmaxPull(y, dy, axis, d);
        dx[0] = d;
    }
}
