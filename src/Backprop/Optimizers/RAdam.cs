using System.Runtime.CompilerServices;
using Backprop.Formulas;

namespace Backprop.Optimizers;

/// <summary>
/// RAdam (Liu et al. 2019), Adam whose second moment waits until its variance is known: with ρ∞ = 2/(1 − β₂) − 1 and ρₜ = ρ∞ − 2tβ₂ᵗ/(1 − β₂ᵗ),
/// w ← w − η·m̂ while ρₜ ≤ 5, and then w ← w − η·r·m̂/√v̂ with r² = (ρₜ − 4)(ρₜ − 2)ρ∞ / ((ρ∞ − 4)(ρ∞ − 2)ρₜ).
/// </summary>
public sealed class RAdam : Optimizer
{
    readonly double beta2, epsilon;
    double beta1;

    /// <summary>RAdam with PyTorch's constants unless told otherwise.</summary>
    /// <param name="parameters">What is trained, as <c>model.Parameters</c>.</param>
    /// <param name="learningRate">η.</param>
    /// <param name="beta1">β₁.</param>
    /// <param name="beta2">β₂.</param>
    /// <param name="epsilon">ε.</param>
    /// <param name="weightDecay">λ.</param>
    /// <exception cref="ArgumentException">A parameter cannot be trained.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option has no meaning; the message tells its range.</exception>
    public RAdam(
        IEnumerable<Tensor> parameters, double learningRate = 0.001, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8, double weightDecay = 0)
        : base(parameters, learningRate, weightDecay) =>
        (this.beta1, this.beta2, this.epsilon) = (Option.Fraction(beta1, Name), Option.Fraction(beta2, Name), Option.NotNegative(epsilon, Name));

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Memories { get; } = ["mean", "square"];

    /// <summary>Sets β₁.</summary>
    protected internal override void SetMomentum(double momentum) => beta1 = Option.Fraction(momentum, Name);

    /// <inheritdoc/>
    protected override void Update(ParameterSlot p)
    {
        double power = Math.Pow(beta2, p.Step), rate = p.LearningRate / (1 - Math.Pow(beta1, p.Step));
        double end = 2 / (1 - beta2) - 1, rho = end - 2 * p.Step * power / (1 - power);
        if (rho <= 5)
        {
            p.Run(new Early(rate, beta1, beta2, p.WeightDecay));
            return;
        }
        var rectified = Math.Sqrt((rho - 4) * (rho - 2) * end / ((end - 4) * (end - 2) * rho));
        p.Run(new Late(rate * rectified * Math.Sqrt(1 - power), beta1, beta2, epsilon, p.WeightDecay));
    }

    readonly record struct Early(double Rate, double Beta1, double Beta2, double Decay) : IUpdateRule
    {
        public static int Memories => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Next<V>(V w, V g, ref V m, ref V v, ref V c) where V : IReal<V>
        {
            g += Decay * w;
            m = Beta1 * m + (1 - Beta1) * g;
            v = Beta2 * v + (1 - Beta2) * g * g;
            return w - Rate * m;
        }
    }

    readonly record struct Late(double Rate, double Beta1, double Beta2, double Epsilon, double Decay) : IUpdateRule
    {
        public static int Memories => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Next<V>(V w, V g, ref V m, ref V v, ref V c) where V : IReal<V>
        {
            g += Decay * w;
            m = Beta1 * m + (1 - Beta1) * g;
            v = Beta2 * v + (1 - Beta2) * g * g;
            return w - Rate * m / (V.Sqrt(v) + Epsilon);
        }
    }
}
