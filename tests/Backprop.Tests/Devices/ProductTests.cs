using System.Numerics;
using Backprop.Devices;
using Backprop.Formulas;
using Backprop.Randomness;
using Backprop.Tests.Tensors;
using CsCheck;
using Xunit;

namespace Backprop.Tests.Devices;

/// <summary>
/// Matrix products of any size, stride and type against the triple loop, exactly: the numbers are small quarters, whose sums have no
/// rounding; and the same bits for any number of threads.
/// </summary>
public sealed class ProductTests
{
    // Sizes around the edges of registers, tiles, panels, blocks and parts of the depth.
    static readonly int[] sizes = [0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 15, 16, 17, 23, 31, 32, 33, 40, 47, 64, 65, 100, 130, 200, 259, 520, 600, 1050, 2100];

    static readonly Gen<int> size = Gen.Int[0, sizes.Length - 1].Select(i => sizes[i]);

    static readonly Gen<(int M, int N, int K, int Seed)> cases = Gen.Select(size, size, size, Gen.Int).Where((m, n, k, _) => (long)m * n * k < 1_500_000);

    static void Agree(AnyTensor a, AnyTensor b, Tensor y)
    {
        Tensor x = a.View, z = b.View;
        int m = y.Shape[-2], n = y.Shape[-1], k = x.Shape[-1];
        double[] p = AnyTensor.Read(x.BroadcastTo(With(y.Shape, m, k))), q = AnyTensor.Read(z.BroadcastTo(With(y.Shape, k, n))), r = AnyTensor.Read(y);
        var expected = new double[n];
        for (var batch = 0; batch < (m * n == 0 ? 0 : r.Length / (m * n)); batch++)
            for (var i = 0; i < m; i++)
            {
                Array.Clear(expected);
                for (var d = 0; d < k; d++)
                    for (var j = 0; j < n; j++) expected[j] += p[(batch * m + i) * k + d] * q[(batch * k + d) * n + j];
                Assert.Equal(expected, r.AsSpan((batch * m + i) * n, n).ToArray());
            }
    }

