using Backprop.Graphs;
using CsCheck;
using Xunit;

namespace Backprop.Tests.Graphs;

/// <summary>Nothing in a drawing lies on anything else.</summary>
public sealed class LayoutTests
{
    static readonly GraphDetail[] details = [GraphDetail.Full, GraphDetail.Brief, GraphDetail.Structure];

    static IEnumerable<DrawingOptions> Options =>
        from direction in Enum.GetValues<GraphDirection>()
        from detail in details
        from gradients in new[] { true, false }
        select new DrawingOptions { Direction = direction, Detail = detail, Gradients = gradients, Picture = detail == GraphDetail.Full && gradients ? TensorPicture.HeatMap : TensorPicture.Histogram };

    static void CheckAll(Graph graph)
    {
        foreach (var options in Options) Check(graph, options);
    }

    static void Check(Graph graph, DrawingOptions options)
    {
        var layout = graph.Layout(options);
        Assert.Equal(graph.Nodes.Select(n => n.Id).Order(), layout.Nodes.Select(n => n.Node.Id).Order());
        Assert.Equal(graph.Edges.Select(e => e.Id).Order(), layout.Edges.Select(e => e.Edge.Id).Order());
        Assert.Equal(graph.Groups.Count, layout.Frames.Count);
        var boxes = Boxes(layout);
        foreach (var (box, what, _) in boxes)
            Assert.True(box.X >= 0 && box.Y >= 0 && box.Right <= layout.Width && box.Bottom <= layout.Height, $"{what} leaves the drawing");
        NoOverlaps(boxes);
        NothingUnderAnArrow(layout, boxes);
        Frames(graph, layout, boxes);
    }

    // Outlines, and all that is written or pictured outside of them.
    static List<(GraphBox Box, string What, NodeLayout? Node)> Boxes(GraphLayout layout)
    {
        var boxes = new List<(GraphBox, string, NodeLayout?)>();
        foreach (var node in layout.Nodes)
        {
            boxes.Add((node.Outline, $"node {node.Node.Id}", node));
            foreach (var text in node.Texts)
                if (!Inside(text.Box, node.Outline)) boxes.Add((text.Box, $"text \"{text.Text}\" of node {node.Node.Id}", null));
            foreach (var picture in node.Pictures) Assert.True(Inside(picture.Box, node.Outline), $"picture of node {node.Node.Id}");
        }
        foreach (var edge in layout.Edges)
        {
            foreach (var text in edge.Texts) boxes.Add((text.Box, $"text \"{text.Text}\" of edge {edge.Edge.Id}", null));
            foreach (var picture in edge.Pictures) boxes.Add((picture.Box, $"picture of edge {edge.Edge.Id}", null));
        }
        foreach (var frame in layout.Frames) boxes.Add((frame.Title.Box, $"title of {frame.Group.Path}", null));
        return boxes;
    }

    static bool Inside(GraphBox inner, GraphBox outer) =>
        inner.X >= outer.X - 0.01 && inner.Y >= outer.Y - 0.01 && inner.Right <= outer.Right + 0.01 && inner.Bottom <= outer.Bottom + 0.01;

    static void NoOverlaps(List<(GraphBox Box, string What, NodeLayout? Node)> boxes)
    {
        var sorted = boxes.OrderBy(b => b.Box.X).ToArray();
        for (var i = 0; i < sorted.Length; i++)
            for (var j = i + 1; j < sorted.Length && sorted[j].Box.X < sorted[i].Box.Right - 0.01; j++)
                Assert.False(Smaller(sorted[i].Box, 0.01).Intersects(sorted[j].Box), $"{sorted[i].What} lies on {sorted[j].What}");
    }

    static GraphBox Smaller(GraphBox box, double by) => new(box.X + by, box.Y + by, box.Width - 2 * by, box.Height - 2 * by);

