using Backprop.Autograd;
using Xunit;

namespace Backprop.Tests.Autograd;

/// <summary>Derivatives of functions, against what pencil and paper give.</summary>
public sealed class GradientTests
{
    static readonly Tensor v = Tensor.From(new[] { 0.5, -1.25, 2 });

    static void Close(double[] expected, Tensor actual, double tolerance = 1e-12)
    {
        var values = actual.ToArray<double>();
        Assert.Equal(expected.Length, values.Length);
        for (var i = 0; i < values.Length; i++) Assert.Equal(expected[i], values[i], tolerance * Math.Max(1, Math.Abs(expected[i])));
    }

    [Fact]
    public void A_number_needs_no_ceremony()
    {
        Assert.Equal(Math.Cos(2) * 2 + Math.Sin(2), Gradient.At(x => x.Sin() * x, 2.0), 1e-14);
        Assert.Equal(6, Gradient.At(x => x * x, 3.0));
        Assert.Equal(0, Gradient.At(_ => 5.0, 3.0));
        Assert.Equal(1, Gradient.At(x => x, 3.0));
    }

    [Fact]
    public void The_gradient_of_a_sum_of_cubes()
    {
        var (value, gradient) = Gradient.ValueAndGradient(x => (x * x * x).Sum())(v);
        Assert.Equal(0.125 - 1.953125 + 8, value.Item(), 1e-14);
        Close([0.75, 3 * 1.5625, 12], gradient);
        Assert.False(value.RequiresGrad);
        Assert.False(gradient.RequiresGrad);
        Assert.False(v.RequiresGrad);
        Assert.Null(v.Grad);
        Close([0.75, 3 * 1.5625, 12], Gradient.Of(x => (x * x * x).Sum())(v));
    }

    [Fact]
    public void Several_arguments()
    {
        var (da, db) = Gradient.Of((a, b) => (a * b * b).Sum())(v, 3.0);
        Close([9, 9, 9], da);
        Assert.Equal(6 * 1.25, db.Item(), 1e-14);
        var d = Gradient.Of((Tensor[] x) => (x[0] * x[1]).Sum() + x[2])([v, v * 2.0, 1.0, 5.0]);
        Close([1, -2.5, 4], d[0]);
        Close([0.5, -1.25, 2], d[1]);
        Assert.Equal(1, d[2].Item());
        Assert.Equal(0, d[3].Item());
    }

    [Fact]
    public void One_tensor_as_two_arguments_has_two_derivatives()
    {
        var (da, db) = Gradient.Of((a, b) => (a * a * b).Sum())(v, v);
        Close([0.5, 3.125, 8], da);
        Close([0.25, 1.5625, 4], db);
    }

    [Fact]
    public void An_argument_that_is_ignored_has_derivative_zero()
    {
        Close([0, 0, 0], Gradient.Of(_ => 3.0)(v));
        Close([0, 0, 0], Gradient.Of(x => (x > 0.0).Sum())(v));
        Close([0, 0, 0], Gradient.Of(x => x.Detach().Sum())(v));
        var jacobian = Gradient.Jacobian(_ => Tensor.From(new[] { 1.0, 2 }))(v);
        Assert.Equal(new Shape(2, 3), jacobian.Shape);
        Assert.Equal(new double[6], jacobian.ToArray<double>());
        Assert.Equal(0, Gradient.Hessian(x => x.Sum())(v).Abs().Sum().Item());
        Assert.Equal(0, Gradient.HessianVectorProduct(x => x.Sum(), v, v).Abs().Sum().Item());
    }

    [Fact]
    public void Truths_and_whole_numbers_have_derivative_zero()
    {
        var truths = Gradient.Jacobian(x => x > 0.0)(v);
        Assert.Equal(new Shape(3, 3), truths.Shape);
        Assert.Equal(new double[9], truths.ToArray<double>());
        Assert.Equal(new double[3], Gradient.Jacobian(x => x.ArgMax(0))(v).ToArray<double>());
    }

