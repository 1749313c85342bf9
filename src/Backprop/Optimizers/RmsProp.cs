namespace Backprop.Optimizers;

/// <summary>RMSProp (Tieleman, Hinton 2012): s ← α·s + (1 − α)g²;  w ← w − η·g/(√s + ε).</summary>
public sealed class RmsProp : Optimizer
{
    readonly Memory squares = new();
    readonly double alpha, epsilon, weightDecay;

    /// <summary>RMSProp with PyTorch's constants unless told otherwise.</summary>
    public RmsProp(IEnumerable<Tensor> parameters, double learningRate = 0.01, double alpha = 0.99, double epsilon = 1e-8, double weightDecay = 0)
        : base(parameters, learningRate) => (this.alpha, this.epsilon, this.weightDecay) = (alpha, epsilon, weightDecay);

    private protected override void Update<T>(int index, Span<T> w, ReadOnlySpan<T> g)
    {
        var s = squares.Of<T>(index, w.Length);
        T rate = T.CreateChecked(LearningRate), e = T.CreateChecked(epsilon), keep = T.CreateChecked(alpha), decay = T.CreateChecked(weightDecay);
        for (var i = 0; i < w.Length; i++)
        {
            var gradient = g[i] + decay * w[i];
            s[i] = keep * s[i] + (T.One - keep) * gradient * gradient;
            w[i] -= rate * gradient / (T.Sqrt(s[i]) + e);
        }
    }
}
