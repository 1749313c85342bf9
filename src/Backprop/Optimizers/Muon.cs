using System.Runtime.CompilerServices;
using Backprop.Formulas;

namespace Backprop.Optimizers;

/// <summary>
/// Muon (Jordan 2024): for matrices m ← μm + g and w ← (1 − ηλ)w − η·√max(1, rows/columns)·U, where U is (by Nesterov) g + μm with all singular
/// values brought near 1 by five Newton–Schulz steps X ← aX + (bA + cA²)X, A = XXᵀ. Kernels of convolutions are matrices [out, rest]. Whatever has fewer than two
/// axes is stepped by AdamW with its own rate, as embeddings and the last layer should be: give those an optimiser of their own.
/// </summary>
public sealed class Muon : Optimizer
{
    // Jordan's coefficients: the slope at 0 is large, and what is near 1 stays within 0.7 to 1.2.
    const double A = 3.4445, B = -4.7750, C = 2.0315;
    const int NewtonSchulzSteps = 5;
    static readonly string[] ofMatrices = ["mean"], ofOthers = ["mean", "square"];
    readonly double otherRate;
    double momentum;
    readonly bool nesterov;

    /// <summary>Muon with its author's constants unless told otherwise.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="learningRate">η for matrices.</param>
    /// <param name="momentum">μ.</param>
    /// <param name="weightDecay">λ.</param>
    /// <param name="nesterov">Whether it looks ahead.</param>
    /// <param name="otherRate">AdamW's rate, for what is no matrix, as a share of η.</param>
    /// <exception cref="ArgumentException">A parameter cannot be trained.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option has no meaning; the message tells its range.</exception>
    public Muon(
        IEnumerable<Tensor> parameters, double learningRate = 0.02, double momentum = 0.95, double weightDecay = 0, bool nesterov = true, double otherRate = 0.015)
        : base(parameters, learningRate, weightDecay) =>
        (this.momentum, this.nesterov, this.otherRate) = (Option.Fraction(momentum, Name), nesterov, Option.NotNegative(otherRate, Name));

    /// <inheritdoc/>
    protected override IReadOnlyList<string> Memories => ofOthers;

    private protected override IReadOnlyList<string> MemoriesOf(Tensor parameter) => parameter.Rank < 2 ? ofOthers : ofMatrices;

    /// <summary>Sets μ.</summary>
    protected internal override void SetMomentum(double momentum) => this.momentum = Option.Fraction(momentum, Name);

    /// <inheritdoc/>
    protected override void Update(ParameterSlot p)
    {
        if (p.Parameter.Rank < 2)
        {
            var rate = p.LearningRate * otherRate;
            p.Run(new Other(rate / (1 - Math.Pow(0.9, p.Step)), 1 / Math.Sqrt(1 - Math.Pow(0.999, p.Step)), 1 - rate * p.WeightDecay));
            return;
        }
        var velocity = p["mean"] = p["mean"] * momentum + p.Gradient;
        var direction = (nesterov ? p.Gradient + velocity * momentum : velocity).Flatten(1, -1);
        var scale = Math.Sqrt(Math.Max(1, (double)direction.Shape[0] / direction.Shape[1]));
        var step = Orthogonalized(direction).Reshape(p.Parameter.Shape.AsSpan());
        p.Assign(p.Parameter * (1 - p.LearningRate * p.WeightDecay) - step * (p.LearningRate * scale));
    }

    static Tensor Orthogonalized(Tensor matrix)
    {
        var tall = matrix.Shape[0] > matrix.Shape[1];
        var x = tall ? matrix.T : matrix;
        x /= x.Square().Sum().Sqrt() + 1e-7;
        for (var i = 0; i < NewtonSchulzSteps; i++)
        {
            var gram = x.MatMul(x.T);
            x = A * x + (B * gram + C * gram.MatMul(gram)).MatMul(x);
        }
        return tall ? x.T : x;
    }

    readonly record struct Other(double Rate, double Scale, double Keep) : IUpdateRule
    {
        public static int Memories => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Next<V>(V w, V g, ref V m, ref V v, ref V unused) where V : IReal<V>
        {
            m = 0.9 * m + 0.1 * g;
            v = 0.999 * v + 0.001 * g * g;
            return Keep * w - Rate * m / (V.Sqrt(v) * Scale + 1e-8);
        }
    }
}
