using Backprop.Initializers;
using Backprop.Modules;
using Backprop.Randomness;
using Xunit;

namespace Backprop.Tests.Initializers;

public sealed class InitializerTests
{
    static double Deviation(Tensor x) => x.As(DType.Float64).Std([], correction: 0).Item();

    public static TheoryData<string, double, bool> Spreads => new()
    {
        { "xavier uniform", Math.Sqrt(2.0 / (18 * 40 + 72 * 40)), true },
        { "xavier normal", 2 * Math.Sqrt(2.0 / (18 * 40 + 72 * 40)), false },
        { "he uniform", Math.Sqrt(2.0 / (18 * 40)), true },
        { "he normal out", 1 / Math.Sqrt(72 * 40), false },
        { "lecun uniform", 1 / Math.Sqrt(18 * 40), true },
        { "lecun normal", 1 / Math.Sqrt(18 * 40), false },
        { "layer", 1 / Math.Sqrt(3 * 18 * 40), true },
    };

    static readonly Shape kernel = [8 * 40, 2 * 40, 3, 3];

    static Tensor Make(string name, Shape shape, DType dtype) => name switch
    {
        "xavier uniform" => Initializer.XavierUniform(shape, new Generator(1), dtype: dtype),
        "xavier normal" => Initializer.XavierNormal(shape, new Generator(1), gain: 2, dtype),
        "he uniform" => Initializer.HeUniform(shape, new Generator(1), dtype: dtype),
        "he normal out" => Initializer.HeNormal(shape, new Generator(1), Gain.Linear, FanMode.Out, dtype),
        "layer" => Initializer.LayerDefault(shape, new Generator(1), Fans.Of(shape).In, dtype),
        "lecun uniform" => Initializer.LeCunUniform(shape, new Generator(1), dtype),
        _ => Initializer.LeCunNormal(shape, new Generator(1), dtype),
    };

    [Theory]
    [MemberData(nameof(Spreads))]
    public void Sizes_fit_the_fans(string name, double deviation, bool uniform)
    {
        foreach (var dtype in new[] { DType.Float32, DType.Float64 })
        {
            var w = Make(name, kernel, dtype);
            Assert.Equal((kernel, dtype), (w.Shape, w.DType));
            Assert.Equal(deviation, Deviation(w), 0.01 * deviation);
            Assert.Equal(0, w.Mean().As(DType.Float64).Item(), 0.01 * deviation);
            var most = w.Abs().Max().As(DType.Float64).Item() / deviation;
            Assert.InRange(most, uniform ? 1.73 : 3, uniform ? Math.Sqrt(3) + 1e-6 : 7);
        }
        Assert.Throws<ShapeException>(() => Make(name, [3], DType.Float32));
    }

    [Fact]
    public void The_same_seed_gives_the_same_weights() =>
        Assert.True(Initializer.HeNormal([5, 4], new Generator(9)).SequenceEqual(Initializer.HeNormal([5, 4], new Generator(9))));

    [Theory]
    [InlineData(5, 5)]
    [InlineData(3, 7)]
    [InlineData(7, 3)]
    [InlineData(1, 1)]
    [InlineData(100, 70)]
    [InlineData(70, 100)]
    public void Orthogonal_rows_or_columns(int rows, int columns)
    {
        var w = Initializer.Orthogonal([rows, columns], new Generator(4), gain: 2, DType.Float64);
        var (size, gram) = rows <= columns ? (rows, w.MatMul(w.T)) : (columns, w.T.MatMul(w));
        Assert.True(gram.AllClose(4 * Tensor.Eye(size, dtype: DType.Float64), 0, 1e-13));
        var single = Initializer.Orthogonal([rows, columns], new Generator(4), gain: 2);
        Assert.True(single.As(DType.Float64).AllClose(w, 1e-6, 1e-7));
    }

    [Fact]
    public void Orthogonal_kernels_have_a_row_for_each_output()
    {
        var w = Initializer.Orthogonal([4, 2, 3, 3], new Generator(4), dtype: DType.Float64).Reshape([4, 18]);
        Assert.True(w.MatMul(w.T).AllClose(Tensor.Eye(4, dtype: DType.Float64), 0, 1e-14));
        Assert.Equal(0, Initializer.Orthogonal([0, 3], new Generator(0)).Count);
        Assert.Throws<ShapeException>(() => Initializer.Orthogonal([3], new Generator(0)));
        Assert.Throws<DTypeException>(() => Initializer.Orthogonal([3, 3], new Generator(0), dtype: DType.Int64));
    }

    [Fact]
    public void Orthogonal_matrices_are_of_both_kinds()
    {
        // Half of them turn, half of them turn and mirror: the determinant has either sign.
        var signs = Enumerable.Range(0, 40).Select(seed => Initializer.Orthogonal([2, 2], new Generator(seed), dtype: DType.Float64).ToMatrix<double>())
            .Count(m => m[0, 0] * m[1, 1] - m[0, 1] * m[1, 0] > 0);
        Assert.InRange(signs, 8, 32);
    }

    [Fact]
    public void Truncated_normal_numbers_stay_within()
    {
        var w = Initializer.TruncatedNormal([20_000], new Generator(3), dtype: DType.Float64);
        Assert.InRange(w.Min().Item(), -2, -1.9);
        Assert.InRange(w.Max().Item(), 1.9, 2);
        Assert.Equal(0, w.Mean().Item(), 0.02);
        // Var of a normal number within ±2: 1 − 4φ(2)/(2Φ(2) − 1).
        Assert.Equal(Math.Sqrt(0.7737), Deviation(w), 0.01);
    }

