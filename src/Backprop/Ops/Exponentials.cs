using System.Runtime.CompilerServices;
using Backprop.Formulas;

namespace Backprop.Ops;

/// <summary>y = eˣ;  y′ = y.</summary>
public readonly record struct Exp : IUnary<Exp>
{
    /// <inheritdoc/>
    public V Value<V>(V x) where V : IReal<V> => V.Exp(x);

    /// <inheritdoc/>
    public V Slope<V>(V x, V y) where V : IReal<V> => y;
}

/// <summary>y = 2ˣ;  y′ = y·ln 2.</summary>
public readonly record struct Exp2 : IUnary<Exp2>
{
    /// <inheritdoc/>
    public V Value<V>(V x) where V : IReal<V> => V.Exp2(x);

    /// <inheritdoc/>
    public V Slope<V>(V x, V y) where V : IReal<V> => Constants.Ln2 * y;
}

/// <summary>y = eˣ − 1, accurate near 0;  y′ = y + 1.</summary>
public readonly record struct Expm1 : IUnary<Expm1>
{
    /// <inheritdoc/>
    public V Value<V>(V x) where V : IReal<V> => V.Expm1(x);

    /// <inheritdoc/>
    public V Slope<V>(V x, V y) where V : IReal<V> => y + 1;
}

/// <summary>y = ln x;  y′ = 1/x.</summary>
public readonly record struct Log : IUnary<Log>
{
    /// <inheritdoc/>
    public V Value<V>(V x) where V : IReal<V> => V.Log(x);

    /// <inheritdoc/>
    public V Slope<V>(V x, V y) where V : IReal<V> => 1 / x;
}

/// <summary>y = log₂ x;  y′ = 1/(x·ln 2).</summary>
public readonly record struct Log2 : IUnary<Log2>
{
    /// <inheritdoc/>
    public V Value<V>(V x) where V : IReal<V> => V.Log2(x);

    /// <inheritdoc/>
    public V Slope<V>(V x, V y) where V : IReal<V> => 1 / (Constants.Ln2 * x);
}

/// <summary>y = log₁₀ x;  y′ = 1/(x·ln 10).</summary>
public readonly record struct Log10 : IUnary<Log10>
{
    /// <inheritdoc/>
    public V Value<V>(V x) where V : IReal<V> => V.Log10(x);

    /// <inheritdoc/>
    public V Slope<V>(V x, V y) where V : IReal<V> => 1 / (Constants.Ln10 * x);
}

/// <summary>y = ln(1 + x), accurate near 0;  y′ = 1/(1 + x).</summary>
public readonly record struct Log1p : IUnary<Log1p>
{
    /// <inheritdoc/>
    public V Value<V>(V x) where V : IReal<V> => V.Log1p(x);

    /// <inheritdoc/>
    public V Slope<V>(V x, V y) where V : IReal<V> => 1 / (1 + x);
}

/// <summary>y = ln(eᵃ + eᵇ), without overflow;  ∂y/∂a = 1/(1 + e^(b−a)).</summary>
public readonly record struct LogAddExp : IBinary<LogAddExp>
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V a, V b) where V : IReal<V> =>
        V.Where(V.Equal(a, b), a + Constants.Ln2, V.Max(a, b) + V.Log1p(V.Exp(-V.Abs(a - b))));

    /// <inheritdoc/>
    public V SlopeA<V>(V a, V b, V y) where V : IReal<V> => 1 / (1 + V.Exp(b - a));

    /// <inheritdoc/>
    public V SlopeB<V>(V a, V b, V y) where V : IReal<V> => 1 / (1 + V.Exp(a - b));
}
