using Backprop.Randomness;

namespace Backprop.Tests.Catalogue;

/// <summary>One row of the catalogue: an operation as a function of some tensors, and where to differentiate it.</summary>
/// <param name="Name">What the row shows.</param>
/// <param name="Function">The operation.</param>
/// <param name="At">Where: float64, clear of kinks.</param>
public sealed record CatalogueRow(string Name, Func<Tensor[], Tensor> Function, Tensor[] At)
{
    public override string ToString() => Name;
}

/// <summary>
/// Every operation with operands to differentiate it at: the one table that the gradient tests read. An operation that is missing
/// from it fails a test.
/// </summary>
static partial class OperationCatalogue
{
    public static IReadOnlyList<CatalogueRow> Rows { get; } =
    [
        .. Elementwise(),
        .. Pairs(),
        .. Structure(),
        .. Losses(),
        .. Normalisations(),
        .. Tables(),
        .. Random(),
        .. Recurrent(),
        .. Attention(),
        .. Convolutions(),
        .. Poolings(),
        .. Resizings(),
    ];

    static Tensor Uniform(double low, double high, params int[] shape) =>
        Tensor.RandomUniform(new(shape), new Generator(shape.Length + 17 * (int)(low * 10) + 31), low, high, DType.Float64);

    // Both signs, at least 0.1 away from 0 and from the whole numbers where the functions below have kinks.
    static Tensor Anywhere(params int[] shape)
    {
        var values = Tensor.RandomUniform(new(shape), new Generator(5), 0.1, 0.4, DType.Float64).ToArray<double>();
        for (var i = 0; i < values.Length; i++) values[i] = (values[i] + i % 3) * (i % 2 == 0 ? 1 : -1);
        return Tensor.From(values, new(shape));
    }

    static Tensor Positive(params int[] shape) => Uniform(0.3, 2.5, shape);
    static Tensor Inside(params int[] shape) => Uniform(-0.8, 0.8, shape);

    static CatalogueRow Row(string name, Func<Tensor, Tensor> f, Tensor x) => new(name, t => f(t[0]), [x]);
    static CatalogueRow Row(string name, Func<Tensor, Tensor, Tensor> f, Tensor a, Tensor b) => new(name, t => f(t[0], t[1]), [a, b]);

