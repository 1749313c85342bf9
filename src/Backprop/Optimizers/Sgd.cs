namespace Backprop.Optimizers;

/// <summary>
/// Stochastic gradient descent: g ← g + λw;  v ← μv + g;  w ← w − η·v, with learning rate η, momentum μ and weight decay λ.
/// </summary>
public sealed class Sgd : Optimizer
{
    readonly Memory velocities = new();
    readonly double momentum, weightDecay;

    /// <summary>Plain descent, or with momentum and weight decay.</summary>
    public Sgd(IEnumerable<Tensor> parameters, double learningRate = 0.1, double momentum = 0, double weightDecay = 0)
        : base(parameters, learningRate) => (this.momentum, this.weightDecay) = (momentum, weightDecay);

    private protected override void Update<T>(int index, Span<T> w, ReadOnlySpan<T> g)
    {
        T rate = T.CreateChecked(LearningRate), decay = T.CreateChecked(weightDecay), keep = T.CreateChecked(momentum);
        var v = momentum == 0 ? default : velocities.Of<T>(index, w.Length);
        for (var i = 0; i < w.Length; i++)
        {
            var step = g[i] + decay * w[i];
            if (!v.IsEmpty) step = v[i] = keep * v[i] + step;
            w[i] -= rate * step;
        }
    }
}
