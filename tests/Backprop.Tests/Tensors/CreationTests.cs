using System.Numerics.Tensors;
using Xunit;

namespace Backprop.Tests.Tensors;

/// <summary>Tensors out of nothing, out of arrays, and back.</summary>
public sealed class CreationTests
{
    [Fact]
    public void Ranges_of_whole_numbers_are_int64_and_of_fractions_float64()
    {
        Assert.Equal([0L, 1, 2], Tensor.Arange(3).ToArray<long>());
        Assert.Equal([2L, 5, 8], Tensor.Arange(2, 11, 3).ToArray<long>());
        Assert.Equal([5L, 3, 1], Tensor.Arange(5, 0, -2).ToArray<long>());
        Assert.Equal([], Tensor.Arange(5, 0).ToArray<long>());
        Assert.Equal([1.5, 0.5], Tensor.Arange(1.5, 0, -1).ToArray<double>());
        Assert.Equal([], Tensor.Arange(1.5, 0).ToArray<double>());
        Assert.Equal([0f, 1], Tensor.Arange(2, DType.Float32).ToArray<float>());
        Assert.Equal([0.0, 0.25, 0.5, 0.75], Tensor.Arange(0, 1, 0.25).ToArray<double>());
        Assert.Equal([0.0, 1, 2], Tensor.Arange(2.5).ToArray<double>());
        Assert.Equal([1, 0.5], Tensor.Arange(1.0, 0.25, -0.5).ToArray<double>());
        Assert.Equal([long.MaxValue - 1], Tensor.Arange(long.MaxValue - 1, long.MaxValue).ToArray<long>());
        Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.Arange(0, 5, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.Arange(double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.Arange(double.PositiveInfinity));
        Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.Arange(long.MinValue, long.MaxValue));
    }

    [Fact]
    public void Equal_distances_reach_the_end_exactly()
    {
        Assert.Equal([0.0, 0.5, 1], Tensor.Linspace(0, 1, 3).ToArray<double>());
        Assert.Equal([0.0, 0.25, 0.5, 0.75], Tensor.Linspace(0, 1, 4, endpoint: false).ToArray<double>());
        Assert.Equal([3.0], Tensor.Linspace(3, 9, 1).ToArray<double>());
        Assert.Empty(Tensor.Linspace(3, 9, 0).ToArray<double>());
        Assert.Equal(0.7, Tensor.Linspace(0.1, 0.7, 8)[^1].Item());
        Assert.Equal(DType.Float32, Tensor.Linspace(0, 1, 3, dtype: DType.Float32).DType);
    }

    [Fact]
    public void Ones_on_a_diagonal()
    {
        Assert.Equal([1f, 0, 0, 1], Tensor.Eye(2).ToArray<float>());
        Assert.Equal([0L, 1, 0, 0, 0, 1], Tensor.Eye(2, 3, 1, DType.Int64).ToArray<long>());
        Assert.Equal([0.0, 0, 1, 0], Tensor.Eye(2, 2, -1, DType.Float64).ToArray<double>());
        Assert.Equal([1f], Tensor.Eye(1).ToArray<float>());
        Assert.Equal([0, 0], Tensor.Eye(0).Shape);
        Assert.Equal([true, false, false, true], Tensor.Eye(2, dtype: DType.Bool).ToArray<bool>());
        Assert.Equal([7, 7], Tensor.FullLike(Tensor.From(new[] { 1, 2 }), 7).ToArray<int>());
    }

    [Fact]
    public void Grids_are_views()
    {
        var grids = Tensor.Meshgrid(Tensor.Arange(2), Tensor.Arange(3));
        Assert.Equal([0L, 0, 0, 1, 1, 1], grids[0].ToArray<long>());
        Assert.Equal([0L, 1, 2, 0, 1, 2], grids[1].ToArray<long>());
    }

    [Fact]
    public void Arrays_of_any_rank_go_in()
    {
        Array values = new short[2, 1, 1, 1, 3];
        values.SetValue((short)5, 1, 0, 0, 0, 2);
        var x = Tensor.From(values);
        Assert.Equal([2, 1, 1, 1, 3], x.Shape);
        Assert.Equal(DType.Int16, x.DType);
        Assert.Equal(5, x[1, 0, 0, 0, 2].Item());
        Assert.Equal(DType.Bool, Tensor.From((Array)new[,] { { true } }).DType);
        var message = Assert.Throws<DTypeException>(() => Tensor.From(new[] { new[] { 1.0 } })).Message;
        Assert.Contains("array of arrays", message, StringComparison.Ordinal);
        Assert.Contains("Decimal", Assert.Throws<DTypeException>(() => Tensor.From((Array)new decimal[1])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Matrices_come_out()
    {
        float[,] values = { { 1, 2, 3 }, { 4, 5, 6 } };
        Assert.Equal(values, Tensor.From(values).ToMatrix<float>());
        Assert.Equal(new float[,] { { 1, 4 }, { 2, 5 }, { 3, 6 } }, Tensor.From(values).T.ToMatrix<float>());
        Assert.Contains("[3]", Assert.Throws<ShapeException>(() => Tensor.Arange(3).ToMatrix<long>()).Message, StringComparison.Ordinal);
        Assert.Throws<DTypeException>(() => Tensor.Eye(2).ToMatrix<double>());
    }

    [Fact]
    public void Tensor_spans_go_in_and_out()
    {
        double[] values = [0, 1, 2, 3, 4, 5];
        var dense = new ReadOnlyTensorSpan<double>(values, [2, 3]);
        Assert.Equal(values, Tensor.From(dense).ToArray<double>());
        Assert.Equal([2, 3], Tensor.From(dense).Shape);
        var transposed = new ReadOnlyTensorSpan<double>(values, [3, 2], [1, 3]);
        Assert.Equal([0.0, 3, 1, 4, 2, 5], Tensor.From(transposed).ToArray<double>());

        var span = Tensor.From(dense).T.AsTensorSpan<double>();
        Assert.Equal([3, 2], span.Lengths.ToArray());
        Assert.Equal(3, span[0, 1]);
        Assert.Equal(5, span[2, 1]);
        Assert.Equal(3, Tensor.Scalar(3.0).AsTensorSpan<double>()[0]);
    }

    [Fact]
    public void A_contiguous_tensor_is_lent_in_place()
    {
        var x = Tensor.Zeros([2, 2], DType.Float64);
        var span = x.AsTensorSpan<double>();
        x.Assign(Tensor.Ones([2, 2], DType.Float64));
        Assert.Equal(1, span[1, 1]);
    }
}
