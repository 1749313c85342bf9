using Backprop.Autograd;
using Backprop.Graphs;
using Backprop.Ops;
using Xunit;

namespace Backprop.Tests.Graphs;

/// <summary>What a captured graph holds.</summary>
public sealed class GraphTests
{
    [Fact]
    public void The_apples_are_captured_as_the_book_has_them()
    {
        var graph = SampleGraphs.Apple();
        Assert.Equal(["apple", "count", "applePrice", "tax", null, "price"], graph.Nodes.Select(n => n.Name));
        Assert.Equal(["", "", "×", "", "×", ""], graph.Nodes.Select(n => n.Symbol));
        Assert.Equal([100, 2, 200, 1.1, 220, 220], graph.Nodes.Select(n => Math.Round(n.Value.Number!.Value, 9)));
        Assert.Equal([2.2, 110, 1.1, 200, 1, 1], graph.Nodes.Select(n => Math.Round(n.Gradient!.Number!.Value, 9)));
        Assert.Equal(
            ["apple>applePrice 2.2 by 2", "count>applePrice 110 by 100", "applePrice>× 1.1 by 1.1", "tax>× 200 by 200", "×>price 1 by 1"],
            graph.Edges.Select(e => $"{graph[e.From].Label}>{graph[e.To].Label} {e.Gradient} by {Math.Round(e.LocalDerivative!.Value, 9)}"));
        Assert.Equal("a * b", graph["applePrice"].Formula);
        Assert.Equal("Multiply", graph["applePrice"].Operation);
        Assert.Equal(GraphNodeKind.Variable, graph["tax"].Kind);
        Assert.Equal(220, graph.Outputs.Single().Value.Number!.Value, 1e-9);
    }

    [Fact]
    public void The_text_has_a_line_for_each_step()
    {
        Assert.Equal(
            """
            apple = 100   ∂ 2.2
            count = 2   ∂ 110
            applePrice = apple × count = 200   ∂ 1.1
            tax = 1.1   ∂ 200
            #4 = applePrice × tax = 220   ∂ 1
            price = #4 = 220   ∂ 1

            """.ReplaceLineEndings("\n"), SampleGraphs.Apple().ToString());
    }

    [Fact]
    public void On_every_arrow_the_chain_rule_holds()
    {
        foreach (var graph in new[] { SampleGraphs.Apple(), SampleGraphs.Orange(), SampleGraphs.SecondOrder(), SampleGraphs.Deep(30) })
        {
            foreach (var edge in graph.Edges)
                if (edge.Gradient is not null) Assert.Equal(graph[edge.To].Gradient!.Number!.Value * edge.LocalDerivative!.Value, edge.Gradient.Number!.Value, 1e-9);
            foreach (var node in graph.Nodes.Where(n => n.Gradient is not null && n.Kind != GraphNodeKind.Output))
                Assert.Equal(graph.OutOf(node).Sum(e => e.Gradient!.Number!.Value), node.Gradient!.Number!.Value, 1e-9);
        }
    }

    [Fact]
    public void Capturing_touches_no_gradient_and_calls_no_hook()
    {
        Tensor x = 3.0;
        Tape.Watch(x);
        var called = false;
        using var hook = x.OnGradient(d =>
        {
            called = true;
            return d * 100;
        });
        var y = x * x;
        y.KeepsGrad = true;
        var graph = Graph.Of(y, x);
        Assert.Null(x.Grad);
        Assert.Null(y.Grad);
        Assert.False(called);
        Assert.Equal(6, graph["x"].Gradient!.Number);
        Assert.Null(x.Name);
        y.Backward();
        Assert.Equal(600, x.Grad!.Item());
    }

    [Fact]
    public void A_number_used_several_times_is_one_node()
    {
        Tensor x = 3.0;
        Tape.Watch(x);
        var y = x * x + x;
        var graph = Graph.Of(y, x);
        var node = graph["x"];
        Assert.Equal([3, 3, 1], graph.OutOf(node).Select(e => e.Gradient!.Number!.Value));
        Assert.Equal([0, 1], graph.Into(graph.Nodes.First(n => n.Symbol == "×")).Select(e => e.Operand));
        Assert.Equal(7, node.Gradient!.Number);
    }

