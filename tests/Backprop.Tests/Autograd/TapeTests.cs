using System.Runtime.CompilerServices;
using Backprop.Autograd;
using Xunit;

namespace Backprop.Tests.Autograd;

/// <summary>Recording and the walk backward.</summary>
public sealed class TapeTests
{
    static Tensor Leaf(params double[] values)
    {
        var x = values.Length == 1 ? Tensor.Scalar(values[0]) : Tensor.From(values);
        x.RequiresGrad = true;
        return x;
    }

    static string Refused<E>(Action call) where E : Exception => Assert.Throws<E>(call).Message;

    [Fact]
    public void Apples_by_tape()
    {
        Tensor apple = 100.0, count = 2.0, tax = 1.1;
        Tape.Watch(apple, count, tax);
        var price = apple * count * tax;
        price.Backward();
        Assert.Equal(2.2, apple.Grad!.Item());
        Assert.Equal(110.00000000000001, count.Grad!.Item());
        Assert.Equal(200, tax.Grad!.Item());
        Assert.Null(price.Grad);
        Assert.False(apple.Grad.IsWeak);
    }

    [Fact]
    public void Gradients_add_up_until_they_are_forgotten()
    {
        var x = Leaf(3);
        (x * x).Backward();
        (x * 4.0).Backward();
        Assert.Equal(10, x.Grad!.Item());
        x.Grad = null;
        (x * x).Backward();
        Assert.Equal(6, x.Grad!.Item());
        var y = x * x * x;
        x.Grad = null;
        y.Backward();
        y.Backward();
        Assert.Equal(54, x.Grad!.Item());
    }

    [Fact]
    public void Only_leaves_keep_their_gradient_unless_a_result_is_asked_to()
    {
        var x = Leaf(2);
        var square = x * x;
        var y = square * 3.0;
        y.Backward();
        Assert.Null(square.Grad);
        square.KeepsGrad = y.KeepsGrad = true;
        y.Backward();
        Assert.Equal(3, square.Grad!.Item());
        Assert.Equal(1, y.Grad!.Item());
        Assert.Equal(24, x.Grad!.Item());
    }

    [Fact]
    public void Data_gets_no_gradient_and_a_leaf_used_in_many_places_gets_the_sum()
    {
        Tensor data = new[] { 1.0, 2, 3 };
        var w = Leaf(2);
        ((data * w).Sum() + w * w + w).Backward();
        Assert.Null(data.Grad);
        Assert.Equal(6 + 4 + 1, w.Grad!.Item());
        var x = Leaf(5);
        (x + x).Backward();
        Assert.Equal(2, x.Grad!.Item());
    }

    [Fact]
    public void Diamonds_are_walked_once()
    {
        // Doubling fifty times has 2^50 paths.
        var x = Leaf(1);
        var y = x;
        for (var i = 0; i < 50; i++) y += y;
        y.Backward();
        Assert.Equal(Math.Pow(2, 50), x.Grad!.Item());
    }

    [Fact]
    public void Recording_stops_and_resumes_in_nested_scopes()
    {
        var x = Leaf(2);
        Assert.True(Tape.IsRecording);
        using (Tape.NoGrad())
        {
            Assert.False(Tape.IsRecording);
            Assert.False((x * x).RequiresGrad);
            using (Tape.EnableGrad())
            {
                Assert.True((x * x).RequiresGrad);
                using (Tape.NoGrad()) Assert.False((x * x).RequiresGrad);
                Assert.True(Tape.IsRecording);
            }
            Assert.False((x * x).RequiresGrad);
        }
        Assert.True(Tape.IsRecording);
        Assert.Throws<InvalidOperationException>((Action)(() =>
        {
            using var off = Tape.NoGrad();
            throw new InvalidOperationException();
        }));
        Assert.True(Tape.IsRecording);
    }

    [Fact]
    public void Recording_is_a_matter_of_the_thread()
    {
        using var off = Tape.NoGrad();
        var recording = false;
        var thread = new Thread(() => recording = Tape.IsRecording);
        thread.Start();
        thread.Join();
        Assert.True(recording);
    }

    [Fact]
    public void Derivatives_stop_at_Detach()
    {
        var x = Leaf(3);
        var y = x * x.Detach();
        y.Backward();
        Assert.Equal(3, x.Grad!.Item());
        var z = (x * x).Detach();
        Assert.False(z.RequiresGrad);
        Assert.True(z.IsLeaf);
        Assert.Equal(9, z.Item());
    }

