using Backprop.Ops;

namespace Backprop.Layers;

/// <summary>A layer of two operands.</summary>
public abstract class BinaryLayer : Layer
{
    /// <summary>A layer of one operation.</summary>
    protected BinaryLayer(Op op) : base(op)
    {
    }

    /// <summary>A layer of any function of two tensors and of the parameters that it closes over.</summary>
    protected BinaryLayer(Func<Tensor, Tensor, Tensor> function, params Tensor[] parameters) : base(x => function(x[0], x[1]), parameters)
    {
    }

    /// <summary>A layer that overrides <see cref="Layer.Compute"/>.</summary>
    protected BinaryLayer(params Tensor[] parameters) : base(parameters)
    {
    }

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
