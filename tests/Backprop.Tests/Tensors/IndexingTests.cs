using Backprop.Autograd;
using Xunit;

namespace Backprop.Tests.Tensors;

/// <summary>What stands between brackets, against NumPy's results worked out by hand.</summary>
public sealed class IndexingTests
{
    /// <summary>0 … n − 1 in a shape.</summary>
    static Tensor Counting(params int[] shape) => Tensor.Arange(new Shape(shape).Count).Reshape(shape);

    static void Same(Tensor actual, long[] values, params int[] shape)
    {
        Assert.Equal(new Shape(shape), actual.Shape);
        Assert.Equal(values, actual.ToArray<long>());
    }

    static readonly Tensor x = Counting(2, 3, 4);

    [Fact]
    public void A_place_drops_its_axis_and_counts_from_either_end()
    {
        Same(x[1], [12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23], 3, 4);
        Same(x[1, 2], [20, 21, 22, 23], 4);
        Same(x[0, -1, ^2], [10]);
        Same(x[^2, 0, 3], [3]);
        Assert.Equal(23, x[^1, ^1, ^1].Item<long>());
    }

    [Fact]
    public void A_range_keeps_its_axis_and_leaves_out_what_lies_outside()
    {
        var v = Counting(10);
        Same(v[2..5], [2, 3, 4], 3);
        Same(v[^3..], [7, 8, 9], 3);
        Same(v[..^8], [0, 1], 2);
        Same(v[7..100], [7, 8, 9], 3);
        Same(v[^100..2], [0, 1], 2);
        Same(v[5..2], [], 0);
        Same(v[20..30], [], 0);
        Same(x[.., 1..2, 3..], [7, 19], 2, 1, 1);
    }

    [Fact]
    public void Steps_follow_Python()
    {
        var v = Counting(10);
        Same(v[(1..9, 2)], [1, 3, 5, 7], 4);
        Same(v[(.., 4)], [0, 4, 8], 3);
        Same(v[(.., -1)], [9, 8, 7, 6, 5, 4, 3, 2, 1, 0], 10);
        Same(v[(8..2, -2)], [8, 6, 4], 3);
        Same(v[(3.., -1)], [3, 2, 1, 0], 4);
        Same(v[(..^4, -1)], [9, 8, 7], 3);
        Same(v[(^2..^5, -1)], [8, 7, 6], 3);
        Same(v[(2..8, -1)], [], 0);
        Same(v[(.., 100)], [0], 1);
    }

    // The rules of slice.indices, for every start, stop and step around the axis.
    [Fact]
    public void Every_step_agrees_with_a_walk_over_the_axis()
    {
        for (var size = 0; size <= 4; size++)
            for (var start = -7; start <= 6; start++)
                for (var stop = -7; stop <= 6; stop++)
                    foreach (var step in new[] { -3, -2, -1, 1, 2, 3 })
                    {
                        int? first = start == -7 ? null : start, last = stop == -7 ? null : stop;
                        Assert.Equal(Walk(size, first, last, step), Counting(size)[Tensor.Step(first, last, step)].ToArray<long>());
                    }
    }

    static long[] Walk(int size, int? start, int? stop, int step)
    {
        int low = step > 0 ? 0 : -1, high = step > 0 ? size : size - 1;
        int Bound(int? v, int none) => v is not { } b ? none : Math.Clamp(b < 0 ? b + size : b, low, high);
        int from = Bound(start, step > 0 ? low : high), to = Bound(stop, step > 0 ? high : low);
        var result = new List<long>();
        for (var i = from; step > 0 ? i < to : i > to; i += step) result.Add(i);
        return [.. result];
    }

    [Fact]
    public void New_axes_and_the_ellipsis_stand_where_they_are_written()
    {
        Assert.Equal([2, 1, 3, 4], x[.., Tensor.NewAxis].Shape);
        Assert.Equal([2, 3, 4, 1], x[Tensor.Ellipsis, Tensor.NewAxis].Shape);
        Assert.Equal([1, 3, 1, 4], x[Tensor.NewAxis, 0, .., Tensor.NewAxis].Shape);
        Same(x[Tensor.Ellipsis, 1], [1, 5, 9, 13, 17, 21], 2, 3);
        Same(x[1, Tensor.Ellipsis, 0], [12, 16, 20], 3);
        Same(x[0, 1, 2, Tensor.Ellipsis], [6]);
        Assert.Equal([2, 3, 4], x[Tensor.Ellipsis].Shape);
        Assert.Equal([1], Tensor.Scalar(5L)[Tensor.NewAxis].Shape);
        Assert.Equal(5, Tensor.Scalar(5L)[Tensor.Ellipsis].Item());
    }

