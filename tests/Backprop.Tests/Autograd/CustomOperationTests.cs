using Backprop.Autograd;
using Backprop.Formulas;
using Backprop.Ops;
using Xunit;

namespace Backprop.Tests.Autograd;

/// <summary>Operations of one's own, as a user of the library writes them.</summary>
public sealed class CustomOperationTests
{
    /// <summary>A formula whose derivative is read off it.</summary>
    readonly record struct Bump(double Width) : IFormula<Bump>
    {
        public V Value<V>(V x) where V : IReal<V> => V.Exp(-(x * x) / Width) * V.Sin(x);
    }

    /// <summary>A formula with its slope and a name.</summary>
    readonly record struct Cube : IUnary<Cube>
    {
        static string IFormula<Cube>.Name => "Third power";
        public V Value<V>(V x) where V : IReal<V> => x * x * x;
        public V Slope<V>(V x, V y) where V : IReal<V> => 3 * x * x;
    }

    readonly record struct Positive : IGate<Positive>
    {
        public V Value<V>(V x) where V : IReal<V> => V.Where(x > 0, x, 0);
        public V Open<V>(V x) where V : IReal<V> => x > 0;
    }

    /// <summary>A formula with a one-byte constant, which must not be taken for one without any.</summary>
    readonly record struct Signed(bool Negative) : IFormula<Signed>
    {
        static bool IFormula<Signed>.KeepsIntegers => true;
        public V Value<V>(V x) where V : IReal<V> => Negative ? -x : x;
    }

    readonly record struct Swapped(bool Swap) : IFormula2<Swapped>
    {
        public V Value<V>(V a, V b) where V : IReal<V> => Swap ? b - a : a - b;
    }

    /// <summary>a·b², its slopes read off.</summary>
    readonly record struct TimesSquare : IFormula2<TimesSquare>
    {
        public V Value<V>(V a, V b) where V : IReal<V> => a * b * b;
    }

    readonly record struct Ratio : IBinary<Ratio>
    {
        public V Value<V>(V a, V b) where V : IReal<V> => a / b;
        public V SlopeA<V>(V a, V b, V y) where V : IReal<V> => 1 / b;
        public V SlopeB<V>(V a, V b, V y) where V : IReal<V> => -y / b;
    }

    /// <summary>y = xᵀAx for a matrix A: an operation that is no formula.</summary>
    sealed record Quadratic : Op
    {
        public override Shape Infer(ReadOnlySpan<Tensor> x) => Shape.Scalar;
        public override Tensor Forward(ReadOnlySpan<Tensor> x) => x[0].MatMul(x[1]).MatMul(x[0]);
        public override void Backward(Node node, Tensor dy, Span<Tensor?> dx)
        {
            Tensor x = node.Inputs[0], a = node.Inputs[1];
            if (node.Needs(0)) dx[0] = dy * (a + a.T).MatMul(x);
            if (node.Needs(1)) dx[1] = dy * x.Unsqueeze(1) * x.Unsqueeze(0);
        }
    }

    /// <summary>y = k·a + b + c for three operands with an attribute.</summary>
    sealed record Mix(double K) : Op
    {
        public override string Name => $"Mix by {K}";
        public override Tensor Forward(ReadOnlySpan<Tensor> x) => K * x[0] + x[1] + x[2];
        public override void Backward(Node node, Tensor dy, Span<Tensor?> dx) => (dx[0], dx[1], dx[2]) = (dy * K, dy, dy);
    }

    /// <summary>Its result is its first operand itself.</summary>
    sealed record First : Op
    {
        public override Tensor Forward(ReadOnlySpan<Tensor> x) => x[0];
        public override void Backward(Node node, Tensor dy, Span<Tensor?> dx) => dx[0] = dy;
    }

    internal sealed record WithoutRule : Op
    {
        public override Tensor Forward(ReadOnlySpan<Tensor> x) => x[0] * 2.0;
    }

    static readonly Tensor at = Tensor.From(new[,] { { 0.5, -1.5, 2 }, { -0.25, 1, 3 } });

    [Fact]
    public void A_formula_without_a_slope_has_derivatives_of_every_order()
    {
        static Tensor F(Tensor x) => x.Map(new Bump(2));
        Assert.Equal(Math.Exp(-0.125) * Math.Sin(0.5), F(at)[0, 0].Item(), 1e-15);
        Gradient.Check(F, at).ThrowIfFailed();
        Gradient.Check(x => Gradient.Of(u => F(u).Sum())(x), at).ThrowIfFailed();
        Gradient.Check(x => Gradient.Of(u => Gradient.Of(w => F(w).Sum())(u).Sum())(x), at, tolerance: 1e-5).ThrowIfFailed();
        Assert.Equal(DType.Float32, F(at.As(DType.Float32)).DType);
        // On a scalar and on many numbers alike.
        Assert.Equal(F(at)[0, 1].Item(), F(-1.5).Item(), 1e-15);
        Assert.Equal(Gradient.Of(u => F(u).Sum())(at)[0, 1].Item(), Gradient.At(F, -1.5), 1e-14);
    }