    [Fact]
    public void Whole_numbers_as_arguments_become_float64()
    {
        var d = Gradient.Of(x => (x * x).Sum())(Tensor.From(new[] { 1, 2, 3 }));
        Assert.Equal(DType.Float64, d.DType);
        Close([2, 4, 6], d);
        Assert.Equal(6, Gradient.Of(x => x * x)(3).Item());
        Assert.Equal(DType.Float32, Gradient.Of(x => (x * x).Sum())(Tensor.From(new[] { 1f })).DType);
    }

    [Fact]
    public void Results_that_are_no_single_number_are_refused()
    {
        var message = Assert.Throws<GradientException>(() => Gradient.Of(x => x * 2.0)(v)).Message;
        Assert.Contains("[3]", message, StringComparison.Ordinal);
        Assert.Contains("Jacobian", message, StringComparison.Ordinal);
        // One element is a single number whatever its shape.
        Close([2], Gradient.Of(x => (x * x).Reshape(1, 1, 1))(Tensor.From(new[] { 1.0 })));
    }

    [Fact]
    public void Control_flow_is_that_of_the_language()
    {
        static Tensor F(Tensor x)
        {
            var y = x;
            while (y.Item() < 100) y *= x;
            return y.Item() > 200 ? y : -y;
        }
        // 3⁵ = 243; 5³ = 125 and is negated
        Assert.Equal(5 * 81, Gradient.At(F, 3.0), 1e-10);
        Assert.Equal(-75, Gradient.At(F, 5.0), 1e-10);
    }

    [Fact]
    public void Vector_Jacobian_products()
    {
        var (value, pullback) = Gradient.Vjp(x => x * x, v);
        Close([0.25, 1.5625, 4], value);
        Close([1, -25, 400], pullback(Tensor.From(new[] { 1.0, 10, 100 })));
        Close([1, -2.5, 4], pullback(Tensor.OnesLike(v)));
        var message = Assert.Throws<ShapeException>(() => pullback(1.0)).Message;
        Assert.Contains("[3]", message, StringComparison.Ordinal);
        var (_, pullbacks) = Gradient.Vjp(x => x[0] * x[1], v, Tensor.Scalar(2.0));
        var d = pullbacks(Tensor.OnesLike(v));
        Close([2, 2, 2], d[0]);
        Assert.Equal(1.25, d[1].Item());
    }

    [Fact]
    public void Jacobian_vector_products()
    {
        var (value, tangent) = Gradient.Jvp(x => x * x, v, Tensor.From(new[] { 1.0, 10, 100 }));
        Close([0.25, 1.5625, 4], value);
        Close([1, -25, 400], tangent);
        Assert.False(value.RequiresGrad);
        Assert.False(tangent.RequiresGrad);
        (_, tangent) = Gradient.Jvp(x => x[0] * x[1], [v, 3.0], [Tensor.OnesLike(v), 2.0]);
        Close([3 + 1, 3 - 2.5, 3 + 4], tangent);
        (_, tangent) = Gradient.Jvp(x => x.Detach(), v, v);
        Close([0, 0, 0], tangent);
        Assert.Contains("[2]", Assert.Throws<ShapeException>(() => Gradient.Jvp(x => x, v, Tensor.Zeros([2]))).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Gradient.Jvp(x => x[0], [v, v], [v]));
    }