    static void NothingUnderAnArrow(GraphLayout layout, List<(GraphBox Box, string What, NodeLayout? Node)> boxes)
    {
        var nodes = layout.Nodes.ToDictionary(n => n.Node.Id);
        // By squares of the plane, so that a point is compared with what is near.
        var near = boxes.SelectMany(b => Cells(b.Box).Select(cell => (cell, b))).ToLookup(p => p.cell, p => p.b);
        foreach (var (route, what) in layout.Edges.Select(e => (e.Route, $"edge {e.Edge.Id}")).Concat(layout.Trunks.Select(t => (t.Route, $"trunk of {t.Origin}"))))
        {
            foreach (var way in new[] { Ways.Forward(route, layout.Direction, true, nodes), Ways.Back(route, layout.Direction, nodes) })
                foreach (var point in Points(way.Points, layout.Direction).Concat(way.Head))
                    foreach (var (box, other, node) in near[Cell(point.X, point.Y)])
                        Assert.False(Covers(box, node, point, layout.Direction), $"{what} runs through {other} at {point}");
        }
    }

    // A round outline leaves the corners of its box free.
    static bool Covers(GraphBox box, NodeLayout? node, GraphPoint point, GraphDirection direction)
    {
        if (!Smaller(box, 0.5).Contains(point)) return false;
        if (node is null) return true;
        var (along, across) = (point.X - box.Centre.X, point.Y - box.Centre.Y);
        if (direction == GraphDirection.TopToBottom) (along, across) = (across, along);
        return Math.Abs(along) < node.Reach(across, direction) - 0.5;
    }

    static (int, int) Cell(double x, double y) => ((int)(x / 64), (int)(y / 64));

    static IEnumerable<(int, int)> Cells(GraphBox box)
    {
        var (left, top) = Cell(box.X, box.Y);
        var (right, bottom) = Cell(box.Right, box.Bottom);
        return from x in Enumerable.Range(left, right - left + 1) from y in Enumerable.Range(top, bottom - top + 1) select (x, y);
    }

    static IEnumerable<GraphPoint> Points(GraphPoint[] points, GraphDirection direction)
    {
        const int Steps = 12;
        for (var i = 1; i < points.Length; i++)
        {
            var (p, q) = (points[i - 1], points[i]);
            var (first, second) = i % 2 == 1 ? (p, q) : Ways.Curve(p, q, direction);
            for (var step = 0; step <= Steps; step++)
            {
                var t = (double)step / Steps;
                var (a, b, c, d) = ((1 - t) * (1 - t) * (1 - t), 3 * t * (1 - t) * (1 - t), 3 * t * t * (1 - t), t * t * t);
                var point = i % 2 == 1 ? new GraphPoint(p.X + (q.X - p.X) * t, p.Y + (q.Y - p.Y) * t)
                    : new(a * p.X + b * first.X + c * second.X + d * q.X, a * p.Y + b * first.Y + c * second.Y + d * q.Y);
                yield return point;
            }
        }
    }

    static void Frames(Graph graph, GraphLayout layout, List<(GraphBox Box, string What, NodeLayout? Node)> boxes)
    {
        var frames = layout.Frames.ToDictionary(f => f.Group.Path);
        foreach (var frame in layout.Frames)
        {
            Assert.True(Inside(frame.Title.Box, frame.Box));
            if (frames.TryGetValue(frame.Group.Parent, out var outer)) Assert.True(Inside(frame.Box, outer.Box));
            foreach (var other in layout.Frames)
                if (other != frame && other.Group.Parent == frame.Group.Parent) Assert.False(Smaller(frame.Box, 0.01).Intersects(other.Box));
        }
        foreach (var node in layout.Nodes)
            foreach (var frame in layout.Frames)
            {
                var belongs = false;
                for (var path = node.Node.Group; path.Length > 0 && !belongs; path = frames[path].Group.Parent) belongs = path == frame.Group.Path;
                if (belongs) Assert.True(Inside(node.Outline, frame.Box));
                else Assert.False(Smaller(frame.Box, 0.01).Intersects(node.Outline), $"node {node.Node.Id} lies in the frame {frame.Group.Path}");
            }
        Assert.True(graph.Groups.Count == layout.Frames.Count && boxes.Count > 0);
    }

    [Fact]
    public void Apples() => CheckAll(SampleGraphs.Apple());

    [Fact]
    public void Oranges() => CheckAll(SampleGraphs.Orange());

    [Fact]
    public void Second_derivatives() => CheckAll(SampleGraphs.SecondOrder());

    [Fact]
    public void Attention() => CheckAll(SampleGraphs.Attention());

