using System.Runtime.CompilerServices;
using Backprop.Formulas;
using Backprop.Randomness;

namespace Backprop.Ops;

/// <summary>
/// Dropout (Srivastava et al. 2014): y = x·m with a mask m of zeros, and 1/(1 − p) where x is kept, so that the mean stays.  dx = dy·m.
/// Operands: x, m.
/// </summary>
/// <param name="Probability">p, with which a number of the mask is 0.</param>
public readonly record struct Dropped(double Probability) : IBinary<Dropped>
{
    static string IFormula2<Dropped>.Name => "Dropout";

    /// <inheritdoc/>
    public V Value<V>(V a, V b) where V : IReal<V> => a * b;

    /// <inheritdoc/>
    public V SlopeA<V>(V a, V b, V y) where V : IReal<V> => b;

    /// <inheritdoc/>
    public V SlopeB<V>(V a, V b, V y) where V : IReal<V> => a;

    /// <summary>x with numbers dropped, each with its own chance, or whole channels.</summary>
    internal static Tensor Call(Tensor x, double probability, Generator generator, bool channels)
    {
        var operation = channels ? "DropoutChannels" : "Dropout";
        RequireProbability(operation, probability);
        ArgumentNullException.ThrowIfNull(generator);
        if (probability == 0) return x;
        x = Reduction.Float(x);
        var sizes = x.Shape.ToArray();
        if (channels)
        {
            GroupNormalization.RequireChannels(operation, x.Shape);
            sizes.AsSpan(2).Fill(1);
        }
        // 1/(1 − 1) would be infinite, and is not needed.
        var mask = Mask(new(sizes), x.DType, probability, probability == 1 ? 0 : 1 / (1 - probability), generator);
        return Binary<Dropped>.Call(new(probability), x, mask);
    }

    /// <summary>Refuses what is no probability.</summary>
    internal static void RequireProbability(string operation, double probability)
    {
        if (!(probability is >= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(probability), probability,
            FormattableString.Invariant($"{operation}: the probability {probability} must lie in [0, 1]."));
    }

    internal static Tensor Mask(Shape shape, DType dtype, double probability, double kept, Generator generator)
    {
        var mask = new Tensor(shape, dtype);
        if (dtype == DType.Float32) generator.Either(mask.Elements<float>(), probability, 0, (float)kept);
        else generator.Either(mask.Elements<double>(), probability, 0, kept);
        return mask;
    }
}

/// <summary>
/// Alpha dropout (Klambauer et al. 2017), which keeps mean 0 and variance 1 of what <see cref="Selu"/> gives: y = x·m + α′·(a − m) + b, with a mask m of
/// zeros, and a where x is kept; α′ = −λα is SELU's lowest value, a = 1/√((1 − p)(1 + p·α′²)) and b = −a·p·α′.  dx = dy·m.  Operands: x, m.
/// </summary>
/// <param name="Scale">a.</param>
/// <param name="Shift">b.</param>
public readonly record struct AlphaDropped(double Scale, double Shift) : IBinary<AlphaDropped>
{
    const double Lowest = -1.7580993408473766;

    static string IFormula2<AlphaDropped>.Name => "AlphaDropout";

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V a, V b) where V : IReal<V> => a * b + (Lowest * (Scale - b) + Shift);

    /// <inheritdoc/>
    public V SlopeA<V>(V a, V b, V y) where V : IReal<V> => b;

    /// <inheritdoc/>
    public V SlopeB<V>(V a, V b, V y) where V : IReal<V> => a - Lowest;

    /// <summary>x with numbers set to SELU's lowest value, each with its own chance.</summary>
    internal static Tensor Call(Tensor x, double probability, Generator generator)
    {
        Dropped.RequireProbability("AlphaDropout", probability);
        ArgumentNullException.ThrowIfNull(generator);
        if (probability == 0) return x;
        x = Reduction.Float(x);
        if (probability == 1) return Binary<Dropped>.Call(new(1), x, Tensor.Zeros(x.Shape, x.DType));
        var scale = 1 / Math.Sqrt((1 - probability) * (1 + probability * Lowest * Lowest));
        var mask = Dropped.Mask(x.Shape, x.DType, probability, scale, generator);
        return Binary<AlphaDropped>.Call(new(scale, -scale * probability * Lowest), x, mask);
    }
}
