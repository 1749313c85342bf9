namespace Backprop.Formulas;

/// <summary>
/// An elementwise function of one number, y = f(x), written once. This is all a user must write; the derivative is read
/// off <see cref="Value"/> by dual numbers. Give it by hand with <see cref="IUnary{F}"/> where that is shorter.
/// </summary>
/// <remarks>
/// Mark <see cref="Value"/> with <c>[MethodImpl(MethodImplOptions.AggressiveInlining)]</c> where it has more than some seven operations. The JIT takes no method of more than 100
/// bytes into a loop without it, and a formula left outside is called for every register: several times slower. The same goes for slopes and for formulas of two and three numbers.
/// </remarks>
/// <typeparam name="F">The formula itself; its fields are its constants, as the slope of a leaky ReLU.</typeparam>
public interface IFormula<F> where F : struct, IFormula<F>
{
    /// <summary>y = f(x).</summary>
    V Value<V>(V x) where V : IReal<V>;

    /// <summary>dx = dy · f′(x), by the formula's own slope where it gives one, else by dual numbers.</summary>
    static virtual V Pull<V>(F f, V dy, V x, V y) where V : IReal<V> => dy * f.Value(new Dual<V>(x, 1)).Slope;

    /// <summary>What graphs and messages call it.</summary>
    static virtual string Name => typeof(F).Name;

    /// <summary>Whether whole numbers give a whole number (as |x| does, and √x does not).</summary>
    static virtual bool KeepsIntegers => false;
}

/// <summary>An elementwise function of one number with its derivative.</summary>
/// <typeparam name="F">The formula itself.</typeparam>
public interface IUnary<F> : IFormula<F> where F : struct, IUnary<F>
{
    /// <summary>f′(x); y = f(x) is at hand, because it is often the shorter way to say it.</summary>
    V Slope<V>(V x, V y) where V : IReal<V>;

    static V IFormula<F>.Pull<V>(F f, V dy, V x, V y) => dy * f.Slope(x, y);
}

/// <summary>
/// An elementwise function whose derivative is 1 where a gate is open and 0 where it is closed. A closed gate lets
/// nothing through, not even NaN or infinities.
/// </summary>
/// <typeparam name="F">The formula itself.</typeparam>
public interface IGate<F> : IFormula<F> where F : struct, IGate<F>
{
    /// <summary>Truth of "the gate is open at x".</summary>
    V Open<V>(V x) where V : IReal<V>;

    static V IFormula<F>.Pull<V>(F f, V dy, V x, V y) => V.Where(f.Open(x), dy, 0);
}

/// <summary>An elementwise function of two numbers, y = f(a, b); its slopes are read off by dual numbers.</summary>
/// <typeparam name="F">The formula itself.</typeparam>
public interface IFormula2<F> where F : struct, IFormula2<F>
{
    /// <summary>y = f(a, b).</summary>
    V Value<V>(V a, V b) where V : IReal<V>;

    /// <summary>da = dy · ∂f/∂a.</summary>
    static virtual V PullA<V>(F f, V dy, V a, V b, V y) where V : IReal<V> =>
        dy * f.Value(new Dual<V>(a, 1), new Dual<V>(b, 0)).Slope;

    /// <summary>db = dy · ∂f/∂b.</summary>
    static virtual V PullB<V>(F f, V dy, V a, V b, V y) where V : IReal<V> =>
        dy * f.Value(new Dual<V>(a, 0), new Dual<V>(b, 1)).Slope;

    /// <summary>What graphs and messages call it.</summary>
    static virtual string Name => typeof(F).Name;

    /// <summary>Whether whole numbers give a whole number (as a + b does, and a / b does not).</summary>
    static virtual bool KeepsIntegers => false;

    /// <summary>∂f/∂a where it is the same everywhere (1 for a + b), so that no loop need run; else null.</summary>
    static virtual double? ConstantSlopeA => null;

    /// <summary>∂f/∂b where it is the same everywhere; else null.</summary>
    static virtual double? ConstantSlopeB => null;
}

/// <summary>An elementwise function of two numbers with its derivatives.</summary>
/// <typeparam name="F">The formula itself.</typeparam>
public interface IBinary<F> : IFormula2<F> where F : struct, IBinary<F>
{
    /// <summary>∂f/∂a.</summary>
    V SlopeA<V>(V a, V b, V y) where V : IReal<V>;

    /// <summary>∂f/∂b.</summary>
    V SlopeB<V>(V a, V b, V y) where V : IReal<V>;

    static V IFormula2<F>.PullA<V>(F f, V dy, V a, V b, V y) => dy * f.SlopeA(a, b, y);

    static V IFormula2<F>.PullB<V>(F f, V dy, V a, V b, V y) => dy * f.SlopeB(a, b, y);
}

/// <summary>An elementwise function of three numbers, y = f(a, b, c), with its derivatives.</summary>
/// <typeparam name="F">The formula itself.</typeparam>
public interface ITernary<F> where F : struct, ITernary<F>
{
    /// <summary>y = f(a, b, c).</summary>
    V Value<V>(V a, V b, V c) where V : IReal<V>;

    /// <summary>∂f/∂a.</summary>
    V SlopeA<V>(V a, V b, V c) where V : IReal<V>;

    /// <summary>∂f/∂b.</summary>
    V SlopeB<V>(V a, V b, V c) where V : IReal<V>;

    /// <summary>∂f/∂c.</summary>
    V SlopeC<V>(V a, V b, V c) where V : IReal<V>;

    /// <summary>What graphs and messages call it.</summary>
    static virtual string Name => typeof(F).Name;
}
