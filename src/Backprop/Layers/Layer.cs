using Backprop.Autograd;
using Backprop.Ops;

namespace Backprop.Layers;

/// <summary>
/// An operation that remembers its last call, so that it can be driven by hand, forward and then backward. It is the tape's
/// own <see cref="Node"/>, kept in a field: one implementation, two ways to drive it.
/// </summary>
/// <param name="op">The operation.</param>
public abstract class Layer(Op op)
{
    Node? call;

    /// <summary>What messages call it: its class.</summary>
    public virtual string Name => GetType().Name;

    /// <summary>How many operands the last call had; 0 before the first.</summary>
    protected int OperandCount => call?.Inputs.Length ?? 0;

    /// <summary>The last call: its operands and its result.</summary>
    /// <exception cref="GradientException">Forward has not been called.</exception>
    protected Node LastCall => call ?? throw new GradientException(
        $"{Name}: nothing is remembered yet. Call Forward first; Backward uses what Forward remembers.");

    /// <summary>Whether this is the result of the last call.</summary>
    internal bool Remembers(Tensor y) => call is not null && ReferenceEquals(call.Output, y);

    /// <summary>Computes the result and remembers operands and result for <see cref="Pull"/>. The call before is forgotten.</summary>
    internal Tensor Push(params ReadOnlySpan<Tensor> x)
    {
        using var off = Tape.NoGrad();
        var y = op.Apply(x);
        call = new Node(op, x, y, all: true);
        return y;
    }

    /// <summary>The derivatives with respect to the operands of the last call. It may be asked again; nothing is changed.</summary>
    /// <exception cref="GradientException">Forward has not been called.</exception>
    /// <exception cref="ShapeException">dout has another shape than the last result.</exception>
    internal Tensor[] Pull(Tensor dout)
    {
        ArgumentNullException.ThrowIfNull(dout);
        var node = LastCall;
        if (dout.Shape != node.Output.Shape) throw new ShapeException(
            $"{Name}.Backward: dout has shape {dout.Shape} and the last Forward returned {node.Output.Shape}; they must be equal.");
        using var off = Tape.NoGrad();
        var dx = node.Backward(dout);
        var result = new Tensor[dx.Length];
        for (var i = 0; i < result.Length; i++) result[i] = dx[i] ?? Tensor.ZerosLike(node.Inputs[i]);
        return result;
    }
}

/// <summary>A layer of one operand.</summary>
/// <param name="op">The operation.</param>
public abstract class UnaryLayer(Op op) : Layer(op)
{
    /// <summary>Computes the result of x and remembers both.</summary>
    public Tensor Forward(Tensor x) => Push(x);

    /// <summary>The derivative with respect to the last x, from the derivative flowing in.</summary>
    /// <exception cref="GradientException">Forward has not been called.</exception>
    /// <exception cref="ShapeException">dout has another shape than the last result.</exception>
    public Tensor Backward(Tensor dout) => Pull(dout)[0];
}

/// <summary>A layer of two operands.</summary>
/// <param name="op">The operation.</param>
public abstract class BinaryLayer(Op op) : Layer(op)
{
    /// <summary>The first operand of the last call.</summary>
    public Tensor X => LastCall.Inputs[0];

    /// <summary>The second operand of the last call.</summary>
    public Tensor Y => LastCall.Inputs[1];

    /// <summary>Computes the result of x and y and remembers them.</summary>
    public Tensor Forward(Tensor x, Tensor y) => Push(x, y);

    /// <summary>The derivatives with respect to the last x and y, from the derivative flowing in.</summary>
    /// <exception cref="GradientException">Forward has not been called.</exception>
    /// <exception cref="ShapeException">dout has another shape than the last result.</exception>
    public (Tensor Dx, Tensor Dy) Backward(Tensor dout) => Pull(dout) is [var dx, var dy] ? (dx, dy) : default;
}
