using Backprop.Formulas;

namespace Backprop.Ops;

/// <summary>y = a + b;  ∂y/∂a = ∂y/∂b = 1.</summary>
public readonly record struct Add : IBinary<Add>
{
    static bool IFormula2<Add>.KeepsIntegers => true;
    static double? IFormula2<Add>.ConstantSlopeA => 1;
    static double? IFormula2<Add>.ConstantSlopeB => 1;
    /// <inheritdoc/>
    public V Value<V>(V a, V b) where V : IReal<V> => a + b;
    /// <inheritdoc/>
    public V SlopeA<V>(V a, V b, V y) where V : IReal<V> => 1;
    /// <inheritdoc/>
    public V SlopeB<V>(V a, V b, V y) where V : IReal<V> => 1;
}

/// <summary>y = a − b;  ∂y/∂a = 1, ∂y/∂b = −1.</summary>
public readonly record struct Subtract : IBinary<Subtract>
{
    static bool IFormula2<Subtract>.KeepsIntegers => true;
    static double? IFormula2<Subtract>.ConstantSlopeA => 1;
    static double? IFormula2<Subtract>.ConstantSlopeB => -1;
    /// <inheritdoc/>
    public V Value<V>(V a, V b) where V : IReal<V> => a - b;
    /// <inheritdoc/>
    public V SlopeA<V>(V a, V b, V y) where V : IReal<V> => 1;
    /// <inheritdoc/>
    public V SlopeB<V>(V a, V b, V y) where V : IReal<V> => -1;
}

/// <summary>y = a·b;  ∂y/∂a = b, ∂y/∂b = a.</summary>
public readonly record struct Multiply : IBinary<Multiply>
{
    static bool IFormula2<Multiply>.KeepsIntegers => true;
    /// <inheritdoc/>
    public V Value<V>(V a, V b) where V : IReal<V> => a * b;
    /// <inheritdoc/>
    public V SlopeA<V>(V a, V b, V y) where V : IReal<V> => b;
    /// <inheritdoc/>
    public V SlopeB<V>(V a, V b, V y) where V : IReal<V> => a;
}

/// <summary>y = a / b;  ∂y/∂a = 1/b, ∂y/∂b = −y/b. Whole numbers divide as float64.</summary>
public readonly record struct Divide : IBinary<Divide>
{
    /// <inheritdoc/>
    public V Value<V>(V a, V b) where V : IReal<V> => a / b;
    /// <inheritdoc/>
    public V SlopeA<V>(V a, V b, V y) where V : IReal<V> => 1 / b;
    /// <inheritdoc/>
    public V SlopeB<V>(V a, V b, V y) where V : IReal<V> => -(y / b);
}

/// <summary>y = −x;  y′ = −1.</summary>
public readonly record struct Negate : IUnary<Negate>
{
    static bool IFormula<Negate>.KeepsIntegers => true;
    /// <inheritdoc/>
    public V Value<V>(V x) where V : IReal<V> => -x;
    /// <inheritdoc/>
    public V Slope<V>(V x, V y) where V : IReal<V> => -1;
}
