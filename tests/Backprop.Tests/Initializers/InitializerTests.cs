using Backprop.Initializers;
using Backprop.Randomness;
using Xunit;

namespace Backprop.Tests.Initializers;

/// <summary>First values: spreads, bounds, structure, and the same seed the same bits.</summary>
public sealed class InitializerTests
{
    static readonly Shape shape = [60, 40, 3, 3];

    public static TheoryData<string, double> Deviations => new()
    {
        { "XavierUniform", Math.Sqrt(2.0 / (360 + 540)) }, { "XavierNormal", Math.Sqrt(2.0 / (360 + 540)) },
        { "HeUniform", Math.Sqrt(2.0 / 360) }, { "HeNormal", Math.Sqrt(2.0 / 360) }, { "HeNormal out", Math.Sqrt(2.0 / 540) },
        { "LeCunUniform", Math.Sqrt(1.0 / 360) }, { "LeCunNormal", Math.Sqrt(1.0 / 360) }, { "LayerDefault", Math.Sqrt(1.0 / 360 / 3) },
    };

    static Tensor Make(string name) => name switch
    {
        "XavierUniform" => Initializer.XavierUniform(shape, new Generator(1)),
        "XavierNormal" => Initializer.XavierNormal(shape, new Generator(1)),
        "HeUniform" => Initializer.HeUniform(shape, new Generator(1)),
        "HeNormal" => Initializer.HeNormal(shape, new Generator(1)),
        "HeNormal out" => Initializer.HeNormal(shape, new Generator(1), mode: FanMode.Out),
        "LeCunUniform" => Initializer.LeCunUniform(shape, new Generator(1)),
        "LeCunNormal" => Initializer.LeCunNormal(shape, new Generator(1)),
        _ => Initializer.LayerDefault(shape, new Generator(1), 360),
    };

    [Theory]
    [MemberData(nameof(Deviations))]
    public void The_spread_is_what_the_formula_says(string name, double deviation)
    {
        var x = Make(name);
        Assert.Equal(shape, x.Shape);
        Assert.InRange(x.Std().Item(), 0.97 * deviation, 1.03 * deviation);
        Assert.InRange(x.Mean().Item(), -0.05 * deviation, 0.05 * deviation);
        if (name.EndsWith("Uniform", StringComparison.Ordinal)) Assert.True(x.Abs().Max().Item() <= deviation * Math.Sqrt(3) * 1.000001);
        Assert.True(x.SequenceEqual(Make(name)));
    }

    [Theory]
    [InlineData(5, 8)]
    [InlineData(8, 5)]
    [InlineData(6, 6)]
    public void Orthogonal_rows_or_columns_are_orthogonal(int rows, int columns)
    {
        var x = Initializer.Orthogonal([rows, columns], new Generator(2), gain: 2, dtype: DType.Float64);
        var product = rows <= columns ? x.MatMul(x.T) : x.T.MatMul(x);
        Assert.True(product.AllClose(4 * Tensor.Eye(Math.Min(rows, columns), dtype: DType.Float64), 0, 1e-12));
        Assert.Equal(new Shape(4, 2, 3), Initializer.Orthogonal([4, 2, 3], new Generator(2)).Shape);
    }

    [Fact]
    public void A_truncated_normal_stays_within_its_bounds()
    {
        var x = Initializer.TruncatedNormal([1000], new Generator(3), 1, 2, 0, 4);
        Assert.InRange(x.Min().Item(), 0, 4);
        Assert.InRange(x.Max().Item(), 0, 4);
        Assert.Throws<ArgumentException>(() => Initializer.TruncatedNormal([1], new Generator(3), low: 50, high: 51));
    }

    [Fact]
    public void Dirac_has_a_one_in_the_middle_of_each_channels_kernel()
    {
        var w = Initializer.Dirac([4, 2, 3, 3], groups: 2);
        Assert.Equal(4f, w.Sum().Item<float>());
        Assert.Equal([1f, 1f, 1f, 1f], [.. new[] { w[0, 0, 1, 1], w[1, 1, 1, 1], w[2, 0, 1, 1], w[3, 1, 1, 1] }.Select(v => v.Item<float>())]);
    }

    [Fact]
    public void Sparse_columns_have_their_share_of_zeros()
    {
        var w = Initializer.Sparse([10, 7], new Generator(4), 0.25);
        Assert.True(w.Equal(0.0).As(DType.Int64).Sum(0).SequenceEqual(Tensor.Full([7], 3L)));
    }

    [Fact]
    public void Fans_need_two_axes() => Assert.Throws<ShapeException>(() => Initializer.HeNormal([5], new Generator(0)));
}