    [Fact]
    public void Basic_indexing_is_a_view()
    {
        var parameter = Tensor.Zeros([3, 4], DType.Float64);
        Tensor[] views = [parameter[1], parameter[.., 2], parameter[1, 2], parameter[(.., -2), 1..3], parameter[Tensor.NewAxis, .., 0]];
        parameter.Assign(Tensor.Arange(12.0).Reshape(3, 4));
        Assert.Equal([4, 5, 6, 7], views[0].ToArray<double>());
        Assert.Equal([2, 6, 10], views[1].ToArray<double>());
        Assert.Equal(6, views[2].Item());
        Assert.Equal([9, 10, 1, 2], views[3].ToArray<double>());
        Assert.Equal([0, 4, 8], views[4].ToArray<double>());
    }

    [Fact]
    public void An_array_of_places_picks_and_repeats()
    {
        Same(x[new[] { 1, 0, -1 }, 0, 0], [12, 0, 12], 3);
        Same(Counting(3, 2)[new[] { 2, 0, 2 }], [4, 5, 0, 1, 4, 5], 3, 2);
        Same(Counting(3, 2)[.., new long[] { -1 }], [1, 3, 5], 3, 1);
        Same(Counting(4)[Tensor.From(new[,] { { 3, 2 }, { 1, 0 } })], [3, 2, 1, 0], 2, 2);
        Same(Counting(2, 3)[Tensor.Scalar(1)], [3, 4, 5], 3);
        Same(Counting(3, 2)[Array.Empty<int>()], [], 0, 2);
        Same(Counting(3)[Tensor.From(new byte[] { 2, 1 })], [2, 1], 2);
    }

    [Fact]
    public void Several_arrays_are_broadcast_together()
    {
        var m = Counting(3, 4);
        Same(m[new[] { 0, 1, 2 }, new[] { 3, 2, 1 }], [3, 6, 9], 3);
        Same(m[Tensor.From(new[,] { { 0 }, { 2 } }), new[] { 1, 3 }], [1, 3, 9, 11], 2, 2);
        Same(m[new[] { 2, 0 }, 1], [9, 1], 2);
        Same(m[new[] { 1 }, new[] { 0, 1, 2 }], [4, 5, 6], 3);
    }

    [Fact]
    public void The_common_axes_stand_with_neighbours_and_in_front_of_others()
    {
        var y = Counting(2, 3, 4, 5);
        var a = new[] { 0, 1, 1 };
        Assert.Equal([2, 3, 5], y[.., a, a].Shape);
        Assert.Equal([3, 3, 5], y[a, .., a].Shape);
        Assert.Equal([2, 3, 3], y[.., .., a, 2].Shape);
        Assert.Equal([3, 3, 4], y[0, .., .., a].Shape);
        Assert.Equal([3, 4, 5], y[0, a].Shape);
        Assert.Equal([3, 1, 4, 5], y[a, Tensor.NewAxis, a].Shape);
        Same(Counting(2, 2, 3)[new[] { 0, 1 }, .., new[] { 2, 0 }], [2, 5, 6, 9], 2, 2);
        Same(Counting(2, 2, 3)[.., new[] { 1, 0 }, new[] { 2, 0 }], [5, 0, 11, 6], 2, 2);
        Same(Counting(2, 2, 3)[0, .., new[] { 2, 0 }], [2, 5, 0, 3], 2, 2);
    }

    [Fact]
    public void A_mask_picks_where_it_is_true()
    {
        var m = Counting(2, 3);
        Same(m[m > 1L], [2, 3, 4, 5], 4);
        Same(m[new[] { false, true }], [3, 4, 5], 1, 3);
        Same(m[.., new[] { true, false, true }], [0, 2, 3, 5], 2, 2);
        Same(m[m > 100L], [], 0);
        Same(x[Tensor.From(new[,] { { true, false, false }, { false, false, true } })], [0, 1, 2, 3, 20, 21, 22, 23], 2, 4);
        Same(x[.., Tensor.From(new[] { false, true, true }), 0], [4, 8, 16, 20], 2, 2);
        // A mask and an array are broadcast together like two arrays.
        Same(m[new[] { true, true }, new[] { 0, 2 }], [0, 5], 2);
        Same(m.MaskedSelect(Tensor.From(new[] { true, false, true })), [0, 2, 3, 5], 4);
    }

