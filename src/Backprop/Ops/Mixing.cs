using Backprop.Formulas;

namespace Backprop.Ops;

/// <summary>y = a + α·b;  ∂y/∂a = 1, ∂y/∂b = α.</summary>
/// <param name="Alpha">α.</param>
public readonly record struct AddScaled(double Alpha) : IBinary<AddScaled>
{
    /// <inheritdoc/>
    public V Value<V>(V a, V b) where V : IReal<V> => a + Alpha * b;

    /// <inheritdoc/>
    public V SlopeA<V>(V a, V b, V y) where V : IReal<V> => 1;

    /// <inheritdoc/>
    public V SlopeB<V>(V a, V b, V y) where V : IReal<V> => Alpha;
}

/// <summary>y = a + w·(b − a): from a at w = 0 to b at w = 1.  ∂y/∂a = 1 − w, ∂y/∂b = w, ∂y/∂w = b − a.</summary>
public readonly record struct Lerp : ITernary<Lerp>
{
    /// <inheritdoc/>
    public V Value<V>(V a, V b, V c) where V : IReal<V> => a + c * (b - a);

    /// <inheritdoc/>
    public V SlopeA<V>(V a, V b, V c) where V : IReal<V> => 1 - c;

    /// <inheritdoc/>
    public V SlopeB<V>(V a, V b, V c) where V : IReal<V> => c;

    /// <inheritdoc/>
    public V SlopeC<V>(V a, V b, V c) where V : IReal<V> => b - a;
}
