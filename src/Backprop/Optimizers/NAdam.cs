using System.Runtime.CompilerServices;
using Backprop.Formulas;

namespace Backprop.Optimizers;

/// <summary>
/// NAdam (Dozat 2016), Adam with Nesterov's look ahead: μₜ = β₁(1 − ½·0.96^(tψ));
/// w ← w − η·(μₜ₊₁·m/(1 − μ₁⋯μₜ₊₁) + (1 − μₜ)·g/(1 − μ₁⋯μₜ))/(√v̂ + ε), with m and v as Adam's and momentum decay ψ.
/// </summary>
public sealed class NAdam : Optimizer
{
    const string Product = "momentum_product";
    readonly double beta2, epsilon, momentumDecay;
    double beta1;

    /// <summary>NAdam with PyTorch's constants unless told otherwise.</summary>
    /// <param name="parameters">What is trained, as <c>model.Parameters</c>.</param>
    /// <param name="learningRate">η.</param>
    /// <param name="beta1">β₁.</param>
    /// <param name="beta2">β₂.</param>
    /// <param name="epsilon">ε.</param>
    /// <param name="weightDecay">λ.</param>
    /// <param name="momentumDecay">ψ.</param>
    /// <exception cref="ArgumentException">A parameter cannot be trained.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option has no meaning; the message tells its range.</exception>
    public NAdam(
        IEnumerable<Tensor> parameters, double learningRate = 0.002, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8, double weightDecay = 0,
        double momentumDecay = 0.004)
        : base(parameters, learningRate, weightDecay)
    {
        (this.beta1, this.beta2) = (Option.Fraction(beta1, Name), Option.Fraction(beta2, Name));
        (this.epsilon, this.momentumDecay) = (Option.NotNegative(epsilon, Name), Option.NotNegative(momentumDecay, Name));
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Memories { get; } = ["mean", "square"];

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Numbers { get; } = [Product];

    /// <summary>Sets β₁.</summary>
    protected internal override void SetMomentum(double momentum) => beta1 = Option.Fraction(momentum, Name);

    /// <inheritdoc/>
    protected override void Update(ParameterSlot p)
    {
        double now = Momentum(p.Step), next = Momentum(p.Step + 1);
        var product = p.Number(Product, 1) * now;
        p.SetNumber(Product, product);
        p.Run(new Rule(
            p.LearningRate * next / (1 - product * next), p.LearningRate * (1 - now) / (1 - product), beta1, beta2,
            1 / Math.Sqrt(1 - Math.Pow(beta2, p.Step)), epsilon, p.WeightDecay));
    }

    double Momentum(int step) => beta1 * (1 - 0.5 * Math.Pow(0.96, step * momentumDecay));

    readonly record struct Rule(
        double MeanRate, double GradientRate, double Beta1, double Beta2, double Scale, double Epsilon, double Decay) : IUpdateRule
    {
        public static int Memories => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Next<V>(V w, V g, ref V m, ref V v, ref V c) where V : IReal<V>
        {
            g += Decay * w;
            m = Beta1 * m + (1 - Beta1) * g;
            v = Beta2 * v + (1 - Beta2) * g * g;
            return w - (MeanRate * m + GradientRate * g) / (V.Sqrt(v) * Scale + Epsilon);
        }
    }
}