    [Fact]
    public void A_formula_with_a_slope_uses_it()
    {
        static Tensor F(Tensor x) => x.Map<Cube>();
        Gradient.Check(F, at).ThrowIfFailed();
        Gradient.Check(x => Gradient.Of(u => F(u).Sum())(x), at).ThrowIfFailed();
        at.Detach();
        var x = at.Detach();
        x.RequiresGrad = true;
        Assert.Equal("Third power", F(x).Node!.Op.Name);
    }

    [Fact]
    public void A_closed_gate_lets_nothing_through()
    {
        Tensor x = new[] { -1.0, 2, -3 };
        x.RequiresGrad = true;
        x.Map<Positive>().Backward(Tensor.From(new[] { double.NaN, 5, double.PositiveInfinity }));
        Assert.Equal([0, 5, 0], x.Grad!.ToArray<double>());
    }

    [Fact]
    public void Constants_of_a_formula_count_even_if_they_take_one_byte()
    {
        Assert.Equal(-2, ((Tensor)2.0).Map(new Signed(true)).Item());
        Assert.Equal(2, ((Tensor)2.0).Map(new Signed(false)).Item());
        Assert.Equal([-1, -2], Tensor.From(new[] { 1.0, 2 }).Map(new Signed(true)).ToArray<double>());
        Assert.Equal([-1L, -2], Tensor.From(new[] { 1L, 2 }).Map(new Signed(true)).ToArray<long>());
        Assert.Equal(-1, Gradient.At(x => x.Map(new Signed(true)), 3.0));
        Assert.Equal([4, 5], Tensor.From(new[] { 1.0, 2 }).Map(Tensor.From(new[] { 5.0, 7 }), new Swapped(true)).ToArray<double>());
        Assert.Equal(-1, Gradient.At(x => x.Map(1.0, new Swapped(true)), 3.0));
    }

    [Fact]
    public void Formulas_of_two_operands_broadcast_and_differentiate()
    {
        Tensor row = new[] { 1.0, 2, 3 };
        Gradient.Check(x => x[0].Map<TimesSquare>(x[1]), [at, row]).ThrowIfFailed();
        Gradient.Check(x => x[0].Map<Ratio>(x[1]), [at, row]).ThrowIfFailed();
        Gradient.Check(x => Gradient.Of((a, b) => (a.Map<Ratio>(b) * a.Map<TimesSquare>(b)).Sum())(x[0], x[1]).B, [at, row]).ThrowIfFailed();
        Assert.Equal(12, ((Tensor)3.0).Map<TimesSquare>(2.0).Item());
    }

    [Fact]
    public void A_record_with_a_rule_in_tensors_has_second_derivatives()
    {
        var a = Tensor.From(new[,] { { 1.0, 2 }, { -0.5, 3 } });
        Tensor x = new[] { 0.75, -1.25 };
        Gradient.Check(t => new Quadratic().Apply(t[0], t[1]), [x, a]).ThrowIfFailed();
        Assert.True(Gradient.Hessian(t => new Quadratic().Apply(t, a))(x).AllClose(a + a.T, 1e-13));
        Assert.Equal(new Quadratic(), new Quadratic());
        x.RequiresGrad = true;
        var y = new Quadratic().Apply(x, a);
        // The steps inside are one recorded call.
        Assert.IsType<Quadratic>(y.Node!.Op);
        Assert.Equal(2, y.Node.Inputs.Length);
        Assert.True(y.Node.Needs(0));
        Assert.False(y.Node.Needs(1));
        Assert.Null(y.Node.Backward(1.0)[1]);
    }

    [Fact]
    public void An_operation_of_three_operands_is_summed_over_what_was_broadcast()
    {
        Tensor b = new[] { 1.0, 2, 3 };
        Gradient.Check(x => new Mix(2.5).Apply(x) * at, [at, b, 4.0]).ThrowIfFailed();
        Assert.Equal("Mix by 2.5", new Mix(2.5).Name);
        Assert.Equal(new Shape(2, 3), new Mix(1).Infer([at, b, 4.0]));
    }

    [Fact]
    public void A_result_that_is_an_operand_leaves_the_operand_alone()
    {
        Tensor data = new[] { 1.0, 2 };
        var w = Tensor.Scalar(3.0);
        w.RequiresGrad = true;
        var y = new First().Apply(data, w);
        Assert.Null(data.Node);
        Assert.False(data.RequiresGrad);
        Assert.NotSame(data, y);
        (y * w).Sum().Backward();
        Assert.Equal(3, w.Grad!.Item());
        var z = new First().Apply(w);
        Assert.True(w.IsLeaf);
        z.Backward();
        Assert.Equal(4, w.Grad!.Item());
        using var off = Tape.NoGrad();
        Assert.False(new First().Apply(w).RequiresGrad);
    }

    [Fact]
    public void An_operation_without_a_rule_says_so_by_name()
    {
        var x = at.Detach();
        x.RequiresGrad = true;
        var y = new WithoutRule().Apply(x).Sum();
        Assert.Contains("WithoutRule has no derivative rule", Assert.Throws<GradientException>(() => y.Backward()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Formulas_refuse_bools()
    {
        Assert.Contains("Third power", Assert.Throws<DTypeException>(() => Tensor.From(new[] { true }).Map<Cube>()).Message, StringComparison.Ordinal);
        Assert.Throws<DTypeException>(() => (Tensor)true + true);
        Assert.Equal(DType.Float64, Tensor.From(new[] { 1, 2 }).Map<Cube>().DType);
    }
}
