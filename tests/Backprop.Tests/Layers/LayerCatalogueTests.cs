using Backprop.Layers;
using Backprop.Modules;
using Xunit;

namespace Backprop.Tests.Layers;

/// <summary>What holds for every layer in the catalogue.</summary>
public sealed class LayerCatalogueTests
{
    public static TheoryData<LayerRow> Rows => [.. LayerCatalogue.Rows];

    static Tensor[] Copies(IEnumerable<Tensor> x) => [.. x.Select(t => t.Copy())];

    static Tensor Dout(Tensor y) => Tensor.From(Enumerable.Range(0, y.Count).Select(i => 0.75 + 0.5 * Math.Sin(1 + 2.4 * i)).ToArray(), y.Shape);

    [Theory]
    [MemberData(nameof(Rows))]
    public void Backward_agrees_with_central_differences(LayerRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        Tensor[] parameters = Copies(row.Parameters), at = Copies(row.At);
        var layer = row.Make(parameters);
        var dout = Dout(row.Forward(layer, at));
        var analytic = row.Backward(layer, dout);
        var gradients = layer.Parameters.Count == 0 ? [] : layer.Gradients;
        Assert.Equal(at.Select(x => x.Shape), analytic.Select(d => d.Shape));
        for (var k = 0; k < at.Length; k++)
        {
            if (at[k].DType.IsFloat()) Agrees(at[k], analytic[k], $"operand {k}");
            else Assert.Equal(0, analytic[k].Sum().Item());
        }
        Assert.Equal(parameters, layer.Parameters);
        for (var k = 0; k < parameters.Length; k++)
        {
            Agrees(parameters[k], gradients[k], $"parameter {k}");
            Assert.True(gradients[k].SequenceEqual(parameters[k].Grad!));
        }

        void Agrees(Tensor x, Tensor d, string what)
        {
            var numbers = x.ToArray<double>();
            var slopes = d.ToArray<double>();
            for (var i = 0; i < numbers.Length; i++)
            {
                var (old, h) = (numbers[i], 1e-6 * Math.Max(1, Math.Abs(numbers[i])));
                double At(double value)
                {
                    numbers[i] = value;
                    x.Assign(Tensor.From(numbers, x.Shape));
                    // A layer of its own, so that nothing is carried over.
                    return (row.Forward(row.Make(Copies(parameters)), at) * dout).Sum().Item();
                }
                var numeric = (At(old + h) - At(old - h)) / (2 * h);
                At(old);
                Assert.True(Math.Abs(numeric - slopes[i]) < 1e-7 * Math.Max(1, Math.Abs(numeric)), $"{what}, element {i}: {slopes[i]} and by differences {numeric}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Backward_may_be_repeated_and_leaves_everything_as_it_was(LayerRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        Tensor[] parameters = Copies(row.Parameters), at = Copies(row.At);
        var layer = row.Make(parameters);
        var y = row.Forward(layer, at);
        Assert.False(y.RequiresGrad);
        Tensor dout = Dout(y), before = dout.Copy();
        var first = row.Backward(layer, dout);
        var second = row.Backward(layer, dout);
        Assert.All(first.Zip(second), d => Assert.True(d.First.SequenceEqual(d.Second)));
        Assert.All(at.Zip(row.At), x => Assert.True(x.First.SequenceEqual(x.Second)));
        Assert.All(parameters.Zip(row.Parameters), x => Assert.True(x.First.SequenceEqual(x.Second)));
        Assert.True(dout.SequenceEqual(before));
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Backward_before_Forward_and_a_dout_of_another_shape_are_refused(LayerRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        var layer = row.Make(Copies(row.Parameters));
        Assert.Contains("Call Forward first", Assert.Throws<GradientException>(() => row.Backward(layer, 1.0)).Message, StringComparison.Ordinal);
        row.Forward(layer, row.At);
        var message = Assert.Throws<ShapeException>(() => row.Backward(layer, Tensor.Zeros([3, 1, 4, 1, 5]))).Message;
        Assert.Contains("[3, 1, 4, 1, 5]", message, StringComparison.Ordinal);
        Assert.StartsWith(layer.Name, message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Single_precision_stays_and_agrees(LayerRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        static Tensor[] Single(IEnumerable<Tensor> x) => [.. x.Select(t => t.DType.IsFloat() ? t.As(DType.Float32) : t)];
        Layer exact = row.Make(Copies(row.Parameters)), layer = row.Make(Single(row.Parameters));
        var y = row.Forward(exact, row.At);
        var rounded = row.Forward(layer, Single(row.At));
        Assert.Equal(DType.Float32, rounded.DType);
        Assert.True(rounded.As(DType.Float64).AllClose(y, rtol: 1e-4, atol: 1e-5), $"{rounded} {y}");
        var dout = Dout(y);
        foreach (var (d, s) in row.Backward(exact, dout).Zip(row.Backward(layer, dout.As(DType.Float32))))
        {
            Assert.Equal(d.DType.IsFloat() ? DType.Float32 : d.DType, s.DType);
            Assert.True(s.As(d.DType).AllClose(d, rtol: 1e-3, atol: 1e-4), $"{s} {d}");
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_batch_may_be_empty_or_hold_one(LayerRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        // Those that measure words or targets have as many of them; they are driven below.
        if (row.Make(Copies(row.Parameters)) is LossLayer or EmbeddingDot || row.Name is "MulLayer" or "AddLayer") return;
        foreach (var size in new[] { 0, 1 })
        {
            Tensor[] at = [.. row.At.Select(x => x[..size])];
            var layer = row.Make(Copies(row.Parameters));
            if (size == 1 && layer is BatchNormalization { IsTraining: true })
            {
                Assert.Contains("one number for each mean", Assert.Throws<ShapeException>(() => row.Forward(layer, at)).Message, StringComparison.Ordinal);
                continue;
            }
            var y = row.Forward(layer, at);
            Assert.Equal(size, y.Shape[0]);
            Assert.Equal(at.Select(x => x.Shape), row.Backward(layer, Tensor.OnesLike(y)).Select(d => d.Shape));
            if (size == 0 && layer.Parameters.Count > 0) Assert.All(layer.Gradients, d => Assert.Equal(0, d.Abs().Sum().Item()));
        }
    }

    [Fact]
    public void A_loss_of_nothing_is_refused_and_of_one_its_own()
    {
        Tensor table = LayerCatalogue.Normal(5, 4);
        (Func<LossLayer> Make, Tensor X, Tensor T)[] rows =
        [
            (() => new SoftmaxWithLoss(), LayerCatalogue.Normal(3, 4), LayerCatalogue.Whole(4, 3)),
            (() => new SigmoidWithLoss(), LayerCatalogue.Normal(3), LayerCatalogue.Whole(2, 3)),
            (() => new TimeSoftmaxWithLoss(), LayerCatalogue.Normal(3, 2, 4), LayerCatalogue.Whole(4, 3, 2)),
            (() => new NegativeSamplingLoss(table, new[] { 0, 1, 2, 3, 4 }, new Backprop.Randomness.Generator(5), sampleSize: 2), LayerCatalogue.Normal(3, 4), LayerCatalogue.Whole(5, 3)),
        ];
        foreach (var (make, x, t) in rows)
        {
            Assert.Contains("nothing has no mean", Assert.Throws<ShapeException>(() => make().Forward(x[..0], t[..0])).Message, StringComparison.Ordinal);
            var layer = make();
            Assert.True(double.IsFinite(layer.Forward(x[..1], t[..1]).Item()));
            Assert.Equal(x[..1].Shape, layer.Backward().Shape);
        }
    }

    [Fact]
    public void The_catalogue_is_complete()
    {
        var shown = LayerCatalogue.Rows.Select(row => row.Make(Copies(row.Parameters)).GetType()).Append(typeof(ModuleLayer)).ToHashSet();
        var missing = typeof(Layer).Assembly.GetExportedTypes().Where(t => t.IsSubclassOf(typeof(Layer)) && !t.IsAbstract && !shown.Contains(t));
        Assert.Empty(missing);
    }
}
