using Backprop.Formulas;

namespace Backprop.Ops;

/// <summary>y = sinh x;  y′ = cosh x.</summary>
public readonly record struct Sinh : IUnary<Sinh>
{
    /// <inheritdoc/>
    public V Value<V>(V x) where V : IReal<V> => V.Sinh(x);

    /// <inheritdoc/>
    public V Slope<V>(V x, V y) where V : IReal<V> => V.Cosh(x);
}

/// <summary>y = cosh x;  y′ = sinh x.</summary>
public readonly record struct Cosh : IUnary<Cosh>
{
    /// <inheritdoc/>
    public V Value<V>(V x) where V : IReal<V> => V.Cosh(x);

    /// <inheritdoc/>
    public V Slope<V>(V x, V y) where V : IReal<V> => V.Sinh(x);
}

/// <summary>y = tanh x;  y′ = 1 − y².</summary>
public readonly record struct Tanh : IUnary<Tanh>
{
    /// <inheritdoc/>
    public V Value<V>(V x) where V : IReal<V> => V.Tanh(x);

    /// <inheritdoc/>
    public V Slope<V>(V x, V y) where V : IReal<V> => 1 - y * y;
}

/// <summary>y = arsinh x;  y′ = 1/√(x² + 1).</summary>
public readonly record struct Asinh : IUnary<Asinh>
{
    /// <inheritdoc/>
    public V Value<V>(V x) where V : IReal<V> => V.Asinh(x);

    /// <inheritdoc/>
    public V Slope<V>(V x, V y) where V : IReal<V> => 1 / V.Sqrt(x * x + 1);
}

/// <summary>y = arcosh x;  y′ = 1/√(x² − 1).</summary>
public readonly record struct Acosh : IUnary<Acosh>
{
    /// <inheritdoc/>
    public V Value<V>(V x) where V : IReal<V> => V.Acosh(x);

    /// <inheritdoc/>
    public V Slope<V>(V x, V y) where V : IReal<V> => 1 / V.Sqrt(x * x - 1);
}

/// <summary>y = artanh x;  y′ = 1/(1 − x²).</summary>
public readonly record struct Atanh : IUnary<Atanh>
{
    /// <inheritdoc/>
    public V Value<V>(V x) where V : IReal<V> => V.Atanh(x);

    /// <inheritdoc/>
    public V Slope<V>(V x, V y) where V : IReal<V> => 1 / (1 - x * x);
}
