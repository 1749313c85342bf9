using Xunit;

namespace Backprop.Tests.Tensors;

/// <summary>Elements as spans, arrays and numbers.</summary>
public sealed class SpanTests
{
    [Fact]
    public void Spans_are_typed()
    {
        var x = Tensor.From(new[] { 1f, 2f });
        Assert.Equal([1f, 2f], x.AsSpan<float>().ToArray());
        var message = Assert.Throws<DTypeException>(() => x.AsSpan<double>()[0]).Message;
        foreach (var word in new[] { "float32", "float64", "As(DType.Float64)" }) Assert.Contains(word, message, StringComparison.Ordinal);
        Assert.Contains("Decimal", Assert.Throws<DTypeException>(() => x.AsSpan<decimal>()[0]).Message, StringComparison.Ordinal);
        Assert.Throws<DTypeException>(() => Tensor.From(new[] { true }).AsSpan<byte>()[0]);
        Assert.Throws<DTypeException>(() => Tensor.From(new[] { 'a' }));
        Assert.Equal([true, false], Tensor.From(new[] { true, false }).AsSpan<bool>().ToArray());
    }

    [Fact]
    public void Views_with_gaps_are_read_in_row_major_order()
    {
        var x = Tensor.From(new[,] { { 1, 2, 3 }, { 4, 5, 6 } });
        Assert.Equal([1, 4, 2, 5, 3, 6], x.T.AsSpan<int>().ToArray());
        Assert.Equal([6, 4], x.Flip()[0, (.., 2)].AsSpan<int>().ToArray());
        Assert.Equal([2, 5], x[.., 1].ToArray<int>());
        Assert.Equal([3, 3, 3], x[0, 2].Expand(3).ToArray<int>());
        Assert.Equal([4, 5, 6], x[1].AsSpan<int>().ToArray());
        Assert.True(x[1].IsContiguous);
        Assert.False(x[.., 1].IsContiguous);
        Assert.True(x[.., ..1][..1].IsContiguous);
    }

    [Fact]
    public void Scalars_and_single_elements_are_spans_of_one()
    {
        Assert.Equal([2.5], ((Tensor)2.5).AsSpan<double>().ToArray());
        Assert.Equal([7], Tensor.From(new[,] { { 7 } }).AsSpan<int>().ToArray());
        Assert.Equal([7], Tensor.From(new[] { 5, 6, 7 })[2].AsSpan<int>().ToArray());
        Assert.Empty(Tensor.Zeros([0, 3]).AsSpan<float>().ToArray());
        Assert.Empty(Tensor.Zeros([3, 0]).T.ToArray<float>());
        foreach (var x in new[] { Tensor.Scalar(3.0), Tensor.Scalar(3f), Tensor.Scalar(3L), Tensor.Scalar((sbyte)3), Tensor.Scalar((short)3) })
        {
            Assert.Equal(3, x.Item());
            Assert.Equal(3, x.Reshape(1, 1, 1).Item<int>());
            Assert.Equal([3, 3], x.Expand(2).As(DType.Int32).ToArray<int>());
        }
    }

    [Fact]
    public void Item_needs_one_element()
    {
        Assert.Equal(5, Tensor.From(new[,] { { 5.0 } }).Item());
        Assert.Contains("[2, 1]", Assert.Throws<ShapeException>(() => Tensor.Zeros([2, 1]).Item()).Message, StringComparison.Ordinal);
        Assert.Throws<ShapeException>(() => (double)Tensor.Zeros([0]));
        Assert.Equal(-2, Tensor.Scalar(-2.75).Item<int>());
    }

    [Fact]
    public void Values_that_do_not_fill_a_shape_are_refused()
    {
        var message = Assert.Throws<ShapeException>(() => Tensor.From(new[] { 1, 2, 3 }, [2, 2])).Message;
        Assert.Contains("3", message, StringComparison.Ordinal);
        Assert.Contains("[2, 2]", message, StringComparison.Ordinal);
        Assert.Equal(2, Tensor.From<double>([1.0, 2.0], [1, 2]).Rank);
    }
}
