namespace Backprop.Optimizers;

/// <summary>AdaGrad (Duchi et al. 2011): s ← s + g²;  w ← w − η·g/(√s + ε).</summary>
public sealed class AdaGrad : Optimizer
{
    readonly Memory squares = new();
    readonly double epsilon, weightDecay;

    /// <summary>AdaGrad with PyTorch's constants unless told otherwise.</summary>
    public AdaGrad(IEnumerable<Tensor> parameters, double learningRate = 0.01, double epsilon = 1e-10, double weightDecay = 0)
        : base(parameters, learningRate) => (this.epsilon, this.weightDecay) = (epsilon, weightDecay);

    private protected override void Update<T>(int index, Span<T> w, ReadOnlySpan<T> g)
    {
        var s = squares.Of<T>(index, w.Length);
        T rate = T.CreateChecked(LearningRate), e = T.CreateChecked(epsilon), decay = T.CreateChecked(weightDecay);
        for (var i = 0; i < w.Length; i++)
        {
            var gradient = g[i] + decay * w[i];
            s[i] += gradient * gradient;
            w[i] -= rate * gradient / (T.Sqrt(s[i]) + e);
        }
    }
}
