using Backprop.Autograd;
using Backprop.Devices;
using Backprop.Losses;
using Backprop.Modules;
using Backprop.Optimizers;
using Backprop.Randomness;
using Xunit;

namespace Backprop.Tests.Devices;

/// <summary>Large operations are shared among threads; that changes no bit of their results, whatever the number of threads.</summary>
public sealed class ThreadCountTests
{
    static readonly Generator generator = new(11);

    static Tensor Random(params int[] shape) => Tensor.RandomNormal(new(shape), generator);

    // Sizes that make several chunks and leave a rest in the last.
    static readonly Dictionary<string, Func<Tensor>> operations = Operations();

    static Dictionary<string, Func<Tensor>> Operations()
    {
        Tensor x = Random(300, 411), row = Random(411), column = Random(300, 1), cube = Random(37, 61, 53), vector = Random(300_001), wide = Random(3, 70_001);
        Tensor tall = Random(30_011, 10), whole = (vector * 100).As(DType.Int64);
        Tensor images = Random(3, 16, 40, 41), sound = Random(5, 12, 3001), volume = Random(2, 8, 13, 14, 15), heads = Random(3, 130, 4, 24);
        Tensor places = (vector[..20_000].Abs() * 50).As(DType.Int64), labels = places[..3000] % 100L, sequence = Random(7, 33, 4 * 40);
        return new(Further(images, sound, volume, heads, places, labels, sequence, tall, cube, vector))
        {
            ["map"] = () => x.Tanh(),
            ["map of a transpose"] = () => x.T.Exp(),
            ["map with broadcasting"] = () => x * row + column,
            ["map of a slice"] = () => x[.., 1..^2].Sigmoid(),
            ["truths"] = () => x.T < 0.25,
            ["whole numbers"] = () => whole * whole,
            ["sum of all"] = () => vector.Sum(),
            ["mean of all"] = () => x.Mean(),
            ["largest of all"] = () => vector.Max(),
            ["variance"] = () => vector.Var(),
            ["sum of rows"] = () => x.Sum(1),
            ["sum of columns"] = () => x.Sum(0),
            ["sum of few long rows"] = () => wide.Sum(1),
            ["sum of wide columns"] = () => wide.Sum(0),
            ["sum of long columns"] = () => tall.Sum(0),
            ["largest of long columns"] = () => tall.Max(0),
            ["variance of columns"] = () => tall.Var(0),
            ["sum of the middle"] = () => cube.Sum(1),
            ["sum of both ends"] = () => cube.Sum([0, 2]),
            ["softmax of rows"] = () => x.Softmax(1),
            ["softmax of columns"] = () => x.Softmax(0),
            ["softmax of short rows"] = () => tall.Softmax(1),
            ["log-softmax of the middle"] = () => cube.LogSoftmax(1),
            ["transposed copy"] = () => x.T.Packed(),
            ["permuted copy"] = () => cube.Permute(2, 0, 1).Packed(),
            ["strided copy"] = () => cube.Permute(1, 0, 2)[.., Tensor.Step(null, null, 2)].Packed(),
            ["plain copy"] = () => Copied(vector),
            ["fused calls"] = () => Pulled(t => Tensor.Fuse((a, b, c) => (a * b + c).Relu() * a.Sigmoid())(t[0], t[1], t[2]), x, row, column),
            ["layer norm"] = () => Pulled(t => t[0].LayerNorm([411], t[1], t[2]), x, row, row),
            ["root mean square norm of short rows"] = () => Pulled(t => t[0].RmsNorm([10], t[1]), tall, tall[0]),
            ["group norm of short runs"] = () => Pulled(t => t[0].GroupNorm(5, t[1], t[2]), tall[..30_010].Reshape(3001, 10, 10), tall[0], tall[1]),
            ["group norm of long runs"] = () => Pulled(t => t[0].GroupNorm(61, t[1], t[2]), cube, cube[0, .., 0], cube[0, .., 1]),
            ["batch norm of columns"] = () => Pulled(t => t[0].BatchNorm(t[1], t[2]), x, row, row),
            ["batch norm of few columns"] = () => Pulled(t => t[0].BatchNorm(t[1], t[2]), tall, tall[0], tall[1]),
            ["batch norm of short runs"] = () => Pulled(t => t[0].BatchNorm(t[1], t[2]), cube[.., .., ..7], cube[0, .., 0], cube[0, .., 1]),
            ["batch norm of long runs"] = () => Pulled(t => t[0].BatchNorm(t[1], t[2]), cube, cube[0, .., 0], cube[0, .., 1]),
            ["batch norm by given statistics"] = () => Pulled(t => t[0].BatchNorm(t[1], t[2], statistics: (row, row.Square())), x, row, row),
            ["rows of a table"] = () => tall.IndexSelect(0, places),
        };
    }

