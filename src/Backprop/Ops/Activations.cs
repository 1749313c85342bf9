using System.Runtime.CompilerServices;
using Backprop.Formulas;

namespace Backprop.Ops;

/// <summary>σ(x) = 1 / (1 + e⁻ˣ), the logistic sigmoid;  σ′ = σ(1 − σ).</summary>
public readonly record struct Logistic : IFormula<Logistic>
{
    static string IFormula<Logistic>.Name => "Sigmoid";

    /// <inheritdoc/>
    public V Value<V>(V x) where V : IReal<V> => 1 / (1 + V.Exp(-x));

    /// <summary>dx = dy · σ · (1 − σ), multiplied from left to right as the seed does.</summary>
    static V IFormula<Logistic>.Pull<V>(Logistic f, V dy, V x, V y) => dy * y * (1 - y);
}

/// <summary>y = ln σ(x), without overflow;  y′ = σ(−x).</summary>
public readonly record struct LogSigmoid : IUnary<LogSigmoid>
{
    /// <inheritdoc/>
    public V Value<V>(V x) where V : IReal<V> => V.Min(x, 0) - V.Log1p(V.Exp(-V.Abs(x)));

    /// <inheritdoc/>
    public V Slope<V>(V x, V y) where V : IReal<V> => 1 / (1 + V.Exp(x));
}

/// <summary>y = ln(1 + e^(βx))/β, and x itself where βx is above the limit;  y′ = σ(βx).</summary>
/// <param name="Beta">β.</param>
/// <param name="Limit">Where the curve is taken for its asymptote.</param>
public readonly record struct Softplus(double Beta, double Limit) : IUnary<Softplus>
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : IReal<V> =>
        V.Where(Beta * x > Limit, x, V.Log1p(V.Exp(Beta * x)) / Beta);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : IReal<V> => V.Where(Beta * x > Limit, 1, 1 / (1 + V.Exp(-Beta * x)));
}

/// <summary>y = x/(1 + |x|);  y′ = 1/(1 + |x|)².</summary>
public readonly record struct Softsign : IUnary<Softsign>
{
    /// <inheritdoc/>
    public V Value<V>(V x) where V : IReal<V> => x / (1 + V.Abs(x));

    /// <inheritdoc/>
    public V Slope<V>(V x, V y) where V : IReal<V>
    {
        var size = 1 + V.Abs(x);
        return 1 / (size * size);
    }
}

/// <summary>y = x − tanh x;  y′ = tanh² x.</summary>
public readonly record struct TanhShrink : IUnary<TanhShrink>
{
    /// <inheritdoc/>
    public V Value<V>(V x) where V : IReal<V> => x - V.Tanh(x);

    /// <inheritdoc/>
    public V Slope<V>(V x, V y) where V : IReal<V>
    {
        var tanh = V.Tanh(x);
        return tanh * tanh;
    }
}

/// <summary>y = x·Φ(x), Φ the normal distribution function (Hendrycks, Gimpel 2016);  y′ = Φ(x) + x·φ(x).</summary>
public readonly record struct Gelu : IUnary<Gelu>
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : IReal<V> => x * V.NormalDistribution(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : IReal<V> =>
        V.NormalDistribution(x) + Constants.OneOverSqrt2Pi * x * V.Exp(-0.5 * x * x);
}

/// <summary>
/// y = x/2·(1 + tanh u) with u = √(2/π)·(x + 0.044715x³), the approximation of GELU;  y′ = s + 2x·s·(1 − s)·u′ with s = σ(2u), because (1 + tanh u)/2 = σ(2u).
/// </summary>
public readonly record struct GeluTanh : IUnary<GeluTanh>
{
    const double Cubic = 0.044715;

    // 1/s = 1 + e^(−2u), held finite so that derivatives of derivatives are too. At −∞ the formula is −∞·0, which is no number.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V Whole<V>(V x) where V : IReal<V> => V.Where(
        V.Equal(x, double.NegativeInfinity), double.NaN, 1 + V.Exp(V.Min(-2 * Constants.SqrtTwoOverPi * (x + Cubic * x * x * x), 80)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : IReal<V> => x / Whole(x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : IReal<V>
    {
        var s = 1 / Whole(x);
        var slope = 2 * Constants.SqrtTwoOverPi * (1 + 3 * Cubic * x * x);
        return s + x * s * (1 - s) * slope;
    }
}

/// <summary>y = x·σ(x), also called swish;  y′ = σ(x)·(1 + x·(1 − σ(x))).</summary>
public readonly record struct Silu : IUnary<Silu>
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : IReal<V> => x * (1 / (1 + V.Exp(-x)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : IReal<V>
    {
        var sigmoid = 1 / (1 + V.Exp(-x));
        return sigmoid * (1 + x * (1 - sigmoid));
    }
}

/// <summary>y = x·tanh(ln(1 + eˣ)) (Misra 2019);  y′ = t + x·(1 − t²)·σ(x) with t the tanh.</summary>
public readonly record struct Mish : IUnary<Mish>
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : IReal<V> => x * V.Tanh(V.Log1p(V.Exp(x)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : IReal<V>
    {
        var tanh = V.Tanh(V.Log1p(V.Exp(x)));
        return tanh + x * (1 - tanh * tanh) * (1 / (1 + V.Exp(-x)));
    }
}

/// <summary>y = x where x > 0, else α(eˣ − 1) (Clevert et al. 2015);  y′ = 1 where x > 0, else y + α.</summary>
/// <param name="Alpha">α.</param>
public readonly record struct Elu(double Alpha) : IUnary<Elu>
{
    /// <inheritdoc/>
    public V Value<V>(V x) where V : IReal<V> => V.Where(x <= 0, Alpha * V.Expm1(x), x);

    /// <inheritdoc/>
    public V Slope<V>(V x, V y) where V : IReal<V> => V.Where(x <= 0, y + Alpha, 1);
}

/// <summary>y = λ·ELU(x) with λ and α that keep mean 0 and variance 1 (Klambauer et al. 2017).</summary>
public readonly record struct Selu : IUnary<Selu>
{
    const double Alpha = 1.6732632423543772848170429916717;
    const double Scale = 1.0507009873554804934193349852946;
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : IReal<V> => V.Where(x <= 0, Scale * Alpha * V.Expm1(x), Scale * x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : IReal<V> => V.Where(x <= 0, y + Scale * Alpha, Scale);
}

/// <summary>y = x where x > 0, else α(e^(x/α) − 1) (Barron 2017);  y′ = 1 where x > 0, else e^(x/α).</summary>
/// <param name="Alpha">α.</param>
public readonly record struct Celu(double Alpha) : IUnary<Celu>
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V x) where V : IReal<V> => V.Where(x <= 0, Alpha * V.Expm1(x / Alpha), x);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Slope<V>(V x, V y) where V : IReal<V> => V.Where(x <= 0, V.Exp(x / Alpha), 1);
}
