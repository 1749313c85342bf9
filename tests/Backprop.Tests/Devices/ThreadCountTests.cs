using Backprop.Autograd;
using Backprop.Devices;
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
        return new()
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
            ["rows of a table"] = () => tall.IndexSelect(0, (vector[..20_000].Abs() * 50).As(DType.Int64)),
        };
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
