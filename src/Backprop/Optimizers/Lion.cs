using System.Runtime.CompilerServices;
using Backprop.Formulas;

namespace Backprop.Optimizers;

/// <summary>
/// Lion (Chen et al. 2023): w ← (1 − ηλ)w − η·sign(β₁m + (1 − β₁)g);  m ← β₂m + (1 − β₂)g. Every number moves by η, so η is a third to a tenth of Adam's.
/// </summary>
public sealed class Lion : Optimizer
{
    readonly double beta2;
    double beta1;

    /// <summary>Lion with the paper's constants unless told otherwise.</summary>
    /// <param name="parameters">What is trained, as <c>model.Parameters</c>.</param>
    /// <param name="learningRate">η.</param>
    /// <param name="beta1">β₁.</param>
    /// <param name="beta2">β₂.</param>
    /// <param name="weightDecay">λ.</param>
    /// <exception cref="ArgumentException">A parameter cannot be trained.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option has no meaning; the message tells its range.</exception>
    public Lion(IEnumerable<Tensor> parameters, double learningRate = 1e-4, double beta1 = 0.9, double beta2 = 0.99, double weightDecay = 0)
        : base(parameters, learningRate, weightDecay) =>
        (this.beta1, this.beta2) = (Option.Fraction(beta1, Name), Option.Fraction(beta2, Name));

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Memories { get; } = ["mean"];

    /// <summary>Sets β₁.</summary>
    protected internal override void SetMomentum(double momentum) => beta1 = Option.Fraction(momentum, Name);

    /// <inheritdoc/>
    protected override void Update(ParameterSlot p) => p.Run(new Rule(p.LearningRate, beta1, beta2, 1 - p.LearningRate * p.WeightDecay));

    readonly record struct Rule(double Rate, double Beta1, double Beta2, double Keep) : IUpdateRule
    {
        public static int Memories => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Next<V>(V w, V g, ref V m, ref V b, ref V c) where V : IReal<V>
        {
            var direction = Beta1 * m + (1 - Beta1) * g;
            m = Beta2 * m + (1 - Beta2) * g;
            // What is neither above nor below 0 is 0, or a NaN and stays one.
            return Keep * w - V.Where(direction > 0, Rate, V.Where(direction < 0, -Rate, direction));
        }
    }
}
