using Backprop.Formulas;
using Backprop.Ops;
using Backprop.Randomness;

namespace Backprop;

/// <summary>Elementwise functions: fluent names, one line each, onto the operations, whose docs give formula and derivative.</summary>
public sealed partial class Tensor
{
    /// <summary>A formula of one's own, elementwise; <see cref="IFormula{F}"/> tells how to write one.</summary>
    public Tensor Map<F>(F formula = default) where F : struct, IFormula<F> => Unary<F>.Call(formula, this);

    /// <summary>A formula of one's own of two operands, elementwise with broadcasting.</summary>
    public Tensor Map<F>(Tensor other, F formula = default) where F : struct, IFormula2<F> => Binary<F>.Call(formula, this, other);

    /// <summary>The same numbers as another element type; derivatives come back in this one.</summary>
    public Tensor As(DType dtype) => Cast.Call(this, dtype);

    /// <inheritdoc cref="Ops.Exp"/>
    public Tensor Exp() => Unary<Exp>.Call(default, this);

    /// <inheritdoc cref="Ops.Exp2"/>
    public Tensor Exp2() => Unary<Exp2>.Call(default, this);

    /// <inheritdoc cref="Ops.Expm1"/>
    public Tensor Expm1() => Unary<Expm1>.Call(default, this);

    /// <inheritdoc cref="Ops.Log"/>
    public Tensor Log() => Unary<Log>.Call(default, this);

    /// <inheritdoc cref="Ops.Log2"/>
    public Tensor Log2() => Unary<Log2>.Call(default, this);

    /// <inheritdoc cref="Ops.Log10"/>
    public Tensor Log10() => Unary<Log10>.Call(default, this);

    /// <inheritdoc cref="Ops.Log1p"/>
    public Tensor Log1p() => Unary<Log1p>.Call(default, this);

    /// <inheritdoc cref="Ops.Sqrt"/>
    public Tensor Sqrt() => Unary<Sqrt>.Call(default, this);

    /// <inheritdoc cref="Ops.Rsqrt"/>
    public Tensor Rsqrt() => Unary<Rsqrt>.Call(default, this);

    /// <inheritdoc cref="Ops.Square"/>
    public Tensor Square() => Unary<Square>.Call(default, this);

    /// <inheritdoc cref="Ops.Reciprocal"/>
    public Tensor Reciprocal() => Unary<Reciprocal>.Call(default, this);

    /// <inheritdoc cref="Ops.Abs"/>
    public Tensor Abs() => Unary<Abs>.Call(default, this);

    /// <inheritdoc cref="Ops.Sign"/>
    public Tensor Sign() => Unary<Sign>.Call(default, this);

    /// <inheritdoc cref="Ops.Floor"/>
    public Tensor Floor() => Unary<Floor>.Call(default, this);

    /// <inheritdoc cref="Ops.Ceiling"/>
    public Tensor Ceiling() => Unary<Ceiling>.Call(default, this);

    /// <inheritdoc cref="Ops.Truncate"/>
    public Tensor Truncate() => Unary<Truncate>.Call(default, this);

    /// <inheritdoc cref="Ops.Round"/>
    public Tensor Round() => Unary<Round>.Call(default, this);

    /// <inheritdoc cref="Ops.Sin"/>
    public Tensor Sin() => Unary<Sin>.Call(default, this);

    /// <inheritdoc cref="Ops.Cos"/>
    public Tensor Cos() => Unary<Cos>.Call(default, this);

    /// <inheritdoc cref="Ops.Tan"/>
    public Tensor Tan() => Unary<Tan>.Call(default, this);

    /// <inheritdoc cref="Ops.Asin"/>
    public Tensor Asin() => Unary<Asin>.Call(default, this);

    /// <inheritdoc cref="Ops.Acos"/>
    public Tensor Acos() => Unary<Acos>.Call(default, this);

    /// <inheritdoc cref="Ops.Atan"/>
    public Tensor Atan() => Unary<Atan>.Call(default, this);

    /// <inheritdoc cref="Ops.Sinh"/>
    public Tensor Sinh() => Unary<Sinh>.Call(default, this);

    /// <inheritdoc cref="Ops.Cosh"/>
    public Tensor Cosh() => Unary<Cosh>.Call(default, this);

    /// <inheritdoc cref="Ops.Tanh"/>
    public Tensor Tanh() => Unary<Tanh>.Call(default, this);

    /// <inheritdoc cref="Ops.Asinh"/>
    public Tensor Asinh() => Unary<Asinh>.Call(default, this);

    /// <inheritdoc cref="Ops.Acosh"/>
    public Tensor Acosh() => Unary<Acosh>.Call(default, this);

    /// <inheritdoc cref="Ops.Atanh"/>
    public Tensor Atanh() => Unary<Atanh>.Call(default, this);

    /// <inheritdoc cref="Ops.Erf"/>
    public Tensor Erf() => Unary<Erf>.Call(default, this);

    /// <inheritdoc cref="Ops.Erfc"/>
    public Tensor Erfc() => Unary<Erfc>.Call(default, this);