    [Fact]
    public void Literals_constants_and_variables_are_told_apart()
    {
        Tensor x = 2.0;
        Tape.Watch(x);
        var data = Tensor.From([1.0, 2, 3], [3]);
        var y = (x * data * 2 + 1).Sum();
        var graph = Graph.Of(y, x, data);
        Assert.Equal(GraphNodeKind.Variable, graph["x"].Kind);
        Assert.Equal(GraphNodeKind.Constant, graph["data"].Kind);
        Assert.Null(graph["data"].Gradient);
        Assert.Equal(["2", "1"], graph.Nodes.Where(n => n.Kind == GraphNodeKind.Literal).Select(n => n.Label));
        Assert.All(graph.Edges.Where(e => graph[e.From].Kind == GraphNodeKind.Literal), e => Assert.Null(e.Gradient));
    }

    [Fact]
    public void Names_come_from_the_call_then_the_tensor()
    {
        Tensor x = 2.0, z = 3.0, w = 4.0;
        Tape.Watch(x, z, w);
        x.Named("given");
        z.Named();
        var y = x * z * w;
        Assert.Equal(["given", "z", null, null, null, "y"], Graph.Of(y).Nodes.Select(n => n.Name));
        Assert.Equal("x", Graph.Of(y, x)[0].Name);
        Assert.Equal("x * w", (x * w).Named().Name?.Trim('(', ')'));
        Assert.Equal("x * z", Graph.Of(x *
            z).Outputs.Single().Name);
        Assert.Throws<KeyNotFoundException>(() => Graph.Of(y)["nothing"]);
    }

    [Fact]
    public void Several_results_have_names_and_one_gradient()
    {
        Tensor apple = 100.0, tax = 1.1;
        Tape.Watch(apple, tax);
        Tensor price = apple * tax, discount = apple * 0.5;
        var graph = Graph.Of([price, discount], [apple, tax]);
        Assert.Equal(["price", "discount"], graph.Outputs.Select(n => n.Name));
        Assert.Equal(1.6, graph["apple"].Gradient!.Number!.Value, 1e-12);
        Tensor[] results = [price, discount];
        Assert.Equal(["results[0]", "results[1]"], Graph.Of(results).Outputs.Select(n => n.Name));
        Assert.Contains("no result", Assert.Throws<ArgumentException>(() => Graph.Of([])).Message);
    }

    [Fact]
    public void Derivatives_of_derivatives_have_graphs()
    {
        var graph = SampleGraphs.SecondOrder();
        Tensor x = 0.5;
        var second = Gradient.Of(Gradient.Of(u => (u.Sin() * u - u.Exp() / (1 + u * u)).Tanh()))(x).Item();
        Assert.Equal(second, graph["x"].Gradient!.Number!.Value, 1e-10);
        Assert.Contains(graph.Nodes, n => n.Symbol == "cos");
    }

    [Fact]
    public void Ten_thousand_calls_need_no_deep_stack()
    {
        var graph = SampleGraphs.Deep(10_000);
        Assert.Equal(10_000, graph.Nodes.Count(n => n.Kind == GraphNodeKind.Operation));
        Assert.NotNull(graph["x"].Gradient);
        Assert.All(graph.Edges, e => Assert.True(e.From < e.To));
    }

    [Fact]
    public void Tensors_keep_shape_statistics_and_a_picture()
    {
        var x = Tensor.From([1f, -2, 3, double.NaN is var nan ? (float)nan : 0, 5, 6], [2, 3]);
        x.RequiresGrad = true;
        var value = Graph.Of((x * 2).Sum(), x)["x"].Value;
        Assert.Equal(([2, 3], DType.Float32, 2, 3, 1), (value.Shape, value.DType, value.Rows, value.Columns, value.Anomalies));
        Assert.Equal((2.6, -2.0, 6.0), (Math.Round(value.Mean, 9), value.Minimum, value.Maximum));
        Assert.Equal(Math.Sqrt(75), value.Norm, 1e-9);
        Assert.Equal([1, -2, 3, double.NaN, 5, 6], value.Cells);
        Assert.Equal(5, value.Histogram.Sum());
        Assert.Null(value.Number);
        var large = Tensor.Ones([100, 50]);
        large.RequiresGrad = true;
        value = Graph.Of(large.Sum(), large)["large"].Value;
        Assert.True(value.Rows * value.Columns <= 144);
        Assert.All(value.Cells, c => Assert.Equal(1, c));
    }

    [Fact]
    public void Tensors_of_no_elements_are_captured()
    {
        var x = Tensor.Zeros([0, 3]);
        x.RequiresGrad = true;
        var graph = Graph.Of((x * 2).Sum(), x);
        Assert.Equal(0, graph["x"].Value.Shape.Count);
        Assert.Contains("[0, 3]", graph.ToSvg());
    }

