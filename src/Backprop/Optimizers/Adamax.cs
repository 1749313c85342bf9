using System.Runtime.CompilerServices;
using Backprop.Formulas;

namespace Backprop.Optimizers;

/// <summary>Adamax (Kingma, Ba 2014): m ← β₁m + (1 − β₁)g;  u ← max(β₂u, |g| + ε);  w ← w − η/(1 − β₁ᵗ)·m/u.</summary>
public sealed class Adamax : Optimizer
{
    readonly double beta2, epsilon;
    double beta1;

    /// <summary>Adamax with the paper's constants unless told otherwise.</summary>
    /// <param name="parameters">What is trained, as <c>model.Parameters</c>.</param>
    /// <param name="learningRate">η.</param>
    /// <param name="beta1">β₁.</param>
    /// <param name="beta2">β₂.</param>
    /// <param name="epsilon">ε.</param>
    /// <param name="weightDecay">λ.</param>
    /// <exception cref="ArgumentException">A parameter cannot be trained.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option has no meaning; the message tells its range.</exception>
    public Adamax(
        IEnumerable<Tensor> parameters, double learningRate = 0.002, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8, double weightDecay = 0)
        : base(parameters, learningRate, weightDecay) =>
        (this.beta1, this.beta2, this.epsilon) = (Option.Fraction(beta1, Name), Option.Fraction(beta2, Name), Option.Positive(epsilon, Name));

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Memories { get; } = ["mean", "largest"];

    /// <summary>Sets β₁.</summary>
    protected internal override void SetMomentum(double momentum) => beta1 = Option.Fraction(momentum, Name);

    /// <inheritdoc/>
    protected override void Update(ParameterSlot p) =>
        p.Run(new Rule(p.LearningRate / (1 - Math.Pow(beta1, p.Step)), beta1, beta2, epsilon, p.WeightDecay));

    readonly record struct Rule(double Rate, double Beta1, double Beta2, double Epsilon, double Decay) : IUpdateRule
    {
        public static int Memories => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Next<V>(V w, V g, ref V m, ref V u, ref V c) where V : IReal<V>
        {
            g += Decay * w;
            m = Beta1 * m + (1 - Beta1) * g;
            u = V.Max(Beta2 * u, V.Abs(g) + Epsilon);
            return w - Rate * m / u;
        }
    }
}
