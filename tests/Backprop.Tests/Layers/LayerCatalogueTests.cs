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

    [Fact]
    public void The_catalogue_is_complete()
    {
        var shown = LayerCatalogue.Rows.Select(row => row.Make(Copies(row.Parameters)).GetType()).Append(typeof(ModuleLayer)).ToHashSet();
        var missing = typeof(Layer).Assembly.GetExportedTypes().Where(t => t.IsSubclassOf(typeof(Layer)) && !t.IsAbstract && !shown.Contains(t));
        Assert.Empty(missing);
    }
}