    [Fact]
    public void Attributes_and_sources_are_kept()
    {
        var x = Tensor.Ones([2, 3]);
        x.RequiresGrad = true;
        Graph graph;
        using (Tape.KeepSources()) graph = Graph.Of(x.Softmax(-1).LeakyRelu(0.2).Sum(1).Sum());
        var softmax = graph.Nodes.First(n => n.Operation == "Softmax");
        Assert.Contains(new("Axis", "1"), softmax.Attributes);
        Assert.Contains(graph.Nodes, n => n.Attributes.Any(a => a.Value == "0.2"));
        Assert.DoesNotContain(softmax.Attributes, a => a.Key == "Name");
        Assert.EndsWith("GraphTests.cs", softmax.Source!.File);
        Assert.True(softmax.Source.Line > 0);
        Assert.Null(Graph.Of(x.Sum()).Nodes[1].Source);
    }

    [Fact]
    public void What_was_captured_does_not_change_with_the_tensor()
    {
        Tensor x = 3.0;
        Tape.Watch(x);
        var y = x * x;
        var graph = Graph.Of(y, x);
        x.Assign(5.0);
        Assert.Equal(3, graph["x"].Value.Number);
        Assert.Contains("changed after", Assert.Throws<GradientException>(() => Graph.Of(y, x)).Message);
        Assert.Null(Graph.Of(y, x, options: new() { Gradients = false })["x"].Gradient);
    }

    [Fact]
    public void A_graph_that_was_not_recorded_or_was_released_says_so()
    {
        Tensor x = 3.0;
        var y = x * x;
        Assert.Contains("nothing was recorded on the way to y", Assert.Throws<GradientException>(() => Graph.Of(y, x)).Message);
        Tape.Watch(x);
        var z = (x * x).Exp();
        z.Backward(release: true);
        Assert.Contains("release", Assert.Throws<GradientException>(() => Graph.Of(z)).Message);
    }

    [Fact]
    public void A_leaf_alone_is_a_graph()
    {
        Tensor x = 3.0;
        Tape.Watch(x);
        var graph = Graph.Of(x);
        Assert.Equal([GraphNodeKind.Variable, GraphNodeKind.Output], graph.Nodes.Select(n => n.Kind));
        Assert.Equal(1, graph.Nodes[0].Gradient!.Number);
    }

    [Fact]
    public void A_result_of_several_elements_has_a_graph_without_derivatives()
    {
        var x = Tensor.Ones([3]);
        x.RequiresGrad = true;
        var graph = Graph.Of(x * 2, x);
        Assert.All(graph.Nodes, n => Assert.Null(n.Gradient));
        Assert.Equal([3], graph.Outputs.Single().Value.Shape);
    }

    [Fact]
    public void A_graph_is_captured_while_anomalies_are_watched_for()
    {
        Tensor x = 0.0;
        Tape.Watch(x);
        var y = x.Sqrt() * x;
        using var watch = Tape.DetectAnomalies(infinity: true);
        Assert.True(double.IsNaN(Graph.Of(y, x)["x"].Gradient!.Number!.Value));
    }

    [Theory]
    [InlineData("[a, b]", new[] { "a", "b" })]
    [InlineData("[f(a, b), x[1, 2]]", new[] { "f(a, b)", "x[1, 2]" })]
    [InlineData("new[] { a, b! }", new[] { "a", "b" })]
    [InlineData("new Tensor[] { \"a,]b\".F(), b, }", new[] { "\"a,]b\".F()", "b" })]
    [InlineData("outputs", new[] { "outputs[0]", "outputs[1]" })]
    [InlineData("[.. outputs]", new string?[] { null, null })]
    [InlineData("", new string?[] { null, null })]
    public void Names_are_read_from_the_text_of_a_list(string text, string?[] names) => Assert.Equal(names, CallNames.OfList(text, 2));

    [Theory]
    [InlineData(715.0000000000001, "715")]
    [InlineData(1.0 / 3, "0.33333")]
    [InlineData(-0.000012345678, "-1.2346e-5")]
    [InlineData(123456.789, "123457")]
    [InlineData(1e12, "1e12")]
    [InlineData(-0.0, "0")]
    [InlineData(0.1f, "0.1")]
    [InlineData(0.99999999, "1")]
    [InlineData(double.NaN, "NaN")]
    [InlineData(double.NegativeInfinity, "-∞")]
    public void Numbers_have_the_digits_that_matter(double value, string text) => Assert.Equal(text, NumberText.Of(value));
}
