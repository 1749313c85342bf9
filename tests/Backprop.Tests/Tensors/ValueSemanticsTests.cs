using Backprop.Autograd;
using Backprop.Tests.Catalogue;
using Xunit;

namespace Backprop.Tests.Tensors;

/// <summary>A tensor is a value: operations leave their operands alone, and Assign is the only door through which one changes.</summary>
public sealed class ValueSemanticsTests
{
    [Fact]
    public void Operations_do_not_change_their_operands_nor_keep_them()
    {
        Tensor a = new[] { 1.0, -2, 3 }, b = new[] { 4.0, 5, -6 };
        Tensor[] results = [a + b, a * b, a.Exp(), a.Relu(), a.Maximum(b), -a, a.As(DType.Float32), Tensor.Where(a > 0.0, a, b), a.Clamp(-1, 1), a.MatMul(b)];
        Assert.Equal([1, -2, 3], a.ToArray<double>());
        Assert.Equal([4, 5, -6], b.ToArray<double>());
        var before = Array.ConvertAll(results, AnyTensor.Read);
        a.Assign(Tensor.Zeros([3], DType.Float64));
        for (var i = 0; i < results.Length; i++) Assert.Equal(before[i], AnyTensor.Read(results[i]));
    }

    [Fact]
    public void Gradients_do_not_share_storage_that_someone_else_changes()
    {
        Tensor x = new[] { 1.0, 2 }, dy = new[] { 3.0, 4 };
        x.RequiresGrad = true;
        (x * 2.0).Backward(dy);
        (x * 2.0).Backward(dy);
        Assert.Equal([12, 16], x.Grad!.ToArray<double>());
        Assert.Equal([3, 4], dy.ToArray<double>());
    }

    [Fact]
    public void Arrays_are_copied_in_and_out()
    {
        var array = new[] { 1.0, 2 };
        Tensor x = array;
        array[0] = 100;
        Assert.Equal([1, 2], x.ToArray<double>());
        x.ToArray<double>()[0] = 100;
        Assert.Equal([1, 2], x.ToArray<double>());
    }

    [Fact]
    public void A_filled_tensor_is_its_own()
    {
        Tensor value = new[] { 1.0, 2 };
        Tensor[] filled = [Tensor.Full([2], value), Tensor.Full([1, 2], value), Tensor.FullLike(value, value)];
        foreach (var y in filled) y.Assign(Tensor.Zeros(y.Shape, DType.Float64));
        Assert.Equal([1, 2], value.ToArray<double>());
        Assert.Equal([5L, 5], Tensor.Full([2], 5).ToArray<long>());
        Assert.Equal([1f, 1f], Tensor.Ones([2]).ToArray<float>());
    }

    [Fact]
    public void Assign_sets_the_elements_and_views_see_it()
    {
        var x = Tensor.From(new[,] { { 1.0, 2 }, { 3, 4 } });
        Tensor transposed = x.T, detached = x.Detach(), row = x[1], expanded = x[0].Expand(3, 2);
        x.Assign(Tensor.From(new[,] { { 5.0, 6 }, { 7, 8 } }));
        Assert.Equal([5, 7, 6, 8], transposed.ToArray<double>());
        Assert.Equal([5, 6, 7, 8], detached.ToArray<double>());
        Assert.Equal([7, 8], row.ToArray<double>());
        Assert.Equal([5, 6, 5, 6, 5, 6], expanded.ToArray<double>());
        // A view without gaps is a door too; itself turned round may be assigned.
        row.Assign(Tensor.From(new[] { 0.0, -1 }));
        x.Assign(x.T);
        Assert.Equal([5, 0, 6, -1], x.ToArray<double>());
        x.Assign(x.Flip(0));
        Assert.Equal([6, -1, 5, 0], x.ToArray<double>());
    }

    [Fact]
    public void Assign_refuses_what_does_not_fit()
    {
        var x = Tensor.Zeros([2, 3]);
        Assert.Contains("[3]", Assert.Throws<ShapeException>(() => x.Assign(Tensor.Zeros([3]))).Message, StringComparison.Ordinal);
        Assert.Contains("float64", Assert.Throws<DTypeException>(() => x.Assign(Tensor.Zeros([2, 3], DType.Float64))).Message, StringComparison.Ordinal);
        Assert.Contains("gaps", Assert.Throws<GradientException>(() => x.T.Assign(Tensor.Zeros([3, 2]))).Message, StringComparison.Ordinal);
        Assert.Throws<GradientException>(() => x[0].Expand(2, 3).Assign(x));
        var w = Tensor.Scalar(2f);
        w.RequiresGrad = true;
        Assert.Contains("Multiply", Assert.Throws<GradientException>(() => (w * w).Assign(Tensor.Scalar(1f))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentNullException>(() => x.Assign(null!));
        w.Assign(7.0);
        Assert.Equal(7, w.Item());
        Assert.True(w.RequiresGrad);
        Assert.Equal(DType.Float32, w.DType);
    }

    [Fact]
    public void A_scalar_changes_alone()
    {
        var x = Tensor.Scalar(1.0);
        var y = x + 0.0;
        var before = x.Item();
        x.Assign(Tensor.Scalar(5.0));
        Assert.Equal((1, 1, 5), (before, y.Item(), x.Item()));
    }

    [Fact]
    public void Null_operands_are_named()
    {
        Tensor x = 1.0, none = null!;
        Action[] calls = [() => _ = x + none, () => _ = none * x, () => _ = -none, () => _ = none < x, () => _ = !none, () => Tensor.Where(none, x, x),
            () => Tensor.Where(x > 0.0, x, none), () => x.MatMul(none), () => x.AllClose(none), () => x.SequenceEqual(none), () => x.Maximum(none)];
        Assert.All(calls, call => Assert.Throws<ArgumentNullException>(call));
    }

    [Fact]
    public void Closeness_and_equality()
    {
        Tensor x = new[] { 1, double.NaN, double.PositiveInfinity }, y = new[] { 1 + 1e-9, double.NaN, double.PositiveInfinity };
        Assert.False(x.AllClose(y));
        Assert.True(x.AllClose(y, nanEqual: true));
        Assert.True(x.SequenceEqual(x.Flip().Flip()));
        Assert.False(x.SequenceEqual(y));
        Assert.False(x.SequenceEqual(x.As(DType.Float32)));
        Assert.False(x.AllClose(x.Reshape(1, 3), nanEqual: true));
        Assert.False(Tensor.From(new[] { double.PositiveInfinity }).AllClose(Tensor.From(new[] { 1.0 }), rtol: 1));
        Assert.False(Tensor.From(new[] { 1.0 }).AllClose(Tensor.From(new[] { double.PositiveInfinity }), rtol: 1));
        Assert.False(Tensor.From(new[] { double.NegativeInfinity }).AllClose(Tensor.From(new[] { double.PositiveInfinity })));
    }

    [Fact]
    public void Every_operation_of_the_catalogue_leaves_recording_as_it_was()
    {
        foreach (var row in OperationCatalogue.Rows)
        {
            using var off = Tape.NoGrad();
            var leaves = Array.ConvertAll(row.At, x => x.Detach());
            foreach (var x in leaves) x.RequiresGrad = true;
            Assert.False(row.Function(leaves).RequiresGrad, row.Name);
            Assert.False(Tape.IsRecording);
        }
    }
}
