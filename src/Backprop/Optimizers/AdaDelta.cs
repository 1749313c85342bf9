using System.Runtime.CompilerServices;
using Backprop.Formulas;

namespace Backprop.Optimizers;

/// <summary>AdaDelta (Zeiler 2012): s ← ρs + (1 − ρ)g²;  d = g·√(u + ε)/√(s + ε);  u ← ρu + (1 − ρ)d²;  w ← w − η·d.</summary>
public sealed class AdaDelta : Optimizer
{
    readonly double rho, epsilon;

    /// <summary>AdaDelta with PyTorch's constants unless told otherwise.</summary>
    /// <param name="parameters">What is trained, as <c>model.Parameters</c>.</param>
    /// <param name="learningRate">η.</param>
    /// <param name="rho">ρ.</param>
    /// <param name="epsilon">ε.</param>
    /// <param name="weightDecay">λ.</param>
    /// <exception cref="ArgumentException">A parameter cannot be trained.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option has no meaning; the message tells its range.</exception>
    public AdaDelta(IEnumerable<Tensor> parameters, double learningRate = 1, double rho = 0.9, double epsilon = 1e-6, double weightDecay = 0)
        : base(parameters, learningRate, weightDecay) =>
        (this.rho, this.epsilon) = (Option.Fraction(rho, Name), Option.Positive(epsilon, Name));

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Memories { get; } = ["square", "step"];

    /// <inheritdoc/>
    protected override void Update(ParameterSlot p) => p.Run(new Rule(p.LearningRate, rho, epsilon, p.WeightDecay));

    readonly record struct Rule(double Rate, double Rho, double Epsilon, double Decay) : IUpdateRule
    {
        public static int Memories => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Next<V>(V w, V g, ref V s, ref V u, ref V c) where V : IReal<V>
        {
            g += Decay * w;
            s = Rho * s + (1 - Rho) * g * g;
            var step = g * V.Sqrt((u + Epsilon) / (s + Epsilon));
            u = Rho * u + (1 - Rho) * step * step;
            return w - Rate * step;
        }
    }
}