    /// <inheritdoc cref="Ops.Relu"/>
    public Tensor Relu() => Unary<Relu>.Call(default, this);

    /// <inheritdoc cref="Ops.Relu6"/>
    public Tensor Relu6() => Unary<Relu6>.Call(default, this);

    /// <inheritdoc cref="Ops.Logistic"/>
    public Tensor Sigmoid() => Unary<Logistic>.Call(default, this);

    /// <inheritdoc cref="Ops.LogSigmoid"/>
    public Tensor LogSigmoid() => Unary<LogSigmoid>.Call(default, this);

    /// <inheritdoc cref="Ops.Softsign"/>
    public Tensor Softsign() => Unary<Softsign>.Call(default, this);

    /// <inheritdoc cref="Ops.TanhShrink"/>
    public Tensor TanhShrink() => Unary<TanhShrink>.Call(default, this);

    /// <inheritdoc cref="Ops.Silu"/>
    public Tensor Silu() => Unary<Silu>.Call(default, this);

    /// <inheritdoc cref="Ops.Mish"/>
    public Tensor Mish() => Unary<Mish>.Call(default, this);

    /// <inheritdoc cref="Ops.Selu"/>
    public Tensor Selu() => Unary<Selu>.Call(default, this);

    /// <inheritdoc cref="Ops.HardSigmoid"/>
    public Tensor HardSigmoid() => Unary<HardSigmoid>.Call(default, this);

    /// <inheritdoc cref="Ops.HardSwish"/>
    public Tensor HardSwish() => Unary<HardSwish>.Call(default, this);

    /// <summary>GELU: x·Φ(x) with the normal distribution function Φ, or its approximation by tanh.</summary>
    public Tensor Gelu(bool approximate = false) => approximate ? Unary<GeluTanh>.Call(default, this) : Unary<Gelu>.Call(default, this);

    /// <inheritdoc cref="Ops.Softplus"/>
    public Tensor Softplus(double beta = 1, double limit = 20) => Unary<Softplus>.Call(new(beta, limit), this);

    /// <inheritdoc cref="Ops.SoftShrink"/>
    public Tensor SoftShrink(double lambda = 0.5) => Unary<SoftShrink>.Call(new(lambda), this);

    /// <inheritdoc cref="Ops.HardShrink"/>
    public Tensor HardShrink(double lambda = 0.5) => Unary<HardShrink>.Call(new(lambda), this);

    /// <inheritdoc cref="Ops.Elu"/>
    public Tensor Elu(double alpha = 1) => Unary<Elu>.Call(new(alpha), this);

    /// <inheritdoc cref="Ops.Celu"/>
    public Tensor Celu(double alpha = 1) => Unary<Celu>.Call(new(alpha), this);

    /// <inheritdoc cref="Ops.LeakyRelu"/>
    public Tensor LeakyRelu(double negativeSlope = 0.01) => Unary<LeakyRelu>.Call(new(negativeSlope), this);

    /// <inheritdoc cref="Ops.HardTanh"/>
    public Tensor HardTanh(double min = -1, double max = 1) => Unary<HardTanh>.Call(new(min, max), this);

    /// <inheritdoc cref="Ops.Threshold"/>
    public Tensor Threshold(double limit, double below) => Unary<Threshold>.Call(new(limit, below), this);

    /// <summary>x held within [min, max]; a bound left out does not bind. Its derivative is 1 inside and at the bounds, 0 outside.</summary>
    public Tensor Clamp(double min = double.NegativeInfinity, double max = double.PositiveInfinity) => Unary<Clamp>.Call(new(min, max), this);

    /// <summary>xᵖ with a constant exponent.</summary>
    public Tensor Pow(double exponent) => Unary<Power>.Call(new(exponent), this);

    /// <inheritdoc cref="Ops.Pow"/>
    public Tensor Pow(Tensor other) => Binary<Pow>.Call(default, this, other);

    /// <inheritdoc cref="Ops.Atan2"/>
    public Tensor Atan2(Tensor other) => Binary<Atan2>.Call(default, this, other);

    /// <inheritdoc cref="Ops.Maximum"/>
    public Tensor Maximum(Tensor other) => Binary<Maximum>.Call(default, this, other);

    /// <inheritdoc cref="Ops.Minimum"/>
    public Tensor Minimum(Tensor other) => Binary<Minimum>.Call(default, this, other);

    /// <inheritdoc cref="Ops.LogAddExp"/>
    public Tensor LogAddExp(Tensor other) => Binary<LogAddExp>.Call(default, this, other);

    /// <inheritdoc cref="Ops.Hypot"/>
    public Tensor Hypot(Tensor other) => Binary<Hypot>.Call(default, this, other);

    /// <inheritdoc cref="Ops.Remainder"/>
    public Tensor Remainder(Tensor other) => Binary<Remainder>.Call(default, this, other);

    /// <inheritdoc cref="Ops.Fmod"/>
    public Tensor Fmod(Tensor other) => Binary<Fmod>.Call(default, this, other);