    static IEnumerable<CatalogueRow> Elementwise()
    {
        var x = Anywhere(3, 4);
        yield return Row("Negate", a => -a, x);
        yield return Row("Exp", a => a.Exp(), x);
        yield return Row("Exp2", a => a.Exp2(), x);
        yield return Row("Expm1", a => a.Expm1(), x);
        yield return Row("Log", a => a.Log(), Positive(3, 4));
        yield return Row("Log2", a => a.Log2(), Positive(3, 4));
        yield return Row("Log10", a => a.Log10(), Positive(3, 4));
        yield return Row("Log1p", a => a.Log1p(), Positive(3, 4));
        yield return Row("Square", a => a.Square(), x);
        yield return Row("Sqrt", a => a.Sqrt(), Positive(3, 4));
        yield return Row("Rsqrt", a => a.Rsqrt(), Positive(3, 4));
        yield return Row("Reciprocal", a => a.Reciprocal(), x);
        yield return Row("Power 3", a => a.Pow(3.0), x);
        yield return Row("Power 2.5", a => a.Pow(2.5), Positive(3, 4));
        yield return Row("Power 0", a => a.Pow(0.0), x);
        yield return Row("Sin", a => a.Sin(), x);
        yield return Row("Cos", a => a.Cos(), x);
        yield return Row("Tan", a => a.Tan(), Inside(3, 4));
        yield return Row("Asin", a => a.Asin(), Inside(3, 4));
        yield return Row("Acos", a => a.Acos(), Inside(3, 4));
        yield return Row("Atan", a => a.Atan(), x);
        yield return Row("Sinh", a => a.Sinh(), x);
        yield return Row("Cosh", a => a.Cosh(), x);
        yield return Row("Tanh", a => a.Tanh(), x);
        yield return Row("Asinh", a => a.Asinh(), x);
        yield return Row("Acosh", a => a.Acosh(), Uniform(1.3, 3, 3, 4));
        yield return Row("Atanh", a => a.Atanh(), Inside(3, 4));
        yield return Row("Erf", a => a.Erf(), x);
        yield return Row("Erfc", a => a.Erfc(), x);
        yield return Row("Abs", a => a.Abs(), x);
        yield return Row("Sign", a => a.Sign(), x);
        yield return Row("Floor", a => a.Floor(), x);
        yield return Row("Ceiling", a => a.Ceiling(), x);
        yield return Row("Truncate", a => a.Truncate(), x);
        yield return Row("Round", a => a.Round(), x);
        yield return Row("Clamp", a => a.Clamp(-1, 1.5), x);
        yield return Row("Relu", a => a.Relu(), x);
        yield return Row("Relu6", a => a.Relu6(), x * 3.5);
        yield return Row("HardTanh", a => a.HardTanh(-1.5, 0.75), x);
        yield return Row("Threshold", a => a.Threshold(0.75, -2), x);
        yield return Row("HardShrink", a => a.HardShrink(), x);
        yield return Row("SoftShrink", a => a.SoftShrink(), x);
        yield return Row("LeakyRelu", a => a.LeakyRelu(0.2), x);
        yield return Row("HardSwish", a => a.HardSwish(), x * 1.75);
        yield return Row("HardSigmoid", a => a.HardSigmoid(), x * 1.75);
        yield return Row("Logistic", a => a.Sigmoid(), x);
        yield return Row("LogSigmoid", a => a.LogSigmoid(), x);
        yield return Row("Softplus", a => a.Softplus(2), x);
        yield return Row("Softsign", a => a.Softsign(), x);
        yield return Row("TanhShrink", a => a.TanhShrink(), x);
        yield return Row("Gelu", a => a.Gelu(), x);
        yield return Row("GeluTanh", a => a.Gelu(approximate: true), x);
        yield return Row("Silu", a => a.Silu(), x);
        yield return Row("Mish", a => a.Mish(), x);
        yield return Row("Elu", a => a.Elu(0.7), x);
        yield return Row("Selu", a => a.Selu(), x);
        yield return Row("Celu", a => a.Celu(1.3), x);
    }

    static IEnumerable<CatalogueRow> Pairs()
    {
        Tensor x = Anywhere(3, 4), row = Anywhere(4) * 1.1, column = Anywhere(3, 1) * 0.9;
        yield return Row("Add", (a, b) => a + b, x, row);
        yield return Row("Subtract", (a, b) => a - b, column, x);
        yield return Row("Multiply", (a, b) => a * b, x, row);
        yield return Row("Divide", (a, b) => a / b, x, column);
        yield return Row("Pow", (a, b) => a.Pow(b), Positive(3, 4), row);
        yield return Row("Hypot", (a, b) => a.Hypot(b), x, row);
        yield return Row("SquaredDifference", (a, b) => a.SquaredDifference(b), x, row);
        yield return Row("Atan2", (a, b) => a.Atan2(b), x, row);
        yield return Row("LogAddExp", (a, b) => a.LogAddExp(b), x, column);
        yield return Row("Maximum", (a, b) => a.Maximum(b), x, row);
        yield return Row("Minimum", (a, b) => a.Minimum(b), x, row);
        yield return Row("Remainder", (a, b) => a.Remainder(b), x * 1.31, Tensor.From(new[] { 0.7, -0.9, 1.3, 2.1 }));
        yield return Row("Fmod", (a, b) => a % b, x * 1.31, Tensor.From(new[] { 0.7, -0.9, 1.3, 2.1 }));
        yield return Row("Prelu", (a, b) => a.Prelu(b), x, Positive(4));
        yield return Row("AddScaled", (a, b) => a.AddScaled(b, 0.3), x, row);
        yield return new("Lerp", t => t[0].Lerp(t[1], t[2]), [x, row, Positive(3, 1)]);
        yield return new("Fused", t => Tensor.Fuse((a, b, c) => (a * b + c).Tanh() * a - Tensor.Where(b > 0.0, c.Exp(), a / 3.0))(t[0], t[1], t[2]), [x, row, column]);
        yield return Row("Select", (a, b) => Tensor.Where(x > 0.0, a, b), x, row);
    }
}
