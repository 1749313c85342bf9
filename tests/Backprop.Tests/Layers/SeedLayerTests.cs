using Backprop.Autograd;
using Backprop.Layers;
using Xunit;

namespace Backprop.Tests.Layers;

/// <summary>The tutorial's layers driven by hand, and the chain that keeps their order.</summary>
public sealed class SeedLayerTests
{
    [Fact]
    public void Apples_give_the_tutorials_numbers_and_whole_numbers_stay_whole()
    {
        Tensor apple = 100, count = 2, tax = 1.1;
        MulLayer mulApple = new(), mulTax = new();
        var applePrice = mulApple.Forward(apple, count);
        var price = mulTax.Forward(applePrice, tax);
        Assert.Equal("200", applePrice.ToString());
        Assert.Equal("220.00000000000003", price.ToString());
        var (dApplePrice, dTax) = mulTax.Backward(1);
        var (dApple, dCount) = mulApple.Backward(dApplePrice);
        Assert.Equal("1.1", dApplePrice.ToString());
        Assert.Equal("2.2", dApple.ToString());
        Assert.Equal("110.00000000000001", dCount.ToString());
        Assert.Equal("200", dTax.ToString());
        Assert.Equal(DType.Int64, dTax.DType);
        Assert.Equal(DType.Float64, dApple.DType);
    }

    [Fact]
    public void Apples_and_oranges_give_the_tutorials_numbers()
    {
        Tensor apple = 100, apples = 2, orange = 150, oranges = 3, tax = 1.1;
        MulLayer mulApple = new(), mulOrange = new(), mulTax = new();
        var add = new AddLayer();
        var price = mulTax.Forward(add.Forward(mulApple.Forward(apple, apples), mulOrange.Forward(orange, oranges)), tax);
        Assert.Equal("715.0000000000001", price.ToString());
        var (dAll, dTax) = mulTax.Backward(1);
        var (dApples, dOranges) = add.Backward(dAll);
        var (dOrange, dOrangeCount) = mulOrange.Backward(dOranges);
        var (dApple, dAppleCount) = mulApple.Backward(dApples);
        Assert.Equal(
            ["1.1", "110.00000000000001", "2.2", "1.1", "165.0", "3.3000000000000003", "650"],
            new[] { dApples, dAppleCount, dApple, dOranges, dOrangeCount, dOrange, dTax }.Select(d => d.ToString()));
    }