    /// <inheritdoc cref="Ops.SquaredDifference"/>
    public Tensor SquaredDifference(Tensor other) => Binary<SquaredDifference>.Call(default, this, other);

    /// <inheritdoc cref="Ops.Prelu"/>
    /// <remarks>A weight of several elements runs along axis 1.</remarks>
    public Tensor Prelu(Tensor weight)
    {
        ArgumentNullException.ThrowIfNull(weight);
        if (weight.Count == 1 || Rank < 2) return Binary<Prelu>.Call(default, this, weight);
        var shape = new int[Rank - 1];
        Array.Fill(shape, 1);
        shape[0] = weight.Count;
        return Binary<Prelu>.Call(default, this, Ops.Reshape.Call(weight, new(shape)));
    }

    /// <summary>
    /// Leaky ReLU whose slope below 0 is drawn for each number, evenly spread over [lower, upper) (Xu et al. 2015). For use, take
    /// <see cref="LeakyRelu"/> with the middle of the interval.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The lower bound is not below the upper one.</exception>
    public Tensor RRelu(Generator generator, double lower = 1.0 / 8, double upper = 1.0 / 3)
    {
        // Drawn in float32, the slopes are the same in either precision.
        var x = Reduction.Float(this);
        return Binary<Prelu>.Call(default, x, Cast.Raw(RandomUniform(x.Shape, generator, lower, upper), x.DType));
    }

    /// <summary>The softmax over the channels of images, [batch, channels, height, width] or without batch.</summary>
    /// <exception cref="ShapeException">This tensor has neither three nor four axes.</exception>
    public Tensor Softmax2d() => Rank is 3 or 4 ? Softmax(-3) : throw new ShapeException(
        $"Softmax2d: needs images [batch, channels, height, width] or [channels, height, width] and got {Shape}.");

    /// <summary>The first half along an axis times the sigmoid of the second: the gated linear unit (Dauphin et al. 2017).</summary>
    /// <exception cref="ShapeException">The axis does not exist or has an odd size.</exception>
    public Tensor Glu(int axis = -1)
    {
        var place = Shape.Axis(axis, "Glu");
        if (Shape[place] % 2 != 0) throw new ShapeException($"Glu: axis {axis} of shape {Shape} has the odd size {Shape[place]}; it must split into two halves.");
        var halves = Chunk(2, place);
        return halves[0] * halves[1].Sigmoid();
    }

    /// <inheritdoc cref="Ops.AddScaled"/>
    public Tensor AddScaled(Tensor other, double alpha) => Binary<AddScaled>.Call(new(alpha), this, other);

    /// <inheritdoc cref="Ops.Lerp"/>
    public Tensor Lerp(Tensor end, Tensor weight) => Ternary<Lerp>.Call(default, this, end, weight);

    /// <summary>a where the condition is true, else b, elementwise with broadcasting.</summary>
    public static Tensor Where(Tensor condition, Tensor a, Tensor b) => Select.Call(condition, a, b);

    /// <summary>This tensor with the value wherever the mask is true; the derivative there is 0.</summary>
    public Tensor MaskedFill(Tensor mask, double value) => Select.Call(mask, value, this);

    /// <inheritdoc cref="Ops.Equal"/>
    public Tensor Equal(Tensor other) => Compare<Equal>.Call(this, other);

    /// <inheritdoc cref="Ops.NotEqual"/>
    public Tensor NotEqual(Tensor other) => Compare<NotEqual>.Call(this, other);

    /// <inheritdoc cref="Ops.Less"/>
    public Tensor Less(Tensor other) => Compare<Less>.Call(this, other);

    /// <inheritdoc cref="Ops.LessEqual"/>
    public Tensor LessEqual(Tensor other) => Compare<LessEqual>.Call(this, other);

    /// <inheritdoc cref="Ops.Greater"/>
    public Tensor Greater(Tensor other) => Compare<Greater>.Call(this, other);

    /// <inheritdoc cref="Ops.GreaterEqual"/>
    public Tensor GreaterEqual(Tensor other) => Compare<GreaterEqual>.Call(this, other);

    /// <inheritdoc cref="Ops.And"/>
    public Tensor And(Tensor other) => Compare<And>.OfTruths(this, other);

    /// <inheritdoc cref="Ops.Or"/>
    public Tensor Or(Tensor other) => Compare<Or>.OfTruths(this, other);

    /// <inheritdoc cref="Ops.Xor"/>
    public Tensor Xor(Tensor other) => Compare<Xor>.OfTruths(this, other);

    /// <inheritdoc cref="Ops.Not"/>
    public Tensor Not() => Test<Not>.Call(this);

    /// <inheritdoc cref="Ops.IsNaN"/>
    public Tensor IsNaN() => Test<IsNaN>.Call(this);

    /// <inheritdoc cref="Ops.IsInfinite"/>
    public Tensor IsInfinite() => Test<IsInfinite>.Call(this);

    /// <inheritdoc cref="Ops.IsFinite"/>
    public Tensor IsFinite() => Test<IsFinite>.Call(this);
}
