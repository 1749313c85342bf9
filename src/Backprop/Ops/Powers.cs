using System.Runtime.CompilerServices;
using Backprop.Formulas;

namespace Backprop.Ops;

/// <summary>y = x²;  y′ = 2x.</summary>
public readonly record struct Square : IUnary<Square>
{
    static bool IFormula<Square>.KeepsIntegers => true;
    /// <inheritdoc/>
    public V Value<V>(V x) where V : IReal<V> => x * x;

    /// <inheritdoc/>
    public V Slope<V>(V x, V y) where V : IReal<V> => 2 * x;
}

/// <summary>y = √x;  y′ = 1/(2y).</summary>
public readonly record struct Sqrt : IUnary<Sqrt>
{
    /// <inheritdoc/>
    public V Value<V>(V x) where V : IReal<V> => V.Sqrt(x);

    /// <inheritdoc/>
    public V Slope<V>(V x, V y) where V : IReal<V> => 0.5 / y;
}

/// <summary>y = 1/√x;  y′ = −y³/2.</summary>
public readonly record struct Rsqrt : IUnary<Rsqrt>
{
    /// <inheritdoc/>
    public V Value<V>(V x) where V : IReal<V> => 1 / V.Sqrt(x);

    /// <inheritdoc/>
    public V Slope<V>(V x, V y) where V : IReal<V> => -0.5 * (y * y * y);
}

/// <summary>y = 1/x;  y′ = −y².</summary>
public readonly record struct Reciprocal : IUnary<Reciprocal>
{
    /// <inheritdoc/>
    public V Value<V>(V x) where V : IReal<V> => 1 / x;

    /// <inheritdoc/>
    public V Slope<V>(V x, V y) where V : IReal<V> => -(y * y);
}

/// <summary>y = xᵖ with a constant p;  y′ = p·xᵖ⁻¹, and 0 for p = 0.</summary>
/// <param name="Exponent">p.</param>
public readonly record struct Power(double Exponent) : IUnary<Power>
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : IReal<V> =>
        Exponent == 2 ? x * x : Exponent == 1 ? x : Exponent == 0.5 ? V.Sqrt(x) : V.Pow(x, Exponent);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : IReal<V> =>
        Exponent == 2 ? 2 * x : Exponent == 1 ? 1 : Exponent == 0.5 ? 0.5 / y : Exponent == 0 ? 0 : Exponent * V.Pow(x, Exponent - 1);
}

/// <summary>y = aᵇ;  ∂y/∂a = b·aᵇ⁻¹ (0 for b = 0), ∂y/∂b = y·ln a (0 for a = 0 and b ≥ 0).</summary>
public readonly record struct Pow : IBinary<Pow>
{
    /// <inheritdoc/>
    public V Value<V>(V a, V b) where V : IReal<V> => V.Pow(a, b);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V SlopeA<V>(V a, V b, V y) where V : IReal<V> => V.Where(V.Equal(b, 0), 0, b * V.Pow(a, b - 1));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V SlopeB<V>(V a, V b, V y) where V : IReal<V> => V.Where(V.And(V.Equal(a, 0), b >= 0), 0, y * V.Log(a));
}

/// <summary>y = √(a² + b²), without overflow;  ∂y/∂a = a/y, ∂y/∂b = b/y.</summary>
public readonly record struct Hypot : IBinary<Hypot>
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V a, V b) where V : IReal<V>
    {
        V large = V.Max(V.Abs(a), V.Abs(b)), small = V.Min(V.Abs(a), V.Abs(b)), ratio = small / large;
        // 0/0 and ∞/∞ say nothing; the larger side alone is the answer there.
        return V.Where(V.Or(V.Equal(large, 0), V.Equal(large, double.PositiveInfinity)), large, large * V.Sqrt(1 + ratio * ratio));
    }

    /// <inheritdoc/>
    public V SlopeA<V>(V a, V b, V y) where V : IReal<V> => a / y;

    /// <inheritdoc/>
    public V SlopeB<V>(V a, V b, V y) where V : IReal<V> => b / y;
}

/// <summary>y = (a − b)²;  ∂y/∂a = 2(a − b), ∂y/∂b = −2(a − b).</summary>
public readonly record struct SquaredDifference : IBinary<SquaredDifference>
{
    static bool IFormula2<SquaredDifference>.KeepsIntegers => true;
    /// <inheritdoc/>
    public V Value<V>(V a, V b) where V : IReal<V>
    {
        var difference = a - b;
        return difference * difference;
    }

    /// <inheritdoc/>
    public V SlopeA<V>(V a, V b, V y) where V : IReal<V> => 2 * (a - b);

    /// <inheritdoc/>
    public V SlopeB<V>(V a, V b, V y) where V : IReal<V> => -2 * (a - b);
}