    static Dictionary<string, Func<Tensor>> Further(
        Tensor images, Tensor sound, Tensor volume, Tensor heads, Tensor places, Tensor labels, Tensor sequence, Tensor tall, Tensor cube, Tensor vector)
    {
        Tensor table = Random(250, 64), filter = Random(24, 16, 3, 3), depthwise = Random(16, 1, 5, 5), scores = Random(3000, 100), few = Random(2, 6, 3, 3), weights = Random(9, 8, 3, 2, 3);
        return new()
        {
            ["convolution by minimal filtering"] = () => Pulled(t => t[0].Conv2d(t[1], t[2], padding: 1), images, filter, filter[.., 0, 0, 0]),
            ["convolution with stride and dilation"] = () => Pulled(t => t[0].Conv2d(t[1], stride: 2, padding: 2, dilation: 2), images, filter),
            ["convolution of groups"] = () => Pulled(t => t[0].Conv2d(t[1], padding: 1, groups: 4), images, filter[.., ..4]),
            ["depthwise convolution"] = () => Pulled(t => t[0].Conv2d(t[1], padding: 2, groups: 16), images, depthwise),
            ["pointwise convolution"] = () => Pulled(t => t[0].Conv2d(t[1]), images, filter[.., .., 1..2, 1..2]),
            ["convolution to few channels"] = () => Pulled(t => t[0].Conv2d(t[1], padding: 1), images, filter[..3]),
            ["convolution of sound"] = () => Pulled(t => t[0].Conv1d(t[1], padding: 2), sound, filter[..20, ..12, 1]),
            ["convolution of a volume"] = () => Pulled(t => t[0].Conv3d(t[1], padding: 1), volume, weights),
            ["transposed convolution"] = () => Pulled(t => t[0].ConvTranspose2d(t[1], stride: 2), images, filter[..16]),
            ["largest of windows"] = () => Pulled(t => t[0].MaxPool2d(3, 2, 1), images),
            ["mean of windows"] = () => Pulled(t => t[0].AvgPool2d(3, 2, 1), images),
            ["mean of windows of a volume"] = () => Pulled(t => t[0].AvgPool3d(2), volume),
            ["adaptive pooling"] = () => Pulled(t => t[0].AdaptiveAvgPool2d((7, 9)) + t[0].AdaptiveMaxPool2d((7, 9)), images),
            ["resized images"] = () => Pulled(t => t[0].Interpolate([53, 60], InterpolationMode.Cubic), images),
            ["attention"] = () => Pulled(t => Attend(t, false), heads, heads * 2, heads + 1),
            ["causal attention"] = () => Pulled(t => Attend(t, true), heads, heads * 2, heads + 1),
            ["cross entropy of long rows"] = () => Pulled(t => Loss.CrossEntropy(t[0], labels, reduction: LossReduction.None), scores),
            ["cross entropy of short rows"] = () => Pulled(t => Loss.CrossEntropy(t[0], places % 10L, reduction: LossReduction.None), tall[..20_000]),
            ["derivative of a table"] = () => Pulled(t => Tensor.Embedding(places % 250L, t[0]), table),
            ["recurrent layer"] = () => Recurrent(sequence),
            ["update"] = () => Updated(vector),
            ["product of rows"] = () => (cube * 0.1 + 1).Prod(1),
            ["place of the largest"] = () => tall.ArgMax(0),
            ["running sums"] = () => Pulled(t => t[0].CumSum(0), tall),
            ["sorted rows"] = () => Pulled(t => t[0].Sort(1).Values, cube.Reshape(37 * 61, 53)),
            ["scattered sums"] = () => tall.ScatterAdd(0, places.Unsqueeze(1).BroadcastTo([20_000, 10]), tall[..20_000] * 2),
            ["local response"] = () => Pulled(t => t[0].LocalResponseNorm(5), images),
            ["sums of products"] = () => Pulled(t => Tensor.Einsum("abc,dbc->ad", t[0], t[1]), cube, cube * 2),
            ["broadcast batch of products"] = () => Pulled(t => t[0].MatMul(t[1]), cube, cube[..1].Permute(0, 2, 1)),
            ["few windows"] = () => Pulled(t => t[0].Conv2d(t[1], padding: 1), images[.., ..6], few),
        };
    }

