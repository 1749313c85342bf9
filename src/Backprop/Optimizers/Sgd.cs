using System.Runtime.CompilerServices;
using Backprop.Formulas;

namespace Backprop.Optimizers;

/// <summary>
/// Stochastic gradient descent: g ← g + λw;  v ← μv + (1 − τ)g, at first v = g;  w ← w − η·v, or by Nesterov w ← w − η·(g + μv), with learning rate η,
/// momentum μ, dampening τ and weight decay λ (Polyak 1964; Nesterov 1983; Sutskever et al. 2013).
/// </summary>
public sealed class Sgd : Optimizer
{
    static readonly string[] velocity = ["velocity"];
    readonly double dampening;
    double momentum;
    readonly bool nesterov;

    /// <summary>Plain descent, or with momentum and weight decay.</summary>
    /// <param name="parameters">What is trained, as <c>model.Parameters</c>.</param>
    /// <param name="learningRate">η.</param>
    /// <param name="momentum">μ.</param>
    /// <param name="weightDecay">λ.</param>
    /// <param name="dampening">τ.</param>
    /// <param name="nesterov">Whether it looks ahead.</param>
    /// <exception cref="ArgumentException">Nesterov's step needs a momentum and no dampening.</exception>
    public Sgd(
        IEnumerable<Tensor> parameters, double learningRate = 0.1, double momentum = 0, double weightDecay = 0, double dampening = 0, bool nesterov = false)
        : base(parameters, learningRate, weightDecay)
    {
        if (nesterov && (momentum <= 0 || dampening != 0)) throw new ArgumentException("Sgd: Nesterov's step needs a momentum and no dampening.");
        (this.momentum, this.dampening, this.nesterov) = (Option.Fraction(momentum, Name), Option.Fraction(dampening, Name), nesterov);
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Memories => momentum == 0 ? [] : velocity;

    /// <inheritdoc/>
    protected internal override void SetMomentum(double momentum) => this.momentum = Option.Fraction(momentum, Name);

    /// <inheritdoc/>
    protected override void Update(ParameterSlot p)
    {
        if (momentum == 0) p.Run(new Plain(p.LearningRate, p.WeightDecay));
        else if (nesterov) p.Run(new Nesterov(p.LearningRate, p.WeightDecay, momentum));
        else p.Run(new Heavy(p.LearningRate, p.WeightDecay, momentum, p.Step == 1 ? 1 : 1 - dampening));
    }

    readonly record struct Plain(double Rate, double Decay) : IUpdateRule
    {
        public static int Memories => 0;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Next<V>(V w, V g, ref V a, ref V b, ref V c) where V : IReal<V> => w - Rate * (g + Decay * w);
    }

    readonly record struct Heavy(double Rate, double Decay, double Momentum, double Weight) : IUpdateRule
    {
        public static int Memories => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Next<V>(V w, V g, ref V v, ref V b, ref V c) where V : IReal<V>
        {
            v = Momentum * v + Weight * (g + Decay * w);
            return w - Rate * v;
        }
    }

    readonly record struct Nesterov(double Rate, double Decay, double Momentum) : IUpdateRule
    {
        public static int Memories => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Next<V>(V w, V g, ref V v, ref V b, ref V c) where V : IReal<V>
        {
            g += Decay * w;
            v = Momentum * v + g;
            return w - Rate * (g + Momentum * v);
        }
    }
}
