namespace Backprop.Optimizers;

/// <summary>
/// Adam (Kingma, Ba 2014): m ← β₁m + (1 − β₁)g;  v ← β₂v + (1 − β₂)g²;  w ← w − η·m̂/(√v̂ + ε), with m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ).
/// Weight decay is added to the gradient; <see cref="AdamW"/> keeps it apart.
/// </summary>
public class Adam : Optimizer
{
    readonly Memory means = new(), squares = new();
    readonly double beta1, beta2, epsilon, weightDecay;

    /// <summary>Adam with the paper's constants unless told otherwise.</summary>
    public Adam(
        IEnumerable<Tensor> parameters, double learningRate = 0.001, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8, double weightDecay = 0)
        : base(parameters, learningRate) => (this.beta1, this.beta2, this.epsilon, this.weightDecay) = (beta1, beta2, epsilon, weightDecay);

    private protected virtual bool DecaysApart => false;

    private protected override void Update<T>(int index, Span<T> w, ReadOnlySpan<T> g)
    {
        Span<T> m = means.Of<T>(index, w.Length), v = squares.Of<T>(index, w.Length);
        T b1 = T.CreateChecked(beta1), b2 = T.CreateChecked(beta2), e = T.CreateChecked(epsilon);
        var step = T.CreateChecked(LearningRate / (1 - Math.Pow(beta1, Steps)));
        var scale = T.CreateChecked(1 / Math.Sqrt(1 - Math.Pow(beta2, Steps)));
        var keep = T.CreateChecked(DecaysApart ? 1 - LearningRate * weightDecay : 1);
        var decay = T.CreateChecked(DecaysApart ? 0 : weightDecay);
        for (var i = 0; i < w.Length; i++)
        {
            var gradient = g[i] + decay * w[i];
            m[i] = b1 * m[i] + (T.One - b1) * gradient;
            v[i] = b2 * v[i] + (T.One - b2) * gradient * gradient;
            w[i] = keep * w[i] - step * m[i] / (T.Sqrt(v[i]) * scale + e);
        }
    }
}

/// <summary>Adam with weight decay apart from the gradient: w ← (1 − ηλ)w before the step (Loshchilov, Hutter 2017).</summary>
public sealed class AdamW : Adam
{
    /// <summary>AdamW with PyTorch's constants unless told otherwise.</summary>
    public AdamW(
        IEnumerable<Tensor> parameters, double learningRate = 0.001, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8, double weightDecay = 0.01)
        : base(parameters, learningRate, beta1, beta2, epsilon, weightDecay)
    {
    }

    private protected override bool DecaysApart => true;
}