    [Fact]
    public void Errors_name_the_axis_the_place_and_the_size()
    {
        static void Refused<E>(Func<Tensor> index, params string[] words) where E : Exception
        {
            var message = Assert.Throws<E>(() => index()).Message;
            foreach (var word in words) Assert.Contains(word, message, StringComparison.Ordinal);
        }

        Refused<ArgumentOutOfRangeException>(() => x[0, 3], "index 3", "axis 1", "size 3", "[2, 3, 4]", "from 0 to 2, or from -3 to -1");
        Refused<ArgumentOutOfRangeException>(() => x[-3], "index -3", "axis 0", "size 2");
        Refused<ArgumentOutOfRangeException>(() => x[^0], "index ^0", "axis 0", "size 2");
        Refused<ArgumentOutOfRangeException>(() => x[.., .., new[] { 0, 4 }], "index 4", "axis 2", "size 4");
        Refused<ArgumentOutOfRangeException>(() => x[new[] { -3 }, 0], "index -3", "axis 0", "size 2");
        Refused<ArgumentOutOfRangeException>(() => Counting(0)[0], "axis 0", "size 0");
        Refused<ArgumentOutOfRangeException>(() => x[(.., 0)], "steps of 0");
        Refused<ShapeException>(() => x[0, 0, 0, 0], "4 indices", "[2, 3, 4]", "3 axes");
        Refused<ShapeException>(() => Tensor.Scalar(1)[0], "too many", "[]");
        Refused<ShapeException>(() => x[Tensor.Ellipsis, Tensor.Ellipsis], "two ellipses");
        Refused<ShapeException>(() => x[.., new[] { true, false }], "mask", "[2]", "axis 1", "[3]");
        Refused<ShapeException>(() => x[new[] { 0, 1 }, new[] { 0, 1, 2 }], "[2], [3]", "broadcast");
        Refused<DTypeException>(() => x[Tensor.From(new[] { 1.0 })], "float64", "mask");
        Refused<ArgumentOutOfRangeException>(() => x.IndexSelect(1, Tensor.From(new[] { 3 })), "index 3", "axis 1", "size 3");
        Refused<ArgumentOutOfRangeException>(() => Tensor.OneHot(Tensor.From(new[] { 3 }), 3), "class 3", "0 to 2");
    }

    [Fact]
    public void Derivatives_add_up_where_an_element_was_picked_several_times()
    {
        var v = Tensor.From(new[] { 1.0, 2, 3 });
        var gradient = Gradient.Of(t => (t[new[] { 0, 2, 0 }] * Tensor.From(new[] { 1.0, 10, 100 })).Sum())(v);
        Assert.Equal([101, 0, 10], gradient.ToArray<double>());
        var mask = Gradient.Of(t => t[t > 1.5].Square().Sum())(v);
        Assert.Equal([0, 4, 6], mask.ToArray<double>());
        var single = Gradient.Of(t => t[0..1].Sum() * 3)(Tensor.From(new[] { 5.0 }));
        Assert.Equal([3], single.ToArray<double>());
        Assert.Equal([0, 0, 0], Gradient.Of(t => t[5..].Sum())(v).ToArray<double>());
    }

    [Fact]
    public void Scatter_keeps_the_last_and_gives_it_alone_a_derivative()
    {
        var zeros = Tensor.Zeros([4], DType.Float64);
        var index = Tensor.From(new[] { 2, 0, 2 });
        var source = Tensor.From(new[] { 1.0, 2, 3 });
        Assert.Equal([2, 0, 3, 0], zeros.Scatter(0, index, source).ToArray<double>());
        Assert.Equal([7, 0, 7, 0], zeros.Scatter(0, index, 7.0).ToArray<double>());
        Assert.Equal([0, 1, 1], Gradient.Of(s => zeros.Scatter(0, index, s).Sum())(source).ToArray<double>());
        Assert.Equal([0, 1, 0, 1], Gradient.Of(z => z.Scatter(0, index, source).Sum())(zeros).ToArray<double>());
    }

    [Fact]
    public void Places_of_what_is_not_zero_buckets_and_one_hot()
    {
        Same(Tensor.From(new[,] { { 0.0, double.NaN }, { -1, 0 } }).NonZero(), [0, 1, 1, 0], 2, 2);
        Same(Tensor.Zeros([3]).NonZero(), [], 0, 1);
        var edges = Tensor.From(new[] { 1.0, 2, 2, 5 });
        var values = Tensor.From(new[] { 0.0, 1, 2, 3, 5, 6, double.NaN });
        Same(values.Bucketize(edges), [0, 0, 1, 3, 3, 4, 4], 7);
        Same(values.Bucketize(edges, right: true), [0, 1, 3, 3, 4, 4, 4], 7);
        Same(Tensor.OneHot(Tensor.From(new[] { 2, 0 }), 3), [0, 0, 1, 1, 0, 0], 2, 3);
        Assert.Equal(DType.Float32, Tensor.OneHot(Tensor.From(new[] { 2, 0 }), 3, DType.Float32).DType);
    }

    [Fact]
    public void Views_with_gaps_are_picked_from_like_any_other()
    {
        var t = Counting(3, 4).T;
        Same(t[new[] { 3, 1 }], [3, 7, 11, 1, 5, 9], 2, 3);
        Same(t[(.., -1), new[] { 0, 2 }], [3, 11, 2, 10, 1, 9, 0, 8], 4, 2);
        Same(Tensor.Scalar(7L).Expand(2, 2)[new[] { 1 }], [7, 7], 1, 2);
    }
}
