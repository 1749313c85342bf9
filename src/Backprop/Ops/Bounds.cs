using System.Runtime.CompilerServices;
using Backprop.Formulas;

namespace Backprop.Ops;

/// <summary>The larger of a and b, NaN if either is. Its derivative goes to the larger side, half to each at a tie.</summary>
public readonly record struct Maximum : IBinary<Maximum>
{
    static bool IFormula2<Maximum>.KeepsIntegers => true;
    /// <inheritdoc/>
    public V Value<V>(V a, V b) where V : IReal<V> => V.Max(a, b);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V SlopeA<V>(V a, V b, V y) where V : IReal<V> => V.Where(V.Equal(a, b), 0.5, V.Where(a < b, 0, 1));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V SlopeB<V>(V a, V b, V y) where V : IReal<V> => V.Where(V.Equal(a, b), 0.5, V.Where(a > b, 0, 1));
}

/// <summary>The smaller of a and b, NaN if either is. Its derivative goes to the smaller side, half to each at a tie.</summary>
public readonly record struct Minimum : IBinary<Minimum>
{
    static bool IFormula2<Minimum>.KeepsIntegers => true;
    /// <inheritdoc/>
    public V Value<V>(V a, V b) where V : IReal<V> => V.Min(a, b);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V SlopeA<V>(V a, V b, V y) where V : IReal<V> => V.Where(V.Equal(a, b), 0.5, V.Where(a > b, 0, 1));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V SlopeB<V>(V a, V b, V y) where V : IReal<V> => V.Where(V.Equal(a, b), 0.5, V.Where(a < b, 0, 1));
}

/// <summary>y = x held within [min, max]; NaN stays.  y′ = 1 inside and at the bounds, 0 outside.</summary>
/// <param name="Min">The lower bound; −∞ for none.</param>
/// <param name="Max">The upper bound; ∞ for none.</param>
public readonly record struct Clamp(double Min, double Max) : IGate<Clamp>
{
    /// <inheritdoc/>
    public V Value<V>(V x) where V : IReal<V> => V.Min(V.Max(x, Min), Max);

    /// <inheritdoc/>
    public V Open<V>(V x) where V : IReal<V> => V.And(x >= Min, x <= Max);
}