    [Fact]
    public void A_small_network_open_and_folded()
    {
        CheckAll(SampleGraphs.Mlp());
        CheckAll(SampleGraphs.Mlp().Folded());
        CheckAll(SampleGraphs.Mlp(recorded: false));
    }

    [Fact]
    public void Residual_blocks_open_and_folded()
    {
        var graph = SampleGraphs.Residual(recorded: true);
        CheckAll(graph);
        CheckAll(graph.Folded());
        CheckAll(graph.Folded(2));
        CheckAll(graph.Fold("blocks.1"));
        CheckAll(SampleGraphs.Residual(recorded: false));
    }

    [Fact]
    public void Long_names_are_kept_and_have_room()
    {
        var name = string.Join(' ', Enumerable.Repeat("WWWW 가격", 20));
        Tensor x = 2.0;
        x.RequiresGrad = true;
        var graph = Graph.Of((x.Named(name) * x).Named(name + " again").Exp());
        CheckAll(graph);
        Assert.Contains(graph.Layout().Nodes, n => n.Texts.Any(t => t.Text == name));
    }

    [Fact]
    public void A_sum_of_many() => CheckAll(Graph.Of(Tensor.Concat([.. Enumerable.Range(0, 25).Select(i =>
    {
        var x = Tensor.Full([1], i, DType.Float64);
        x.RequiresGrad = true;
        return x;
    })]).Sum()));

    [Fact]
    public void Whatever_the_graph() => Gen.Select(Gen.Int[0, 1_000_000], Gen.Int[1, 40]).Sample(c =>
    {
        var graph = SampleGraphs.Random(c.Item1, c.Item2);
        Check(graph, new() { Detail = details[c.Item1 % 3] });
        Check(graph, new() { Detail = details[c.Item1 % 3], Direction = GraphDirection.TopToBottom });
    }, iter: 40);

    [Fact]
    public void Whatever_the_network() => Gen.Select(Gen.Int[0, 1_000_000], Gen.Bool).Sample(c =>
    {
        var graph = SampleGraphs.RandomNetwork(c.Item1, c.Item2);
        Check(graph, new() { Detail = details[c.Item1 % 3] });
        Check(graph, new() { Detail = details[c.Item1 % 3], Direction = GraphDirection.TopToBottom });
        Check(graph.Folded(), DrawingOptions.Default);
    }, iter: 40);

    [Fact]
    public void A_thousand_nodes() => Check(SampleGraphs.Random(7, 500), DrawingOptions.Default);

    [Fact]
    public void A_deep_graph_is_laid_out_without_a_deep_stack()
    {
        var graph = SampleGraphs.Deep(4_000);
        var layout = graph.Layout();
        Assert.Equal(graph.Nodes.Count, layout.Nodes.Count);
        // What many steps share is led past them once.
        Assert.True(layout.Trunks.Sum(t => t.Route.Points.Count) < 10 * graph.Nodes.Count);
    }

    [Fact]
    public void Trees_have_no_crossings_and_operands_stand_in_their_order()
    {
        foreach (var graph in new[] { SampleGraphs.Apple(), SampleGraphs.Orange() })
        {
            var layout = graph.Layout();
            double Y(GraphNode node) => layout.Nodes.Single(n => n.Node == node).Outline.Centre.Y;
            foreach (var node in graph.Nodes.Where(n => n.Kind == GraphNodeKind.Operation))
            {
                var operands = graph.Into(node).Select(e => Y(graph[e.From])).ToArray();
                Assert.Equal(operands.Order(), operands);
            }
        }
    }

    [Fact]
    public void The_same_graph_is_drawn_the_same_way() => Assert.Equal(SampleGraphs.Random(3, 30).ToSvg(), SampleGraphs.Random(3, 30).ToSvg());

    [Fact]
    public void Values_go_to_the_right_or_down()
    {
        var graph = SampleGraphs.Attention();
        foreach (var direction in Enum.GetValues<GraphDirection>())
        {
            var at = graph.Layout(new() { Direction = direction }).Nodes.ToDictionary(n => n.Node.Id, n => direction == GraphDirection.LeftToRight ? n.Outline.Centre.X : n.Outline.Centre.Y);
            Assert.All(graph.Edges, e => Assert.True(at[e.From] < at[e.To]));
        }
    }
}