    [Fact]
    public void What_flows_in_must_have_the_results_shape()
    {
        var x = Leaf(1, 2, 3);
        var y = x * 2.0;
        var message = Refused<GradientException>(() => y.Backward());
        Assert.Contains("[3]", message, StringComparison.Ordinal);
        Assert.Contains("Sum()", message, StringComparison.Ordinal);
        message = Refused<ShapeException>(() => y.Backward(Tensor.Zeros([1, 3], DType.Float64)));
        Assert.Contains("[1, 3]", message, StringComparison.Ordinal);
        Assert.Contains("[3]", message, StringComparison.Ordinal);
        Assert.Throws<ShapeException>(() => y.Backward(1.0));
        Assert.Null(x.Grad);
        Tensor dy = new[] { 1.0, 10, 100 };
        y.Backward(dy);
        Assert.Equal([2, 20, 200], x.Grad!.ToArray<double>());
        Assert.Equal([1, 10, 100], dy.ToArray<double>());
        y.Backward(Tensor.From(new[] { 1f, 1f, 1f }));
        Assert.Equal([4, 22, 202], x.Grad!.ToArray<double>());
        Assert.Equal(DType.Float64, x.Grad.DType);
        var one = Leaf(5).Reshape(1, 1) * 2.0;
        one.Backward();
    }

    [Fact]
    public void Nothing_recorded_is_a_clear_error()
    {
        Tensor a = 2.0, b = 3.0;
        Assert.Contains("Tape.Watch", Refused<GradientException>(() => (a * b).Backward()), StringComparison.Ordinal);
        a.RequiresGrad = true;
        using (Tape.NoGrad()) Assert.Contains("NoGrad", Refused<GradientException>(() => (a * b).Backward()), StringComparison.Ordinal);
        Assert.Throws<GradientException>(() => a.Detach().Backward());
        Assert.Throws<GradientException>(() => (a > 1.0).Backward());
    }

    [Fact]
    public void A_leaf_is_its_own_derivative()
    {
        var x = Leaf(3);
        x.Backward();
        Assert.Equal(1, x.Grad!.Item());
        var v = Leaf(1, 2);
        v.Backward(Tensor.From(new[] { 5.0, 6 }));
        Assert.Equal([5, 6], v.Grad!.ToArray<double>());
    }

    [Fact]
    public void Flags_are_refused_where_they_make_no_sense()
    {
        Tensor whole = 3;
        Assert.Contains("int64", Refused<DTypeException>(() => whole.RequiresGrad = true), StringComparison.Ordinal);
        Assert.Throws<DTypeException>(() => Tape.Watch(Tensor.From(new[] { true })));
        var y = Leaf(2) * 2.0;
        Assert.Contains("Detach", Refused<GradientException>(() => y.RequiresGrad = false), StringComparison.Ordinal);
        y.RequiresGrad = true;
        var x = Leaf(1, 2);
        var message = Refused<ShapeException>(() => x.Grad = Tensor.Zeros([3]));
        Assert.Contains("[3]", message, StringComparison.Ordinal);
        Assert.Contains("[2]", message, StringComparison.Ordinal);
        x.RequiresGrad = false;
        Assert.False((x * 2.0).RequiresGrad);
    }

    [Fact]
    public void Hooks_see_the_whole_derivative_and_may_replace_it()
    {
        var x = Leaf(2);
        var seen = new List<double>();
        var inner = x * 3.0;
        inner.OnGradient(d =>
        {
            seen.Add(d.Item());
            return null;
        });
        (inner * inner + inner).Backward();
        Assert.Equal([13], seen);
        Assert.Equal(39, x.Grad!.Item());

        x.Grad = null;
        using (inner.OnGradient(d => d * 10.0)) (inner * inner + inner).Backward();
        Assert.Equal(390, x.Grad!.Item());
        x.Grad = null;
        (inner * inner + inner).Backward();
        Assert.Equal(39, x.Grad!.Item());
    }

    [Fact]
    public void A_hook_on_a_leaf_that_is_reached_twice_runs_once_with_the_sum()
    {
        var x = Leaf(2);
        var seen = new List<double>();
        using var hook = x.OnGradient(d =>
        {
            seen.Add(d.Item());
            return d * 2.0;
        });
        (x * x + x * 5.0).Backward();
        Assert.Equal([9], seen);
        Assert.Equal(18, x.Grad!.Item());
        // It is not run on the sum over passes.
        (x * 1.0).Backward();
        Assert.Equal([9, 1], seen);
        Assert.Equal(20, x.Grad!.Item());
        x.Backward();
        Assert.Equal([9, 1, 1], seen);
        Assert.Equal(22, x.Grad!.Item());
    }

