using Backprop.Autograd;
using Backprop.Randomness;

namespace Backprop.Bench;

/// <summary>Products of matrices, and convolutions.</summary>
static class Products
{
    static readonly int[] squares = [16, 32, 64, 128, 256, 512, 1024, 2048];

    static readonly (int, int, int)[] rectangles =
    [
        (100, 784, 50), (784, 100, 50), (128, 784, 512), (256, 1024, 1024), (512, 768, 3072), (32, 12544, 144), (64, 3136, 288),
    ];

    public static void Matmul()
    {
        var generator = new Generator(0);
        foreach (var n in squares) One(n, n, n, "nn", generator);
        foreach (var n in new[] { 256, 1024 })
        {
            foreach (var form in new[] { "nt", "tn", "tt" }) One(n, n, n, form, generator);
        }
        foreach (var (m, k, n) in rectangles) One(m, k, n, "nn", generator);
        foreach (var (m, k, n) in rectangles)
        {
            foreach (var form in new[] { "nt", "tn", "tt" }) One(m, k, n, form, generator);
        }
    }

    /// <summary>[m, k] times [k, n]; an operand under t lies transposed in memory.</summary>
    static void One(int m, int k, int n, string form, Generator generator)
    {
        var a = form[0] == 't' ? Tensor.RandomNormal([k, m], generator).T : Tensor.RandomNormal([m, k], generator);
        var b = form[1] == 't' ? Tensor.RandomNormal([n, k], generator).T : Tensor.RandomNormal([k, n], generator);
        Clock.Rate(form == "nn" ? $"{m}x{k}x{n}" : $"{m}x{k}x{n} {form}", () => a.MatMul(b), 2e-9 * m * k * n, "GFLOP/s", "float32");
    }

    /// <summary>(32, 64, 56, 56) to 64 channels, 3 × 3, a margin of 1.</summary>
    public static void Conv2d()
    {
        const double work = 2e-9 * 32 * 64 * 56 * 56 * 64 * 9;
        var generator = new Generator(0);
        Tensor x = Tensor.RandomNormal([32, 64, 56, 56], generator), w = Tensor.RandomNormal([64, 64, 3, 3], generator, std: 0.05), b = Tensor.Zeros([64]);
        var dy = Tensor.RandomNormal([32, 64, 56, 56], generator);
        Clock.Rate("forward", () => x.Conv2d(w, b, padding: 1), work, "GFLOP/s", $"(32,64,56,56) to 64, 3x3 pad 1, {work:F2} GFLOP");
        Tensor[] leaves = [x, w, b];
        Tape.Watch(leaves);
        var y = x.Conv2d(w, b, padding: 1);
        Clock.Rate("backward", () => Gradient.Of(y, leaves, dy), 2 * work, "GFLOP/s", $"dx, dw and db, {2 * work:F2} GFLOP");
    }
}
