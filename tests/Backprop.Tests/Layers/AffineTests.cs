using Backprop.Layers;
using Xunit;

namespace Backprop.Tests.Layers;

public sealed class AffineTests
{
    [Fact]
    public void The_books_numbers_come_out()
    {
        var affine = new Affine(new[,] { { 1.0, 2, 3 }, { 4, 5, 6 } }, new[] { 10.0, 20, 30 });
        var y = affine.Forward(new[,] { { 1.0, 0 }, { 2, -1 } });
        Assert.Equal([11, 22, 33, 8, 19, 30], y.ToArray<double>());
        var dx = affine.Backward(new[,] { { 1.0, 2, 3 }, { 0, 1, 0 } });
        Assert.Equal([14, 32, 2, 5], dx.ToArray<double>());
        Assert.Equal([1, 4, 3, 0, -1, 0], affine.Dw.ToArray<double>());
        Assert.Equal([1, 3, 3], affine.Db.ToArray<double>());
        Assert.Same(affine.Parameters[0], affine.W);
        Assert.Same(affine.Parameters[1], affine.B);
    }

    [Fact]
    public void Images_are_taken_as_rows_and_get_their_shape_back()
    {
        Tensor w = LayerCatalogue.Normal(12, 5), b = LayerCatalogue.Normal(5), x = LayerCatalogue.Normal(2, 3, 2, 2), dout = LayerCatalogue.Normal(2, 5);
        Affine images = new(w.Copy(), b.Copy()), rows = new(w.Copy(), b.Copy());
        Assert.True(rows.Forward(x.Reshape(2, 12)).SequenceEqual(images.Forward(x)));
        var dx = images.Backward(dout);
        Assert.Equal(x.Shape, dx.Shape);
        Assert.True(rows.Backward(dout).SequenceEqual(dx.Reshape(2, 12)));
        Assert.True(rows.Dw.SequenceEqual(images.Dw));
        // A single example and an empty batch.
        Assert.Equal([5], images.Forward(x[0].Flatten()).Shape);
        Assert.Equal([0, 5], images.Forward(Tensor.Zeros([0, 3, 2, 2], DType.Float64)).Shape);
    }

    [Fact]
    public void What_does_not_fit_is_refused_with_both_shapes()
    {
        Tensor w = Tensor.Zeros([4, 3]), b = Tensor.Zeros([3]);
        Assert.Throws<ShapeException>(() => new Affine(Tensor.Zeros([4]), b));
        Assert.Contains("[3]", Assert.Throws<ShapeException>(() => new Affine(w, Tensor.Zeros([4]))).Message, StringComparison.Ordinal);
        // Nothing was changed by then.
        Assert.False(w.RequiresGrad);
        Assert.Throws<ArgumentNullException>(() => new Affine(w, null!));
        Assert.Throws<ArgumentNullException>(() => new MatMul(null!));
        var message = Assert.Throws<ShapeException>(() => new Affine(w, b).Forward(Tensor.Zeros([5, 3]))).Message;
        Assert.StartsWith("Affine: x of shape [5, 3] does not fit W of shape [4, 3]", message, StringComparison.Ordinal);
        Assert.Throws<ShapeException>(() => new Affine(w, b).Forward(1.0));
        Assert.StartsWith("MatMul", Assert.Throws<ShapeException>(() => new MatMul(w).Forward(Tensor.Zeros([5, 3]))).Message, StringComparison.Ordinal);
        Assert.StartsWith("TimeAffine", Assert.Throws<ShapeException>(() => new TimeAffine(w, b).Forward(Tensor.Zeros([5, 4]))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_product_of_sequences_is_that_of_each_step()
    {
        Tensor w = LayerCatalogue.Normal(4, 3), b = LayerCatalogue.Normal(3), x = LayerCatalogue.Normal(2, 5, 4);
        var y = new TimeAffine(w, b).Forward(x);
        for (var t = 0; t < 5; t++) Assert.True(new Affine(w, b).Forward(x[.., t]).AllClose(y[.., t], 1e-14));
        Assert.True((new MatMul(w).Forward(x) + b.Detach()).AllClose(y, 1e-14));
    }

    [Fact]
    public void A_layer_of_ones_own_overrides_Compute()
    {
        var scale = new Scale(new[] { 2.0, 3.0 });
        Assert.Equal([2, 6], scale.Forward(new[] { 1.0, 2.0 }).ToArray<double>());
        Assert.Equal([2, 3], scale.Backward(new[] { 1.0, 1.0 }).ToArray<double>());
        Assert.Equal([1, 2], scale.Gradients[0].ToArray<double>());
        Assert.Contains("Override Compute", Assert.Throws<GradientException>(() => new Nothing().Forward(1.0)).Message, StringComparison.Ordinal);
    }

    sealed class Scale(Tensor w) : UnaryLayer([w])
    {
        protected override Tensor Compute(Tensor[] x) => x[0] * Parameters[0];
    }

    sealed class Nothing() : UnaryLayer([]);
}