    [Fact]
    public void Hooks_run_in_order_and_each_is_removed_once()
    {
        var x = Leaf(1);
        Func<Tensor, Tensor?> twice = d => d * 2.0;
        var first = x.OnGradient(twice);
        var second = x.OnGradient(twice);
        (x * 1.0).Backward();
        Assert.Equal(4, x.Grad!.Item());
        first.Dispose();
        first.Dispose();
        x.Grad = null;
        (x * 1.0).Backward();
        Assert.Equal(2, x.Grad!.Item());
        second.Dispose();
        x.Grad = null;
        (x * 1.0).Backward();
        Assert.Equal(1, x.Grad!.Item());
    }

    [Fact]
    public void A_hooks_result_is_of_the_tensors_shape_and_type()
    {
        var x = Leaf(1, 2);
        using (x.OnGradient(d => d.Sum()))
        {
            var message = Refused<ShapeException>(() => (x * x).Sum().Backward());
            Assert.Contains("[2]", message, StringComparison.Ordinal);
        }
        x.Grad = null;
        // After the error nothing is left over.
        (x * x).Sum().Backward();
        Assert.Equal([2, 4], x.Grad!.ToArray<double>());
        var single = Tensor.From(new[] { 1f });
        single.RequiresGrad = true;
        using (single.OnGradient(d => d.As(DType.Float64))) (single * 2.0).Backward();
        Assert.Equal(DType.Float32, single.Grad!.DType);
        Assert.Throws<GradientException>(() => Tensor.Scalar(1.0).OnGradient(d => d));
    }

    [Fact]
    public void After_an_error_on_the_way_the_next_pass_is_clean()
    {
        var x = Leaf(2);
        var inner = x * 3.0;
        var y = inner * inner;
        using (inner.OnGradient(_ => throw new InvalidOperationException("stop"))) Refused<InvalidOperationException>(() => y.Backward());
        Assert.True(Tape.IsRecording);
        Assert.Null(x.Grad);
        y.Backward();
        Assert.Equal(36, x.Grad!.Item());
    }

    [Fact]
    public void A_chain_of_a_million_additions_is_walked_without_recursion()
    {
        var x = Leaf(0);
        var y = x;
        for (var i = 0; i < 1_000_000; i++) y += 1.0;
        Assert.Equal(1_000_000, y.Item());
        y.Backward();
        Assert.Equal(1, x.Grad!.Item());
    }

    [Fact]
    public void The_graph_is_let_go_of_with_its_root()
    {
        var x = Leaf(1, 2, 3);
        var (node, result) = BuildAndWalk(x);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.False(node.IsAlive);
        Assert.False(result.IsAlive);
        Assert.NotNull(x.Grad);
        Assert.True(x.Grad.IsLeaf);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static (WeakReference, WeakReference) BuildAndWalk(Tensor x)
    {
        var inner = x * x;
        inner.Sum().Backward();
        return (new(inner.Node), new(inner));
    }

    [Fact]
    public void A_released_graph_says_so()
    {
        var x = Leaf(1, 2);
        var y = (x * x).Sum();
        y.Backward(release: true);
        Assert.Equal([2, 4], x.Grad!.ToArray<double>());
        Assert.Contains("release", Refused<GradientException>(() => y.Backward()), StringComparison.Ordinal);
        Assert.Throws<GradientException>(() => (x * x).Sum().Backward(createGraph: true, release: true));
    }

    [Fact]
    public void A_parameter_changed_between_forward_and_backward_is_noticed()
    {
        var w = Leaf(1, 2);
        var y = (w * w).Sum();
        w.Assign(Tensor.From(new[] { 3.0, 4 }));
        var message = Refused<GradientException>(() => y.Backward());
        Assert.Contains("changed after the forward pass", message, StringComparison.Ordinal);
        Assert.Contains("[2]", message, StringComparison.Ordinal);
        (w * w).Sum().Backward();
        Assert.Equal([6, 8], w.Grad!.ToArray<double>());
    }

    [Fact]
    public void A_change_is_noticed_through_views_and_detached_tensors_too()
    {
        Tensor data = new[] { 1.0, 2 };
        var x = Leaf(5, 6);
        var y = (x * data.Detach()).Sum();
        data.Assign(Tensor.From(new[] { 10.0, 20 }));
        Refused<GradientException>(() => y.Backward());
        var z = (x * data).Sum();
        data.Reshape(2, 1).Assign(Tensor.From(new[,] { { 7.0 }, { 8.0 } }));
        Refused<GradientException>(() => z.Backward());
        var (_, pullback) = Gradient.Vjp(t => t * t, x);
        using (Tape.NoGrad()) x.Assign(data);
        Refused<GradientException>(() => pullback(data));
        // What others change does not matter.
        var w = (x * x).Sum();
        data.Assign(Tensor.From(new[] { 10.0, 20 }));
        w.Backward();
        Assert.Equal([14, 16], x.Grad!.ToArray<double>());
    }

    [Fact]
    public async Task Independent_graphs_on_many_threads_give_right_results()
    {
        var shared = Leaf(2, 3);
        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(k => Task.Run(() =>
        {
            var own = Leaf(k, k + 1);
            for (var i = 0; i < 500; i++)
            {
                (own * own * shared.Detach()).Sum().Backward();
                (shared * (k + 1.0)).Sum().Backward();
            }
            return own.Grad!.ToArray<double>();
        })));
        for (var k = 0; k < 8; k++) Assert.Equal([500 * 4.0 * k, 500 * 6.0 * (k + 1)], results[k]);
        // What all of them add to one leaf is not lost either: 500 · (1 + 2 + … + 8).
        Assert.Equal([18000, 18000], shared.Grad!.ToArray<double>());
    }