    static Tensor Attend(Tensor[] t, bool causal)
    {
        Tensor[] heads = [.. t.Select(x => x.Permute(0, 2, 1, 3))];
        return Tensor.ScaledDotProductAttention(heads[0], heads[1], heads[2], isCausal: causal);
    }

    // One seed gives one layer, whenever it is made.
    static Tensor Recurrent(Tensor x)
    {
        var lstm = new Lstm(160, 48, new Generator(3), batchFirst: true);
        return Pulled(t => lstm.Forward(t[0], null).Outputs, x);
    }

    static Tensor Updated(Tensor gradient)
    {
        var parameter = Tensor.Ones(gradient.Shape);
        parameter.RequiresGrad = true;
        var optimizer = new AdamW([parameter], 0.01);
        for (var step = 0; step < 2; step++)
        {
            parameter.Grad = gradient;
            optimizer.Step();
        }
        return parameter.Detach();
    }

    static Tensor Copied(Tensor x)
    {
        var y = new Tensor(x.Shape, x.DType);
        Cpu.Copy(x, y);
        return y;
    }

    // A result and its derivatives with respect to all operands, in one row.
    static Tensor Pulled(Func<Tensor[], Tensor> f, params Tensor[] at)
    {
        var (y, pullback) = Gradient.Vjp(f, at);
        return Tensor.Concat([.. pullback(y.Sin()).Prepend(y).Select(t => t.Flatten())], 0);
    }

    public static TheoryData<string> Names => [.. operations.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Any_number_of_threads_gives_the_same_bits(string name)
    {
        var operation = operations[name];
        var before = BackpropSettings.Threads;
        try
        {
            BackpropSettings.Threads = 1;
            var expected = operation().Packed();
            foreach (var threads in new[] { 2, 3, 5 })
            {
                BackpropSettings.Threads = threads;
                Assert.True(operation().Packed().Bytes().SequenceEqual(expected.Bytes()));
            }
        }
        finally
        {
            BackpropSettings.Threads = before;
        }
    }

    [Fact]
    public void Sums_by_parts_agree_with_exact_ones()
    {
        var vector = Random(400_003);
        var exact = 0.0;
        foreach (var value in vector.ToArray<float>()) exact += value;
        Assert.Equal(exact, vector.Sum().Item(), 1e-6 * 400_003);
        var tall = Random(50_021, 7);
        var values = tall.ToArray<float>();
        for (var column = 0; column < 7; column++)
        {
            exact = 0;
            for (var i = column; i < values.Length; i += 7) exact += values[i];
            Assert.Equal(exact, tall.Sum(0)[column].Item(), 0.01);
        }
    }
}
