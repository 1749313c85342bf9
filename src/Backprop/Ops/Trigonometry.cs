using System.Runtime.CompilerServices;
using Backprop.Formulas;

namespace Backprop.Ops;

/// <summary>y = sin x (radians);  y′ = cos x.</summary>
public readonly record struct Sin : IUnary<Sin>
{
    /// <inheritdoc/>
    public V Value<V>(V x) where V : IReal<V> => V.Sin(x);

    /// <inheritdoc/>
    public V Slope<V>(V x, V y) where V : IReal<V> => V.Cos(x);
}

/// <summary>y = cos x (radians);  y′ = −sin x.</summary>
public readonly record struct Cos : IUnary<Cos>
{
    /// <inheritdoc/>
    public V Value<V>(V x) where V : IReal<V> => V.Cos(x);

    /// <inheritdoc/>
    public V Slope<V>(V x, V y) where V : IReal<V> => -V.Sin(x);
}

/// <summary>y = tan x (radians);  y′ = 1 + y².</summary>
public readonly record struct Tan : IUnary<Tan>
{
    /// <inheritdoc/>
    public V Value<V>(V x) where V : IReal<V> => V.Tan(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : IReal<V> => 1 + y * y;
}

/// <summary>y = arcsin x;  y′ = 1/√(1 − x²).</summary>
public readonly record struct Asin : IUnary<Asin>
{
    /// <inheritdoc/>
    public V Value<V>(V x) where V : IReal<V> => V.Asin(x);

    /// <inheritdoc/>
    public V Slope<V>(V x, V y) where V : IReal<V> => 1 / V.Sqrt(1 - x * x);
}

/// <summary>y = arccos x;  y′ = −1/√(1 − x²).</summary>
public readonly record struct Acos : IUnary<Acos>
{
    /// <inheritdoc/>
    public V Value<V>(V x) where V : IReal<V> => V.Acos(x);

    /// <inheritdoc/>
    public V Slope<V>(V x, V y) where V : IReal<V> => -1 / V.Sqrt(1 - x * x);
}

/// <summary>y = arctan x;  y′ = 1/(1 + x²).</summary>
public readonly record struct Atan : IUnary<Atan>
{
    /// <inheritdoc/>
    public V Value<V>(V x) where V : IReal<V> => V.Atan(x);

    /// <inheritdoc/>
    public V Slope<V>(V x, V y) where V : IReal<V> => 1 / (1 + x * x);
}

/// <summary>The angle of the point (b, a) in [−π, π];  ∂y/∂a = b/(a² + b²), ∂y/∂b = −a/(a² + b²).</summary>
public readonly record struct Atan2 : IBinary<Atan2>
{
    /// <inheritdoc/>
    public V Value<V>(V a, V b) where V : IReal<V> => V.Atan2(a, b);

    /// <inheritdoc/>
    public V SlopeA<V>(V a, V b, V y) where V : IReal<V> => b / (a * a + b * b);

    /// <inheritdoc/>
    public V SlopeB<V>(V a, V b, V y) where V : IReal<V> => -a / (a * a + b * b);
}
