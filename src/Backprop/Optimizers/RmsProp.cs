using System.Runtime.CompilerServices;
using Backprop.Formulas;

namespace Backprop.Optimizers;

/// <summary>
/// RMSProp (Tieleman, Hinton 2012): s ← α·s + (1 − α)g²;  step = g/(√s + ε);  w ← w − η·step. Centred (Graves 2013), the mean of g is taken off: √(s − m²).
/// With momentum μ, v ← μv + step takes the step's place.
/// </summary>
public sealed class RmsProp : Optimizer
{
    static readonly string[][] names = [["square"], ["square", "velocity"], ["square", "velocity", "mean"]];
    readonly double alpha, epsilon;
    double momentum;
    readonly bool centered;

    /// <summary>RMSProp with PyTorch's constants unless told otherwise.</summary>
    /// <param name="parameters">What is trained, as <c>model.Parameters</c>.</param>
    /// <param name="learningRate">η.</param>
    /// <param name="alpha">α.</param>
    /// <param name="epsilon">ε.</param>
    /// <param name="weightDecay">λ.</param>
    /// <param name="momentum">μ.</param>
    /// <param name="centered">Whether the mean of g is taken off.</param>
    /// <exception cref="ArgumentException">A parameter cannot be trained.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option has no meaning; the message tells its range.</exception>
    public RmsProp(
        IEnumerable<Tensor> parameters, double learningRate = 0.01, double alpha = 0.99, double epsilon = 1e-8, double weightDecay = 0, double momentum = 0,
        bool centered = false)
        : base(parameters, learningRate, weightDecay)
    {
        (this.alpha, this.epsilon) = (Option.Fraction(alpha, Name), Option.NotNegative(epsilon, Name));
        (this.momentum, this.centered) = (Option.Fraction(momentum, Name), centered);
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Memories => centered ? names[2] : momentum != 0 ? names[1] : names[0];

    /// <summary>Sets μ.</summary>
    protected internal override void SetMomentum(double momentum) => this.momentum = Option.Fraction(momentum, Name);

    /// <inheritdoc/>
    protected override void Update(ParameterSlot p)
    {
        if (centered) p.Run(new Centered(p.LearningRate, alpha, epsilon, p.WeightDecay, momentum));
        else if (momentum != 0) p.Run(new Heavy(p.LearningRate, alpha, epsilon, p.WeightDecay, momentum));
        else p.Run(new Plain(p.LearningRate, alpha, epsilon, p.WeightDecay));
    }

    readonly record struct Plain(double Rate, double Alpha, double Epsilon, double Decay) : IUpdateRule
    {
        public static int Memories => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Next<V>(V w, V g, ref V s, ref V b, ref V c) where V : IReal<V>
        {
            g += Decay * w;
            s = Alpha * s + (1 - Alpha) * g * g;
            return w - Rate * g / (V.Sqrt(s) + Epsilon);
        }
    }

    readonly record struct Heavy(double Rate, double Alpha, double Epsilon, double Decay, double Momentum) : IUpdateRule
    {
        public static int Memories => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Next<V>(V w, V g, ref V s, ref V v, ref V c) where V : IReal<V>
        {
            g += Decay * w;
            s = Alpha * s + (1 - Alpha) * g * g;
            v = Momentum * v + g / (V.Sqrt(s) + Epsilon);
            return w - Rate * v;
        }
    }

    readonly record struct Centered(double Rate, double Alpha, double Epsilon, double Decay, double Momentum) : IUpdateRule
    {
        public static int Memories => 3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Next<V>(V w, V g, ref V s, ref V v, ref V m) where V : IReal<V>
        {
            g += Decay * w;
            s = Alpha * s + (1 - Alpha) * g * g;
            m = Alpha * m + (1 - Alpha) * g;
            // No variance is negative, though rounding may make it so.
            v = Momentum * v + g / (V.Sqrt(V.Max(s - m * m, 0)) + Epsilon);
            return w - Rate * v;
        }
    }
}
