using System.Runtime.CompilerServices;
using Backprop.Formulas;

namespace Backprop.Optimizers;

/// <summary>
/// Adam (Kingma, Ba 2014): m ← β₁m + (1 − β₁)g;  v ← β₂v + (1 − β₂)g²;  w ← w − η·m̂/(√v̂ + ε), with m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ).
/// AMSGrad (Reddi et al. 2018) takes the largest v̂ so far. Weight decay is added to the gradient; <see cref="AdamW"/> keeps it apart.
/// </summary>
public class Adam : Optimizer
{
    readonly double beta2, epsilon;
    double beta1;
    readonly bool amsGrad;

    /// <summary>Adam with the paper's constants unless told otherwise.</summary>
    /// <param name="parameters">What is trained, as <c>model.Parameters</c>.</param>
    /// <param name="learningRate">η.</param>
    /// <param name="beta1">β₁.</param>
    /// <param name="beta2">β₂.</param>
    /// <param name="epsilon">ε.</param>
    /// <param name="weightDecay">λ: λw is added to the gradient.</param>
    /// <param name="amsGrad">Whether the largest v̂ so far takes v̂'s place.</param>
    /// <exception cref="ArgumentException">A parameter cannot be trained.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option has no meaning; the message tells its range.</exception>
    public Adam(
        IEnumerable<Tensor> parameters, double learningRate = 0.001, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8, double weightDecay = 0,
        bool amsGrad = false)
        : base(parameters, learningRate, weightDecay)
    {
        (this.beta1, this.beta2, this.epsilon) = (Option.Fraction(beta1, Name), Option.Fraction(beta2, Name), Option.NotNegative(epsilon, Name));
        this.amsGrad = amsGrad;
        Memories = amsGrad ? ["mean", "square", "largest"] : ["mean", "square"];
    }

    private protected virtual bool DecaysApart => false;

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Memories { get; }

    /// <summary>Sets β₁.</summary>
    protected internal override void SetMomentum(double momentum) => beta1 = Option.Fraction(momentum, Name);

    /// <inheritdoc/>
    protected override void Update(ParameterSlot p)
    {
        var constants = new AdamConstants(
            p.LearningRate / (1 - Math.Pow(beta1, p.Step)), beta1, beta2, 1 / Math.Sqrt(1 - Math.Pow(beta2, p.Step)), epsilon,
            DecaysApart ? 0 : p.WeightDecay, DecaysApart ? 1 - p.LearningRate * p.WeightDecay : 1);
        if (amsGrad) p.Run(new Largest(constants));
        else p.Run(new Rule(constants));
    }

    // Rate and Scale have the corrections of m and v in them, so that no number needs a division for them.
    readonly record struct AdamConstants(double Rate, double Beta1, double Beta2, double Scale, double Epsilon, double Decay, double Keep);

    readonly record struct Rule(AdamConstants C) : IUpdateRule
    {
        public static int Memories => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Next<V>(V w, V g, ref V m, ref V v, ref V unused) where V : IReal<V>
        {
            g += C.Decay * w;
            m = C.Beta1 * m + (1 - C.Beta1) * g;
            v = C.Beta2 * v + (1 - C.Beta2) * g * g;
            return C.Keep * w - C.Rate * m / (V.Sqrt(v) * C.Scale + C.Epsilon);
        }
    }

    readonly record struct Largest(AdamConstants C) : IUpdateRule
    {
        public static int Memories => 3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Next<V>(V w, V g, ref V m, ref V v, ref V largest) where V : IReal<V>
        {
            g += C.Decay * w;
            m = C.Beta1 * m + (1 - C.Beta1) * g;
            v = C.Beta2 * v + (1 - C.Beta2) * g * g;
            largest = V.Max(largest, v);
            return C.Keep * w - C.Rate * m / (V.Sqrt(largest) * C.Scale + C.Epsilon);
        }
    }
}

/// <summary>Adam with weight decay apart from the gradient: w ← (1 − ηλ)w before the step (Loshchilov, Hutter 2017).</summary>
public sealed class AdamW : Adam
{
    /// <summary>AdamW with PyTorch's constants unless told otherwise.</summary>
    /// <param name="parameters">What is trained, as <c>model.Parameters</c>.</param>
    /// <param name="learningRate">η.</param>
    /// <param name="beta1">β₁.</param>
    /// <param name="beta2">β₂.</param>
    /// <param name="epsilon">ε.</param>
    /// <param name="weightDecay">λ.</param>
    /// <param name="amsGrad">Whether the largest v̂ so far takes v̂'s place.</param>
    /// <exception cref="ArgumentException">A parameter cannot be trained.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option has no meaning; the message tells its range.</exception>
    public AdamW(
        IEnumerable<Tensor> parameters, double learningRate = 0.001, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8,
        double weightDecay = 0.01, bool amsGrad = false)
        : base(parameters, learningRate, beta1, beta2, epsilon, weightDecay, amsGrad)
    {
    }

    private protected override bool DecaysApart => true;
}