    [Theory]
    [InlineData(5, 6)]
    [InlineData(-6, -5)]
    [InlineData(20, 21)]
    public void Truncated_far_out_they_crowd_at_the_near_end(double low, double high)
    {
        var w = Initializer.TruncatedNormal([2000], new Generator(3), low: low, high: high, dtype: DType.Float64);
        Assert.InRange(w.Min().Item(), low, high);
        Assert.InRange(w.Max().Item(), low, high);
        // The mean lies about 1/|a| beyond the near end a.
        var near = Math.Min(Math.Abs(low), Math.Abs(high));
        Assert.Equal(near + 1 / near, w.Abs().Mean().Item(), 0.04);
    }

    [Fact]
    public void Truncations_to_nothing_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Initializer.TruncatedNormal([2], new Generator(0), low: 2, high: 1));
        Assert.Throws<ArgumentException>(() => Initializer.TruncatedNormal([2], new Generator(0), low: 60, high: 61));
        Assert.Throws<ArgumentException>(() => Initializer.TruncatedNormal([2], new Generator(0), deviation: 0));
        Assert.Throws<DTypeException>(() => Initializer.TruncatedNormal([2], new Generator(0), dtype: DType.Int32));
    }

    [Fact]
    public void Plain_ones()
    {
        Assert.Equal([1f, 1f], Initializer.Ones([2]).ToArray<float>());
        Assert.Equal([0.0, 0.0], Initializer.Zeros([2], DType.Float64).ToArray<double>());
        Assert.Equal([0.5f, 0.5f], Initializer.Constant([2], 0.5).ToArray<float>());
        Assert.Equal([1f, 0, 0, 0, 1, 0], Initializer.Eye(2, 3).ToArray<float>());
        Assert.Equal(4, Initializer.Eye(2).Count);
        var uniform = Initializer.Uniform([1000], new Generator(1), 2, 3);
        Assert.InRange(uniform.Min().Item(), 2, 2.01);
        Assert.InRange(uniform.Max().Item(), 2.99, 3);
        Assert.Equal(5, Initializer.Normal([5000], new Generator(1), 5, 0.1).Mean().Item(), 0.01);
    }

    [Fact]
    public void Dirac_passes_channels_on()
    {
        var w = Initializer.Dirac([4, 2, 3, 5], groups: 2, DType.Float64);
        Assert.Equal(4, w.Sum().Item());
        foreach (var (output, input) in new[] { (0, 0), (1, 1), (2, 0), (3, 1) }) Assert.Equal(1, w[output, input, 1, 2].Item());
        Assert.Equal(2, Initializer.Dirac([3, 2, 3]).Sum().Item());
        Assert.Equal(0, Initializer.Dirac([0, 2, 3]).Count);
        Assert.Throws<ShapeException>(() => Initializer.Dirac([3, 2]));
        Assert.Throws<ShapeException>(() => Initializer.Dirac([3, 2, 3], groups: 2));
    }

    [Fact]
    public void Sparse_columns_have_their_zeros()
    {
        var w = Initializer.Sparse([10, 6], new Generator(2), 0.25, deviation: 2);
        var columns = w.ToMatrix<float>();
        for (var j = 0; j < 6; j++) Assert.Equal(3, Enumerable.Range(0, 10).Count(i => columns[i, j] == 0));
        Assert.Throws<ShapeException>(() => Initializer.Sparse([3], new Generator(2), 0.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Initializer.Sparse([3, 3], new Generator(2), 1.1));
    }

    [Fact]
    public void A_parameter_is_initialised_in_place()
    {
        var layer = new Linear(3, 2, new Generator(0), dtype: DType.Float64);
        layer.Weight.Initialize((shape, dtype) => Initializer.Constant(shape, 3, dtype));
        Assert.Equal([3.0, 3, 3, 3, 3, 3], layer.Weight.ToArray<double>());
        Assert.True(layer.Weight.RequiresGrad && layer.Weight.IsLeaf);
        Assert.Throws<DTypeException>(() => layer.Weight.Initialize((shape, _) => Initializer.Zeros(shape)));
        Assert.Throws<ShapeException>(() => layer.Weight.Initialize((_, dtype) => Initializer.Zeros([2], dtype)));
        Assert.Equal(3, layer.Weight[0, 0].Item());
    }

    [Fact]
    public void A_module_is_initialised_by_name_or_not_at_all()
    {
        var model = new Sequential(new Linear(3, 2, new Generator(0), dtype: DType.Float64), new Linear(2, 2, new Generator(1)));
        var before = model.State();
        Assert.Contains("\"1.weight\"", Assert.Throws<ShapeException>(
            () => model.Initialize((name, p) => name == "1.weight" ? Tensor.Zeros([5]) : Tensor.Zeros(p.Shape))).Message);
        foreach (var (name, tensor) in model.State()) Assert.True(tensor.SequenceEqual(before[name]));
        model.Initialize((name, p) => p.Rank > 1 ? Initializer.Ones(p.Shape) : name.StartsWith('0') ? null : Initializer.Zeros(p.Shape));
        var after = model.State();
        Assert.Equal(6, after["0.weight"].Sum().Item());
        Assert.Equal(0, after["1.bias"].Abs().Sum().Item());
        Assert.True(after["0.bias"].SequenceEqual(before["0.bias"]));
    }
}