    [Fact]
    public void Nothing_is_remembered_before_Forward()
    {
        Action[] calls =
        [
            () => new MulLayer().Backward(1), () => new AddLayer().Backward(1), () => new ReLU().Backward(1), () => new Sigmoid().Backward(1),
            () => _ = new ReLU().Mask, () => _ = new Sigmoid().Output, () => _ = new MulLayer().X, () => _ = new AddLayer().Y,
        ];
        Assert.All(calls, call => Assert.Contains("Call Forward first", Assert.Throws<GradientException>(call).Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Backward_belongs_to_the_last_Forward_and_may_be_repeated()
    {
        var mul = new MulLayer();
        mul.Forward(3.0, 4.0);
        mul.Forward(5.0, 6.0);
        Assert.Equal((5.0, 6.0), (mul.X.Item(), mul.Y.Item()));
        for (var i = 0; i < 3; i++)
        {
            var (dx, dy) = mul.Backward(2.0);
            Assert.Equal((12.0, 10.0), (dx.Item(), dy.Item()));
        }
        // What flows in may differ from one backward to the next.
        Assert.Equal(6.0, mul.Backward(1.0).Dx.Item());
        var sigmoid = new Sigmoid();
        sigmoid.Forward(3.0);
        var y = sigmoid.Forward(0.0);
        Assert.Same(y, sigmoid.Output);
        Assert.Equal(0.25, sigmoid.Backward(1.0).Item());
    }

    [Fact]
    public void Dout_and_the_operands_are_left_as_they_were()
    {
        Tensor x = new[] { 1.0, -2, 0 }, y = new[] { 3.0, 4, 5 }, dout = new[] { 7.0, 8, 9 };
        MulLayer mul = new();
        AddLayer add = new();
        ReLU relu = new();
        Sigmoid sigmoid = new();
        mul.Forward(x, y);
        add.Forward(x, y);
        relu.Forward(x);
        sigmoid.Forward(x);
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal([21, 32, 45], mul.Backward(dout).Dx.ToArray<double>());
            Assert.Equal([7, 8, 9], add.Backward(dout).Dy.ToArray<double>());
            Assert.Equal([7, 0, 0], relu.Backward(dout).ToArray<double>());
            sigmoid.Backward(dout);
        }
        Assert.Equal([7, 8, 9], dout.ToArray<double>());
        Assert.Equal([1, -2, 0], x.ToArray<double>());
        Assert.Equal([3, 4, 5], y.ToArray<double>());
    }

    [Fact]
    public void A_dout_of_another_shape_is_refused_with_both_shapes()
    {
        var mul = new MulLayer();
        mul.Forward(Tensor.Zeros([2, 3]), Tensor.Zeros([3]));
        var message = Assert.Throws<ShapeException>(() => mul.Backward(Tensor.Zeros([3, 2]))).Message;
        Assert.Contains("[3, 2]", message, StringComparison.Ordinal);
        Assert.Contains("[2, 3]", message, StringComparison.Ordinal);
        Assert.Contains("MulLayer", message, StringComparison.Ordinal);
        Assert.Throws<ShapeException>(() => mul.Backward(1.0));
        Assert.Throws<ArgumentNullException>(() => mul.Backward(null!));
        Assert.Throws<ArgumentNullException>(() => mul.Forward(null!, 1.0));
    }

    [Fact]
    public void Derivatives_have_the_operands_shapes_where_they_were_broadcast()
    {
        Tensor matrix = Tensor.From(new[,] { { 1.0, 2, 3 }, { 4, 5, 6 } }), row = new[] { 10.0, 20, 30 };
        var mul = new MulLayer();
        Assert.Equal([10, 40, 90, 40, 100, 180], mul.Forward(matrix, row).ToArray<double>());
        var (dMatrix, dRow) = mul.Backward(Tensor.OnesLike(matrix));
        Assert.Equal([10, 20, 30, 10, 20, 30], dMatrix.ToArray<double>());
        Assert.Equal([5, 7, 9], dRow.ToArray<double>());
        var add = new AddLayer();
        add.Forward(matrix, 1.0);
        var (dx, dy) = add.Backward(matrix);
        Assert.Equal(new Shape(2, 3), dx.Shape);
        Assert.Equal(21, dy.Item());
        Assert.Equal(Shape.Scalar, dy.Shape);
    }

    [Fact]
    public void Layers_work_in_single_precision_and_adopt_it_from_arrays()
    {
        var x = Tensor.From(new[] { 1f, -2f });
        var mul = new MulLayer();
        Assert.Equal(DType.Float32, mul.Forward(x, 2.5).DType);
        Assert.Equal(DType.Float32, mul.Backward(Tensor.OnesLike(x)).Dx.DType);
        // The product of two literals is as weak by hand as it is by tape.
        var product = new MulLayer().Forward(2.0, 3.0);
        Assert.Equal(((Tensor)2.0 * 3.0 * x).DType, (product * x).DType);
        var relu = new ReLU();
        Assert.Equal([1f, 0f], relu.Forward(x).ToArray<float>());
        Assert.Equal([false, true], relu.Mask.ToArray<bool>());
    }

    [Fact]
    public void Layers_by_hand_record_nothing()
    {
        Tensor x = new[] { 1.0, 2 };
        x.RequiresGrad = true;
        var mul = new MulLayer();
        Assert.False(mul.Forward(x, x).RequiresGrad);
        var (dx, _) = mul.Backward(Tensor.OnesLike(x));
        Assert.False(dx.RequiresGrad);
        Assert.Null(x.Grad);
    }

    [Fact]
    public void A_chain_runs_backward_in_the_reverse_order_and_shows_both()
    {
        Tensor apple = 100, apples = 2, orange = 150, oranges = 3, tax = 1.1;
        MulLayer mulApple = new(), mulOrange = new(), mulTax = new();
        var add = new AddLayer();
        var chain = new LayerChain();
        var applePrice = chain.Forward(mulApple, apple, apples);
        var orangePrice = chain.Forward(mulOrange, orange, oranges);
        var both = chain.Forward(add, applePrice, orangePrice);
        var price = chain.Forward(mulTax, both, tax);
        Assert.Equal(["mulApple", "mulOrange", "add", "mulTax"], chain.ForwardOrder);
        Assert.Equal(["mulTax", "add", "mulOrange", "mulApple"], chain.BackwardOrder);
        Assert.Equal("forward:  mulApple → mulOrange → add → mulTax\nbackward: mulTax → add → mulOrange → mulApple", chain.ToString());
        chain.Backward(1);
        Assert.Equal(
            ["2.2", "110.00000000000001", "3.3000000000000003", "165.0", "650", "1.1", "1"],
            new[] { apple, apples, orange, oranges, tax, both, price }.Select(x => chain.Derivative(x).ToString()));
    }

    [Fact]
    public void Branches_that_join_add_their_derivatives()
    {
        // y = x·x + σ(x)·x
        Tensor x = new[] { 0.5, -1 };
        var chain = new LayerChain();
        var square = chain.Forward(new MulLayer(), x, x);
        var s = chain.Forward(new Sigmoid(), x);
        var y = chain.Forward(new AddLayer(), square, chain.Forward(new MulLayer(), s, x));
        for (var i = 0; i < 2; i++)
        {
            chain.Backward(Tensor.OnesLike(y));
            var expected = Gradient.Of(t => (t * t + t.Sigmoid() * t).Sum())(x);
            Assert.True(chain.Derivative(x).AllClose(expected, 1e-14), $"{chain.Derivative(x)}");
        }
    }

    [Fact]
    public void A_chain_refuses_a_layer_twice_and_what_it_does_not_know()
    {
        Tensor x = 2.0, stranger = 2.0;
        var mul = new MulLayer();
        var chain = new LayerChain();
        Assert.Contains("no layer ran", Assert.Throws<GradientException>(() => chain.Backward(1.0)).Message, StringComparison.Ordinal);
        var y = chain.Forward(mul, x, 3.0);
        Assert.Contains("mul already ran", Assert.Throws<GradientException>(() => chain.Forward(mul, y, y)).Message, StringComparison.Ordinal);
        Assert.Contains("Backward first", Assert.Throws<GradientException>(() => chain.Derivative(x)).Message, StringComparison.Ordinal);
        Assert.Throws<ShapeException>(() => chain.Backward(Tensor.Zeros([2])));
        Assert.Contains("Backward first", Assert.Throws<GradientException>(() => chain.Derivative(y)).Message, StringComparison.Ordinal);
        chain.Backward(1.0);
        Assert.Equal(3, chain.Derivative(x).Item());
        Assert.Contains("does not depend", Assert.Throws<GradientException>(() => chain.Derivative(stranger)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_chain_notices_that_a_layer_was_driven_outside_it()
    {
        var mul = new MulLayer();
        var chain = new LayerChain();
        chain.Forward(mul, 2.0, 3.0);
        mul.Forward(20.0, 30.0);
        Assert.Contains("mul", Assert.Throws<GradientException>(() => chain.Backward(1.0)).Message, StringComparison.Ordinal);
    }
}
