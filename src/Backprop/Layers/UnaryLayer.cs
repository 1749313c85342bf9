using Backprop.Ops;

namespace Backprop.Layers;

/// <summary>A layer of one operand.</summary>
public abstract class UnaryLayer : Layer
{
    /// <summary>A layer of one operation.</summary>
    protected UnaryLayer(Op op) : base(op)
    {
    }

    /// <summary>A layer of any function of a tensor and of the parameters that it closes over.</summary>
    protected UnaryLayer(Func<Tensor, Tensor> function, params Tensor[] parameters) : base(x => function(x[0]), parameters)
    {
    }

    /// <summary>A layer that overrides <see cref="Layer.Compute"/>.</summary>
    protected UnaryLayer(params Tensor[] parameters) : base(parameters)
    {
    }

    /// <summary>Computes the result of x and remembers both.</summary>
    public Tensor Forward(Tensor x) => Push(x);

    /// <summary>The derivative with respect to the last x, from the derivative flowing in.</summary>
    /// <exception cref="GradientException">Forward has not been called.</exception>
    /// <exception cref="ShapeException">dout has another shape than the last result.</exception>
    public Tensor Backward(Tensor dout) => Pull(dout)[0];
}
