using Backprop.Formulas;

namespace Backprop.Ops;

/// <summary>y = erf x = 2/√π ∫₀ˣ e^(−t²) dt;  y′ = 2/√π · e^(−x²).</summary>
public readonly record struct Erf : IUnary<Erf>
{
    /// <inheritdoc/>
    public V Value<V>(V x) where V : IReal<V> => V.Erf(x);

    /// <inheritdoc/>
    public V Slope<V>(V x, V y) where V : IReal<V> => Constants.TwoOverSqrtPi * V.Exp(-(x * x));
}

/// <summary>y = 1 − erf x;  y′ = −2/√π · e^(−x²).</summary>
public readonly record struct Erfc : IUnary<Erfc>
{
    /// <inheritdoc/>
    public V Value<V>(V x) where V : IReal<V> => V.Erfc(x);

    /// <inheritdoc/>
    public V Slope<V>(V x, V y) where V : IReal<V> => -Constants.TwoOverSqrtPi * V.Exp(-(x * x));
}