    [Fact]
    public void The_matrix_of_first_derivatives()
    {
        // (x₀x₁, x₁x₂)
        var j = Gradient.Jacobian(x => x[..2] * x[1..])(v);
        Assert.Equal(new Shape(2, 3), j.Shape);
        Close([-1.25, 0.5, 0, 0, 2, -1.25], j);
        var a = Tensor.From(new[,] { { 1.0, 2 }, { 3, 4 } });
        var matrix = Gradient.Jacobian(x => x.T)(a);
        Assert.Equal(new Shape(2, 2, 2, 2), matrix.Shape);
        for (var i = 0; i < 2; i++)
            for (var k = 0; k < 2; k++)
                Assert.Equal(1, matrix[i, k, k, i].Item());
        Assert.Equal(4, matrix.Sum().Item());
        Close([1, -2.5, 4], Gradient.Jacobian(x => (x * x).Sum())(v));
        var both = Gradient.Jacobian((Tensor[] x) => x[0] * x[1])([v, 2.0]);
        Assert.Equal(new Shape(3, 3), both[0].Shape);
        Close([0.5, -1.25, 2], both[1]);
        Assert.Equal(new Shape(0, 3), Gradient.Jacobian(x => x[..0])(v).Shape);
    }

    [Fact]
    public void The_matrix_of_second_derivatives()
    {
        // x₀²x₁ + x₁x₂³
        static Tensor F(Tensor x) => x[0] * x[0] * x[1] + x[1] * x[2] * x[2] * x[2];
        double a = 0.5, b = -1.25, c = 2;
        double[] expected = [2 * b, 2 * a, 0, 2 * a, 0, 3 * c * c, 0, 3 * c * c, 6 * b * c];
        var hessian = Gradient.Hessian(F)(v);
        Assert.Equal(new Shape(3, 3), hessian.Shape);
        Close(expected, hessian);
        Tensor direction = new[] { 1.0, -2, 3 };
        Close(hessian.MatMul(direction).ToArray<double>(), Gradient.HessianVectorProduct(F, v, direction));
        var blocks = Gradient.Hessian((Tensor[] x) => (x[0] * x[0] * x[1]).Sum())([v, 3.0]);
        Close([6, 0, 0, 0, 6, 0, 0, 0, 6], blocks[0][0]);
        Close([1, -2.5, 4], blocks[0][1]);
        Close([1, -2.5, 4], blocks[1][0]);
        Assert.Equal(0, blocks[1][1].Item());
        var product = Gradient.HessianVectorProduct((Tensor[] x) => (x[0] * x[0] * x[1]).Sum(), [v, 3.0], [direction, 2.0]);
        Close([6 + 2, -12 - 5, 18 + 8], product[0]);
        Close([1 + 5 + 12], product[1]);
    }

    [Fact]
    public void The_third_and_fourth_derivative()
    {
        var first = Gradient.Of(x => x.Sin() * x.Exp());
        var third = Gradient.Of(Gradient.Of(first));
        // (eˣ sin x)⁗ = −4 eˣ sin x
        Assert.Equal(2 * Math.Exp(0.7) * (Math.Cos(0.7) - Math.Sin(0.7)), third(0.7).Item(), 1e-12);
        Assert.Equal(-4 * Math.Exp(0.7) * Math.Sin(0.7), Gradient.Of(third)(0.7).Item(), 1e-12);
        Assert.Equal(24, Gradient.At(x => Gradient.Of(u => Gradient.Of(w => Gradient.Of(t => t * t * t * t)(w))(u))(x), 2.0), 1e-12);
    }

    [Fact]
    public void Derivatives_of_closures_over_outer_variables()
    {
        // d/dx (x · d/dy (x·y²)) = d/dx (2x²y) = 4xy
        Assert.Equal(24, Gradient.At(x => x * Gradient.Of(y => x * y * y)(3.0), 2.0), 1e-12);
        // The two variables do not get confused: d/dx (x · d/dy (x + y)) = 1
        Assert.Equal(1, Gradient.At(x => x * Gradient.Of(y => x + y)(1.0), 5.0));
        // The inner derivative at the outer variable itself: d/dx (x³)' = 6x
        Assert.Equal(12, Gradient.At(x => Gradient.Of(y => y * y * y)(x), 2.0), 1e-12);
        Assert.Equal(4 * 8, Gradient.At(x => Gradient.Of(y => y * y * x * x)(x), 2.0) * 32 / 24, 1e-9);
    }

