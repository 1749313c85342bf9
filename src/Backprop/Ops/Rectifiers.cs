using System.Runtime.CompilerServices;
using Backprop.Formulas;

namespace Backprop.Ops;

/// <summary>y = x where x > 0, else 0; NaN stays.  y′ = 1 where x > 0, 0 at and below 0.</summary>
public readonly record struct Relu : IGate<Relu>
{
    /// <inheritdoc/>
    public V Value<V>(V x) where V : IReal<V> => V.Where(x <= 0, 0, x);

    /// <inheritdoc/>
    public V Open<V>(V x) where V : IReal<V> => V.Not(x <= 0);
}

/// <summary>y = x held within [0, 6].  y′ = 1 strictly inside, else 0.</summary>
public readonly record struct Relu6 : IGate<Relu6>
{
    /// <inheritdoc/>
    public V Value<V>(V x) where V : IReal<V> => V.Min(V.Max(x, 0), 6);

    /// <inheritdoc/>
    public V Open<V>(V x) where V : IReal<V> => V.Not(V.Or(x <= 0, x >= 6));
}

/// <summary>y = x held within [min, max].  y′ = 1 strictly inside, else 0.</summary>
/// <param name="Min">The lower bound.</param>
/// <param name="Max">The upper bound.</param>
public readonly record struct HardTanh(double Min, double Max) : IGate<HardTanh>
{
    /// <inheritdoc/>
    public V Value<V>(V x) where V : IReal<V> => V.Min(V.Max(x, Min), Max);

    /// <inheritdoc/>
    public V Open<V>(V x) where V : IReal<V> => V.Not(V.Or(x <= Min, x >= Max));
}

/// <summary>y = x where x is above the threshold, else the value.  y′ = 1 above, else 0.</summary>
/// <param name="Limit">The threshold.</param>
/// <param name="Below">What stands for all that is not above it.</param>
public readonly record struct Threshold(double Limit, double Below) : IGate<Threshold>
{
    /// <inheritdoc/>
    public V Value<V>(V x) where V : IReal<V> => V.Where(x <= Limit, Below, x);

    /// <inheritdoc/>
    public V Open<V>(V x) where V : IReal<V> => V.Not(x <= Limit);
}

/// <summary>y = 0 where |x| ≤ λ, else x.  y′ = 0 where |x| ≤ λ, else 1.</summary>
/// <param name="Lambda">λ.</param>
public readonly record struct HardShrink(double Lambda) : IGate<HardShrink>
{
    /// <inheritdoc/>
    public V Value<V>(V x) where V : IReal<V> => V.Where(V.Abs(x) <= Lambda, 0, x);

    /// <inheritdoc/>
    public V Open<V>(V x) where V : IReal<V> => V.Not(V.Abs(x) <= Lambda);
}

/// <summary>y = x moved towards 0 by λ, and 0 where |x| ≤ λ (or x is NaN).  y′ = 0 where |x| ≤ λ, else 1.</summary>
/// <param name="Lambda">λ.</param>
public readonly record struct SoftShrink(double Lambda) : IGate<SoftShrink>
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : IReal<V> => V.Where(x > Lambda, x - Lambda, V.Where(x < -Lambda, x + Lambda, 0));

    /// <inheritdoc/>
    public V Open<V>(V x) where V : IReal<V> => V.Not(V.Abs(x) <= Lambda);
}

/// <summary>y = x where x > 0, else α·x.  y′ = 1 where x > 0, else α.</summary>
/// <param name="NegativeSlope">α.</param>
public readonly record struct LeakyRelu(double NegativeSlope) : IUnary<LeakyRelu>
{
    /// <inheritdoc/>
    public V Value<V>(V x) where V : IReal<V> => V.Where(x > 0, x, NegativeSlope * x);

    /// <inheritdoc/>
    public V Slope<V>(V x, V y) where V : IReal<V> => V.Where(x > 0, 1, NegativeSlope);
}

/// <summary>y = a where a > 0, else b·a, with a learnt slope b (He et al. 2015).</summary>
public readonly record struct Prelu : IBinary<Prelu>
{
    /// <inheritdoc/>
    public V Value<V>(V a, V b) where V : IReal<V> => V.Where(a > 0, a, b * a);

    /// <inheritdoc/>
    public V SlopeA<V>(V a, V b, V y) where V : IReal<V> => V.Where(a > 0, 1, b);

    /// <inheritdoc/>
    public V SlopeB<V>(V a, V b, V y) where V : IReal<V> => V.Where(a > 0, 0, a);
}

/// <summary>y = (x + 3)/6 held within [0, 1].  y′ = 1/6 for −3 &lt; x &lt; 3, else 0.</summary>
public readonly record struct HardSigmoid : IUnary<HardSigmoid>
{
    // PyTorch rounds this slope to float32 in every precision; so does this, that networks trained there go on unchanged here.
    const double Sixth = 1.0f / 6.0f;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : IReal<V> => V.Min(V.Max(x + 3, 0), 6) / 6;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : IReal<V> => V.Where(V.And(x > -3, x < 3), Sixth, 0);
}

/// <summary>y = x·(x + 3)/6, its second factor held within [0, 1] (Howard et al. 2019).</summary>
public readonly record struct HardSwish : IUnary<HardSwish>
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : IReal<V> => x * V.Min(V.Max(x + 3, 0), 6) / 6;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : IReal<V> => V.Where(x < -3, 0, V.Where(x <= 3, x / 3 + 0.5, 1));
}
