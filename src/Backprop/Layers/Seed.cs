using Backprop.Ops;

namespace Backprop.Layers;

/// <summary>x·y. Backward: (dout·y, dout·x).</summary>
public sealed class MulLayer() : BinaryLayer(new Binary<Multiply>(default));

/// <summary>x + y. Backward: (dout, dout).</summary>
public sealed class AddLayer() : BinaryLayer(new Binary<Add>(default));

/// <summary>x where x &gt; 0, else 0. Backward: dout where x &gt; 0, else 0, even where dout is NaN.</summary>
public sealed class ReLU() : UnaryLayer(new Unary<Relu>(default))
{
    /// <summary>True where the last x was ≤ 0: there nothing passes.</summary>
    public Tensor Mask => LastCall.Inputs[0] <= 0.0;
}

/// <summary>σ(x) = 1 / (1 + e⁻ˣ). Backward: dout·σ·(1 − σ).</summary>
public sealed class Sigmoid() : UnaryLayer(new Unary<Logistic>(default))
{
    /// <summary>The last result, which is all that Backward needs.</summary>
    public Tensor Output => LastCall.Output;
}