    [Fact]
    public async Task A_shared_leaf_may_be_differentiated_on_many_threads()
    {
        var x = Leaf(1, 2, 3);
        var results = await Task.WhenAll(Enumerable.Range(1, 8).Select(k => Task.Run(() =>
        {
            Tensor? last = null;
            for (var i = 0; i < 200; i++) last = Gradient.Of(t => (t * t * k).Sum())(x);
            return last!.ToArray<double>();
        })));
        for (var k = 1; k <= 8; k++) Assert.Equal([2.0 * k, 4 * k, 6 * k], results[k - 1]);
        Assert.Null(x.Grad);
    }

    [Fact]
    public void Gradients_of_gradients_by_tape()
    {
        var x = Leaf(3);
        (x * x * x * x).Backward(createGraph: true);
        var first = x.Grad!;
        Assert.Equal(108, first.Item());
        Assert.True(first.RequiresGrad);
        x.Grad = null;
        first.Backward(createGraph: true);
        Assert.Equal(108, x.Grad!.Item());
        var third = Gradient.Of(x.Grad, [x])[0];
        Assert.Equal(72, third.Item());
        Assert.False(third.RequiresGrad);
    }

    [Fact]
    public void Derivatives_of_a_computed_result_leave_Grad_alone()
    {
        Tensor x = Leaf(2), y = Leaf(5), stranger = Leaf(7);
        var inner = x * y;
        var z = inner * inner;
        var d = Gradient.Of(z, [x, y, inner, stranger, z]);
        Assert.Equal([100, 40, 20, 0, 1], d.Select(t => t.Item()));
        Assert.Null(x.Grad);
        Assert.Equal([6], Gradient.Of(x * 3.0, [x], dy: 2.0).Select(t => t.Item()));
        Assert.Contains("Gradient.Of", Refused<GradientException>(() => Gradient.Of(x.Detach() * 2.0, [x])), StringComparison.Ordinal);
    }

    [Fact]
    public void Empty_tensors_have_derivatives()
    {
        var x = Tensor.Zeros([0, 3], DType.Float64);
        x.RequiresGrad = true;
        var y = (x.Exp() * x).Sum() + (x + Tensor.Zeros([1, 3], DType.Float64)).Sum();
        Assert.Equal(0, y.Item());
        y.Backward();
        Assert.Equal(new Shape(0, 3), x.Grad!.Shape);
        var w = Tensor.Ones([3, 2], DType.Float64);
        w.RequiresGrad = true;
        x.MatMul(w).Sum().Backward();
        Assert.Equal(new double[6], w.Grad!.ToArray<double>());
    }

    [Fact]
    public void Mixed_types_give_each_operand_a_gradient_of_its_own_type()
    {
        var a = Tensor.From(new[] { 1f, 2f });
        var b = Leaf(3, 4);
        a.RequiresGrad = true;
        var y = a * b + Tensor.From(new[] { 1, 2 });
        Assert.Equal(DType.Float64, y.DType);
        y.Sum().Backward();
        Assert.Equal([3f, 4f], a.Grad!.ToArray<float>());
        Assert.Equal([1, 2], b.Grad!.ToArray<double>());
    }

    [Fact]
    public void Second_derivatives_stay_in_single_precision()
    {
        var x = Tensor.From(new[] { 0.5f, -1.5f });
        x.RequiresGrad = true;
        var first = Gradient.Of((x.Abs() * x + x.LeakyRelu() * x.Maximum(0.25)).Sum(), [x], createGraph: true)[0];
        Assert.Equal(DType.Float32, first.DType);
        var seen = new List<DType>();
        var waiting = new Stack<Tensor>([first]);
        while (waiting.TryPop(out var t))
        {
            if (t.Node is not { } node) continue;
            seen.Add(t.DType);
            foreach (var input in node.Inputs) waiting.Push(input);
        }
        Assert.All(seen, dtype => Assert.Equal(DType.Float32, dtype));
    }
}
