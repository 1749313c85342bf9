using System.Runtime.CompilerServices;
using Backprop.Devices;
using Backprop.Formulas;

namespace Backprop.Ops;

/// <summary>A formula that gives a truth about two operands, as an operation with a bool result and no derivative.</summary>
/// <typeparam name="F">The formula.</typeparam>
public sealed record Compare<F> : Op where F : struct, IFormula2<F>
{
    static readonly Compare<F> instance = new();

    /// <inheritdoc/>
    public override string Name => F.Name;

    /// <summary>The truth of f(a, b), elementwise with broadcasting, in the element type in which a and b meet.</summary>
    public static Tensor Call(Tensor a, Tensor b) => instance.Apply(a, b);

    /// <summary>The same with both operands taken as truths: whatever is not 0 is true.</summary>
    public static Tensor OfTruths(Tensor a, Tensor b) => Call(Cast.Call(a.Detach(), DType.Bool), Cast.Call(b.Detach(), DType.Bool));

    internal override Elementwise? Elements => Elementwise.Truth(new BlockKernel<CompareKernel<F>>(default));

    /// <inheritdoc/>
    public override Source? Read(ReadOnlySpan<Source> x) => default(F).Value(x[0], x[1]);

    /// <inheritdoc/>
    public override Source? ReadPull(int operand, Source dy, ReadOnlySpan<Source> x, Source y) => 0;

    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x) => Shape.Broadcast(x[0].Shape, x[1].Shape, Name);

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x)
    {
        var dtype = DTypes.MeetExactly(x[0], x[1]);
        var y = new Tensor(Infer(x), DType.Bool);
        Cpu.Test(new CompareKernel<F>(), [Cast.Raw(x[0], dtype), Cast.Raw(x[1], dtype)], y);
        return y;
    }
}

/// <summary>A formula that gives a truth about one operand, as an operation with a bool result and no derivative.</summary>
/// <typeparam name="F">The formula.</typeparam>
public sealed record Test<F> : Op where F : struct, IFormula<F>
{
    static readonly Test<F> instance = new();

    /// <inheritdoc/>
    public override string Name => F.Name;

    /// <summary>The truth of f(x), elementwise.</summary>
    public static Tensor Call(Tensor x) => instance.Apply(x);

    internal override Elementwise? Elements => Elementwise.Truth(new BlockKernel<TestKernel<F>>(default));

    /// <inheritdoc/>
    public override Source? Read(ReadOnlySpan<Source> x) => default(F).Value(x[0]);

    /// <inheritdoc/>
    public override Source? ReadPull(int operand, Source dy, ReadOnlySpan<Source> x, Source y) => 0;

    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x) => x[0].Shape;

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x)
    {
        var y = new Tensor(x[0].Shape, DType.Bool);
        Cpu.Test(new TestKernel<F>(), x, y);
        return y;
    }
}

readonly struct CompareKernel<F> : IKernel where F : struct, IFormula2<F>
{
    public static int Arity => 2;
    public V Run<V>(V a, V b, V c, V d) where V : IReal<V> => V.Where(default(F).Value(a, b), 1, 0);
}

readonly struct TestKernel<F> : IKernel where F : struct, IFormula<F>
{
    public static int Arity => 1;
    public V Run<V>(V a, V b, V c, V d) where V : IReal<V> => V.Where(default(F).Value(a), 1, 0);
}

/// <summary>Truth of a = b.</summary>
public readonly record struct Equal : IFormula2<Equal>
{
    /// <inheritdoc/>
    public V Value<V>(V a, V b) where V : IReal<V> => V.Equal(a, b);
}

/// <summary>Truth of a ≠ b; true where either is NaN.</summary>
public readonly record struct NotEqual : IFormula2<NotEqual>
{
    /// <inheritdoc/>
    public V Value<V>(V a, V b) where V : IReal<V> => V.Not(V.Equal(a, b));
}

/// <summary>Truth of a &lt; b.</summary>
public readonly record struct Less : IFormula2<Less>
{
    /// <inheritdoc/>
    public V Value<V>(V a, V b) where V : IReal<V> => a < b;
}

/// <summary>Truth of a ≤ b.</summary>
public readonly record struct LessEqual : IFormula2<LessEqual>
{
    /// <inheritdoc/>
    public V Value<V>(V a, V b) where V : IReal<V> => a <= b;
}

/// <summary>Truth of a &gt; b.</summary>
public readonly record struct Greater : IFormula2<Greater>
{
    /// <inheritdoc/>
    public V Value<V>(V a, V b) where V : IReal<V> => a > b;
}

/// <summary>Truth of a ≥ b.</summary>
public readonly record struct GreaterEqual : IFormula2<GreaterEqual>
{
    /// <inheritdoc/>
    public V Value<V>(V a, V b) where V : IReal<V> => a >= b;
}

/// <summary>Truth of a and b.</summary>
public readonly record struct And : IFormula2<And>
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V a, V b) where V : IReal<V> => V.And(V.Not(V.Equal(a, 0)), V.Not(V.Equal(b, 0)));
}

/// <summary>Truth of a or b.</summary>
public readonly record struct Or : IFormula2<Or>
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Value<V>(V a, V b) where V : IReal<V> => V.Or(V.Not(V.Equal(a, 0)), V.Not(V.Equal(b, 0)));
}

/// <summary>Truth of a or b but not both.</summary>
public readonly record struct Xor : IFormula2<Xor>
{
    /// <inheritdoc/>
    public V Value<V>(V a, V b) where V : IReal<V> => V.Not(V.Equal(a, b));
}

/// <summary>Truth of x = 0.</summary>
public readonly record struct Not : IFormula<Not>
{
    /// <inheritdoc/>
    public V Value<V>(V x) where V : IReal<V> => V.Equal(x, 0);
}

/// <summary>Truth of "x is not a number".</summary>
public readonly record struct IsNaN : IFormula<IsNaN>
{
    /// <inheritdoc/>
    public V Value<V>(V x) where V : IReal<V> => V.Not(V.Equal(x, x));
}

/// <summary>Truth of x = ±∞; only then, and for NaN, is x − x not 0.</summary>
public readonly record struct IsInfinite : IFormula<IsInfinite>
{
    /// <inheritdoc/>
    public V Value<V>(V x) where V : IReal<V> => V.Not(V.Or(V.Equal(x - x, 0), V.Not(V.Equal(x, x))));
}

/// <summary>Truth of "x is neither NaN nor infinite": of x − x = 0.</summary>
public readonly record struct IsFinite : IFormula<IsFinite>
{
    /// <inheritdoc/>
    public V Value<V>(V x) where V : IReal<V> => V.Equal(x - x, 0);
}
