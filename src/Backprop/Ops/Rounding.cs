using System.Runtime.CompilerServices;
using Backprop.Formulas;

namespace Backprop.Ops;

/// <summary>y = |x|;  y′ = sign x, 0 at 0.</summary>
public readonly record struct Abs : IUnary<Abs>
{
    static bool IFormula<Abs>.KeepsIntegers => true;
    /// <inheritdoc/>
    public V Value<V>(V x) where V : IReal<V> => V.Abs(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : IReal<V> => V.Where(x > 0, 1, V.Where(x < 0, -1, 0));
}

/// <summary>y = 1, 0 or −1 as x is positive, zero (or NaN) or negative;  y′ = 0.</summary>
public readonly record struct Sign : IUnary<Sign>
{
    static bool IFormula<Sign>.KeepsIntegers => true;
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : IReal<V> => V.Where(x > 0, 1, V.Where(x < 0, -1, 0));

    /// <inheritdoc/>
    public V Slope<V>(V x, V y) where V : IReal<V> => 0;
}

/// <summary>y = the largest whole number ≤ x;  y′ = 0.</summary>
public readonly record struct Floor : IUnary<Floor>
{
    /// <inheritdoc/>
    public V Value<V>(V x) where V : IReal<V> => V.Floor(x);

    /// <inheritdoc/>
    public V Slope<V>(V x, V y) where V : IReal<V> => 0;
}

/// <summary>y = the smallest whole number ≥ x;  y′ = 0.</summary>
public readonly record struct Ceiling : IUnary<Ceiling>
{
    /// <inheritdoc/>
    public V Value<V>(V x) where V : IReal<V> => V.Ceiling(x);

    /// <inheritdoc/>
    public V Slope<V>(V x, V y) where V : IReal<V> => 0;
}

/// <summary>y = x without its fraction;  y′ = 0.</summary>
public readonly record struct Truncate : IUnary<Truncate>
{
    /// <inheritdoc/>
    public V Value<V>(V x) where V : IReal<V> => V.Truncate(x);

    /// <inheritdoc/>
    public V Slope<V>(V x, V y) where V : IReal<V> => 0;
}

/// <summary>y = the nearest whole number, halves to even;  y′ = 0.</summary>
public readonly record struct Round : IUnary<Round>
{
    /// <inheritdoc/>
    public V Value<V>(V x) where V : IReal<V> => V.Round(x);

    /// <inheritdoc/>
    public V Slope<V>(V x, V y) where V : IReal<V> => 0;
}

/// <summary>y = a − b·⌊a/b⌋, of the sign of b, as Python's %;  ∂y/∂a = 1, ∂y/∂b = −⌊a/b⌋.</summary>
public readonly record struct Remainder : IBinary<Remainder>
{
    static bool IFormula2<Remainder>.KeepsIntegers => true;
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V a, V b) where V : IReal<V>
    {
        var rest = V.Fmod(a, b);
        return V.Where(V.And(V.Not(V.Equal(rest, 0)), V.Not(V.Equal(V.Where(rest < 0, 1, 0), V.Where(b < 0, 1, 0)))), rest + b, rest);
    }

    /// <inheritdoc/>
    public V SlopeA<V>(V a, V b, V y) where V : IReal<V> => 1;

    /// <inheritdoc/>
    public V SlopeB<V>(V a, V b, V y) where V : IReal<V> => -V.Floor(a / b);
}

/// <summary>y = a − b·trunc(a/b), of the sign of a, as C#'s %;  ∂y/∂a = 1, ∂y/∂b = −trunc(a/b).</summary>
public readonly record struct Fmod : IBinary<Fmod>
{
    static bool IFormula2<Fmod>.KeepsIntegers => true;
    /// <inheritdoc/>
    public V Value<V>(V a, V b) where V : IReal<V> => V.Fmod(a, b);

    /// <inheritdoc/>
    public V SlopeA<V>(V a, V b, V y) where V : IReal<V> => 1;

    /// <inheritdoc/>
    public V SlopeB<V>(V a, V b, V y) where V : IReal<V> => -V.Truncate(a / b);
}