    static Shape With(Shape shape, int rows, int columns) => new([.. shape.AsSpan()[..^2], rows, columns]);

    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.Float64)]
    public void Products_of_any_view_agree_with_the_triple_loop(DType dtype) => cases.Sample(c =>
    {
        var random = new Random(c.Seed);
        var a = AnyTensor.Of([c.M, c.K], dtype, random);
        var b = AnyTensor.Of([c.K, c.N], dtype, random);
        Agree(a, b, a.View.MatMul(b.View));
    }, iter: 250);

    [Theory]
    [InlineData(DType.Int32)]
    [InlineData(DType.Int64)]
    [InlineData(DType.Float32)]
    [InlineData(DType.Float64)]
    public void Batches_broadcast(DType dtype) =>
        Gen.Select(Gen.Int[0, 3].Array[0, 3], Gen.Int[0, 20], Gen.Int[0, 40], Gen.Int[0, 20], Gen.Int).Sample((batch, m, n, k, seed) =>
        {
            var random = new Random(seed);
            int[] first = AnyTensor.Smaller(batch, random), second = AnyTensor.Smaller(batch, random);
            var a = AnyTensor.Of([.. first, m, k], dtype, random);
            var b = AnyTensor.Of([.. second, k, n], dtype, random);
            Agree(a, b, a.View.MatMul(b.View));
        }, iter: 150);

    // The reference the epilogues are held against.
    static unsafe void Epilogues<T>(int m, int n, int k, int seed) where T : unmanaged, INumber<T>
    {
        var random = new Random(seed);
        T[] Numbers(int count) => [.. Enumerable.Range(0, Math.Max(count, 1)).Select(_ => T.CreateTruncating(random.Next(-8, 9) / 4.0))];
        T[] a = Numbers(m * k), b = Numbers(k * n), c = Numbers(m * (n + 3)), before = [.. c], columns = Numbers(n), rows = Numbers(m);
        bool adds = random.Next(2) == 0, scales = random.Next(2) == 0, turnedA = random.Next(2) == 0, turnedB = random.Next(2) == 0;
        bool hasColumns = random.Next(2) == 0, hasRows = random.Next(2) == 0, activates = random.Next(2) == 0;
        fixed (T* pa = a, pb = b, pc = c, bias = columns, rowBias = rows)
        {
            var left = turnedA ? new Strided<T>(pa, 1, m) : new Strided<T>(pa, k, 1);
            var right = turnedB ? new Strided<T>(pb, k, 1) : new Strided<T>(pb, 1, n);
            var epilogue = new Epilogue<T>
            {
                Adds = adds,
                Scale = T.CreateTruncating(scales ? 2 : 1),
                ColumnBias = hasColumns ? bias : null,
                RowBias = hasRows ? rowBias : null,
            };
            if (activates) Product.Run(m, n, k, new Computed<T>(left), new Computed<T>(right), pc, n + 3, epilogue, default(Doubled));
            else Product.Run(m, n, k, left, right, pc, n + 3, epilogue);
            for (var i = 0; i < m; i++)
            {
                for (var j = 0; j < n; j++)
                {
                    var sum = T.Zero;
                    for (var d = 0; d < k; d++) sum += *left.At(i, d) * *right.At(j, d);
                    if (scales) sum += sum;
                    if (hasColumns) sum += columns[j];
                    if (hasRows) sum += rows[i];
                    if (adds) sum += before[i * (n + 3) + j];
                    Assert.Equal(activates ? sum + sum : sum, c[i * (n + 3) + j]);
                }
                // What lies between the rows is nobody's.
                for (var j = n; j < n + 3; j++) Assert.Equal(before[i * (n + 3) + j], c[i * (n + 3) + j]);
            }
        }
    }

    /// <summary>A source that cannot be read in place.</summary>
    readonly unsafe struct Computed<T>(Strided<T> source) : IPanelSource<T> where T : unmanaged
    {
        public bool TryGetMemory(out Strided<T> memory)
        {
            memory = default;
            return false;
        }

        public void Pack(T* panel, int width, int line, int lines, int depth, int depths) => source.Pack(panel, width, line, lines, depth, depths);
    }

    readonly struct Doubled : IKernel
    {
        public static int Arity => 1;
        public V Run<V>(V a, V b, V c, V d) where V : IReal<V> => a + a;
    }

    [Fact]
    public void Epilogues_scale_add_bring_a_bias_and_activate() => cases.Where(c => c.M * c.N < 20_000).Sample(c =>
    {
        Epilogues<float>(c.M, c.N, c.K, c.Seed);
        Epilogues<double>(c.M, c.N, c.K, c.Seed);
    }, iter: 100);

    [Fact]
    public unsafe void Packed_panels_are_multiplied_as_they_are()
    {
        int width = Product.PanelRows<float>(), columns = Product.PanelColumns<float>() - 3, rows = 2 * width + 3, depth = 37;
        var generator = new Generator(3);
        Tensor x = Tensor.RandomNormal([rows, depth], generator), z = Tensor.RandomNormal([depth, columns], generator), y = Tensor.Zeros([rows, columns]);
        float[] panelsOfA = new float[3 * width * depth], panelOfB = new float[Product.PanelColumns<float>() * depth];
        fixed (float* p = panelsOfA, q = panelOfB, px = x.Elements<float>(), pz = z.Elements<float>(), py = y.Elements<float>())
        {
            Strided<float> left = new(px, depth, 1), right = new(pz, 1, columns);
            for (var row = 0; row < rows; row += width)
                left.Pack(p + row * depth, width, row, Math.Min(width, rows - row), 0, depth);
            right.Pack(q, Product.PanelColumns<float>(), 0, columns, 0, depth);
            Product.RunPacked(rows, columns, depth, p, q, py, columns, new Epilogue<float>());
        }
        Assert.True(y.SequenceEqual(x.MatMul(z)));
    }

    [Fact]
    public void The_number_of_threads_changes_no_bit()
    {
        var generator = new Generator(5);
        Tensor Random(params int[] shape) => Tensor.RandomNormal(new(shape), generator);
        (Tensor A, Tensor B)[] products =
        [
            (Random(150, 210), Random(210, 190)),
            (Random(210, 150).T, Random(210, 190)),
            (Random(256, 1024), Random(64, 1024).T),
            (Random(256, 1000).T, Random(256, 70)),
            (Random(3, 1, 90, 300), Random(2, 300, 80)),
            (Random(1, 3000), Random(700, 3000).T),
            (Random(1, 1500), Random(1500, 900)),
            (Random(5, 2000), Random(300, 2000).T),
            (Random(2500, 400), Random(400, 1)),
            (Random(20, 5000), Random(5000, 72)),
            (Random(300, 200).As(DType.Float64), Random(200, 100).As(DType.Float64)),
        ];
        var before = BackpropSettings.Threads;
        try
        {
            BackpropSettings.Threads = 1;
            var expected = products.Select(p => p.A.MatMul(p.B)).ToArray();
            for (var threads = 2; threads <= 4; threads++)
            {
                BackpropSettings.Threads = threads;
                for (var i = 0; i < products.Length; i++)
                    Assert.True(products[i].A.MatMul(products[i].B).Bytes().SequenceEqual(expected[i].Bytes()), $"product {i} with {threads} threads");
            }
        }
        finally
        {
            BackpropSettings.Threads = before;
        }
    }
}