    [Fact]
    public void Derivatives_that_depend_on_tracked_parameters_are_recorded()
    {
        var w = Tensor.Scalar(3.0);
        w.RequiresGrad = true;
        var (value, gradient) = Gradient.ValueAndGradient(x => x * x * w)(2.0);
        // ∂/∂w of 2xw, and of x²w
        gradient.Backward();
        Assert.Equal(4, w.Grad!.Item());
        w.Grad = null;
        value.Backward();
        Assert.Equal(4, w.Grad!.Item());
        w.Grad = null;
        var (_, tangent) = Gradient.Jvp(x => x * x * w, 2.0, 5.0);
        tangent.Backward();
        Assert.Equal(20, w.Grad!.Item());
        var (pulled, _) = Gradient.Vjp(x => x * w, 7.0);
        w.Grad = null;
        pulled.Backward();
        Assert.Equal(7, w.Grad!.Item());
    }

    [Fact]
    public void A_tracked_argument_passes_derivatives_on()
    {
        var x = Tensor.Scalar(3.0);
        x.RequiresGrad = true;
        Gradient.Of(t => t * t * t)(x).Backward();
        Assert.Equal(18, x.Grad!.Item());
        x.Grad = null;
        Gradient.Jvp(t => t * t * t, x, 1.0).Tangent.Backward();
        Assert.Equal(18, x.Grad!.Item());
    }

    [Fact]
    public void Nothing_is_recorded_outside_and_all_work_under_NoGrad()
    {
        using var off = Tape.NoGrad();
        var w = Tensor.Scalar(3.0);
        w.RequiresGrad = true;
        static Tensor Cubes(Tensor x) => (x * x * x).Sum();
        var (value, gradient) = Gradient.ValueAndGradient(x => Cubes(x) * w)(v);
        Close([2.25, 14.0625, 36], gradient);
        Assert.False(value.RequiresGrad);
        Assert.False(gradient.RequiresGrad);
        Assert.False(Gradient.ValueAndGradient(t => t * t)(w).Value.RequiresGrad);
        Close([1, -25, 400], Gradient.Jvp(x => x * x, v, Tensor.From(new[] { 1.0, 10, 100 })).Tangent);
        Close([3, 0, 0, 0, -7.5, 0, 0, 0, 12], Gradient.Hessian(Cubes)(v));
        Close([3, -7.5, 12], Gradient.HessianVectorProduct(Cubes, v, Tensor.OnesLike(v)));
        Close([1, -2.5, 4], Gradient.Vjp(x => x * x, v).Pullback(Tensor.OnesLike(v)));
        Assert.Equal(12, Gradient.At(x => Gradient.Of(y => y * y * y)(x), 2.0), 1e-12);
        Assert.False(Tape.IsRecording);
    }

    [Fact]
    public void A_walk_goes_only_where_the_variables_are()
    {
        // The outer operation has no rule and is not asked for one; hooks outside are not run.
        Tensor z = new[] { 1.0, 2, 3 };
        z.RequiresGrad = true;
        var outer = new CustomOperationTests.WithoutRule().Apply(z);
        outer.OnGradient(_ => throw new InvalidOperationException("outside"));
        Close([2, 4, 6], Gradient.Of(x => (x * outer).Sum())(v));
    }

    [Fact]
    public void Hooks_inside_a_function_take_part()
    {
        var d = Gradient.Of(x =>
        {
            var y = x * 2.0;
            y.OnGradient(g => g * 10.0);
            return y.Sum();
        })(v);
        Close([20, 20, 20], d);
    }

    [Fact]
    public void Null_functions_are_refused()
    {
        Assert.Throws<ArgumentNullException>(() => Gradient.ValueAndGradient((Func<Tensor, Tensor>)null!));
        Assert.Throws<ArgumentNullException>(() => Gradient.Jacobian((Func<Tensor, Tensor>)null!));
        Assert.Throws<ArgumentNullException>(() => Gradient.Vjp((Func<Tensor, Tensor>)null!, v));
    }
}
