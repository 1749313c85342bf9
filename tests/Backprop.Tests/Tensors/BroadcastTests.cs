using Backprop.Ops;
using Xunit;

namespace Backprop.Tests.Tensors;

/// <summary>The rule by which shapes meet.</summary>
public sealed class BroadcastTests
{
    [Theory]
    [InlineData(new int[0], new int[0], new int[0])]
    [InlineData(new[] { 2, 3 }, new int[0], new[] { 2, 3 })]
    [InlineData(new[] { 2, 3 }, new[] { 3 }, new[] { 2, 3 })]
    [InlineData(new[] { 2, 1 }, new[] { 1, 3 }, new[] { 2, 3 })]
    [InlineData(new[] { 4, 1, 3 }, new[] { 2, 1 }, new[] { 4, 2, 3 })]
    [InlineData(new[] { 0, 3 }, new[] { 1, 3 }, new[] { 0, 3 })]
    [InlineData(new[] { 1 }, new[] { 0 }, new[] { 0 })]
    [InlineData(new[] { 5, 0 }, new[] { 1 }, new[] { 5, 0 })]
    public void Sizes_are_equal_or_one_of_them_is_1(int[] a, int[] b, int[] expected)
    {
        Assert.Equal(new Shape(expected), Shape.Broadcast(new(a), new(b)));
        Assert.Equal(new Shape(expected), Shape.Broadcast(new(b), new(a)));
        Assert.Equal(new Shape(expected), (Tensor.Zeros(new(a)) + Tensor.Zeros(new(b))).Shape);
    }

    [Theory]
    [InlineData(new[] { 2, 3 }, new[] { 2 }, "axis -1")]
    [InlineData(new[] { 2, 3 }, new[] { 3, 3 }, "axis -2")]
    [InlineData(new[] { 0 }, new[] { 2 }, "axis -1")]
    public void Others_are_refused_with_both_shapes_and_the_axis(int[] a, int[] b, string axis)
    {
        var message = Assert.Throws<ShapeException>(() => Tensor.Zeros(new(a)) * Tensor.Zeros(new(b))).Message;
        foreach (var word in new[] { "Multiply", new Shape(a).ToString(), new Shape(b).ToString(), axis }) Assert.Contains(word, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Three_operands_meet_too()
    {
        var y = Tensor.Where(Tensor.From(new[,] { { true }, { false } }), Tensor.From(new[] { 1.0, 2, 3 }), 0.0);
        Assert.Equal("[[1. 2. 3.]\n [0. 0. 0.]]", y.ToString());
        var message = Assert.Throws<ShapeException>(() => Tensor.Where(Tensor.From(new[] { true, false }), Tensor.Zeros([3]), 0.0)).Message;
        Assert.Contains("Where", message, StringComparison.Ordinal);
        // A condition of numbers is taken for truths, whichever way it is given.
        Assert.Equal([1, 0], new Select().Apply(Tensor.From(new[] { 0.5, 0 }), 1, 0).ToArray<long>());
    }

    [Fact]
    public void Sums_and_expansions_that_do_not_fit_are_refused()
    {
        Assert.Contains("[2]", Assert.Throws<ShapeException>(() => Expand.Call(Tensor.Zeros([2]), [3])).Message, StringComparison.Ordinal);
        Assert.Throws<ShapeException>(() => Expand.Call(Tensor.Zeros([1, 2]), [2]));
        Assert.Throws<ShapeException>(() => SumTo.Call(Tensor.Zeros([2]), [1, 1, 2]));
        Assert.Throws<ShapeException>(() => SumTo.Call(Tensor.Zeros([2, 3]), [2]));
    }

    [Fact]
    public void Shapes_are_values()
    {
        Shape a = [2, 3], b = new(2, 3);
        Assert.Equal(a, b);
        Assert.Equal(a.GetHashCode(), b.GetHashCode());
        Assert.True(a != [3, 2]);
        Assert.Equal(default, new Shape());
        Assert.Equal((2, 3, 3, 6), (a[0], a[1], a[-1], a.Count));
        Assert.Equal("[2, 3]", a.ToString());
        Assert.Equal("[]", Shape.Scalar.ToString());
        Assert.Contains("-2 to -1", Assert.Throws<ShapeException>(() => a[2]).Message, StringComparison.Ordinal);
        Assert.Contains("scalar", Assert.Throws<ShapeException>(() => Shape.Scalar[0]).Message, StringComparison.Ordinal);
        Assert.Contains("negative", Assert.Throws<ShapeException>(() => new Shape(2, -1)).Message, StringComparison.Ordinal);
        Assert.Throws<ShapeException>(() => new Shape(65536, 65536));
        Assert.Throws<ShapeException>(() => new Shape(int.MaxValue, int.MaxValue, int.MaxValue));
        Assert.Equal(0, new Shape(int.MaxValue, int.MaxValue, 0).Count);
        Assert.Equal(0, Tensor.Zeros([65536, 65536, 0]).Count);
        // Small operands may meet to something too large to hold, which must not come out as something small.
        Tensor column = Tensor.Zeros([65537, 1]), row = Tensor.Zeros([1, 65537]);
        Assert.Contains("[65537, 65537]", Assert.Throws<ShapeException>(() => column + row).Message, StringComparison.Ordinal);
        Assert.Throws<ShapeException>(() => column.MatMul(row));
        Assert.Throws<ShapeException>(() => column.Expand(65537, 65537));
    }
}
