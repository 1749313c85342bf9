using System.Runtime.CompilerServices;
using Backprop.Formulas;

namespace Backprop.Optimizers;

/// <summary>AdaGrad (Duchi et al. 2011): s ← s + g²;  w ← w − η′·g/(√s + ε), with η′ = η/(1 + (t − 1)·rate decay).</summary>
public sealed class AdaGrad : Optimizer
{
    readonly double epsilon, rateDecay, initial;

    /// <summary>AdaGrad with PyTorch's constants unless told otherwise.</summary>
    /// <param name="parameters">What is trained, as <c>model.Parameters</c>.</param>
    /// <param name="learningRate">η.</param>
    /// <param name="epsilon">ε.</param>
    /// <param name="weightDecay">λ.</param>
    /// <param name="rateDecay">By how much of itself the rate falls with every step.</param>
    /// <param name="initial">What s begins with.</param>
    /// <exception cref="ArgumentException">A parameter cannot be trained.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option has no meaning; the message tells its range.</exception>
    public AdaGrad(
        IEnumerable<Tensor> parameters, double learningRate = 0.01, double epsilon = 1e-10, double weightDecay = 0, double rateDecay = 0, double initial = 0)
        : base(parameters, learningRate, weightDecay) =>
        (this.epsilon, this.rateDecay, this.initial) = (Option.NotNegative(epsilon, Name), Option.NotNegative(rateDecay, Name), Option.NotNegative(initial, Name));

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Memories { get; } = ["square"];

    /// <inheritdoc/>
    protected internal override double Initial(string memory) => initial;

    /// <inheritdoc/>
    protected override void Update(ParameterSlot p) =>
        p.Run(new Rule(p.LearningRate / (1 + (p.Step - 1) * rateDecay), epsilon, p.WeightDecay));

    readonly record struct Rule(double Rate, double Epsilon, double Decay) : IUpdateRule
    {
        public static int Memories => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Next<V>(V w, V g, ref V s, ref V b, ref V c) where V : IReal<V>
        {
            g += Decay * w;
            s += g * g;
            return w - Rate * g / (V.Sqrt(s) + Epsilon);
        }
    }
}
