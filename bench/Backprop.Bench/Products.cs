using Backprop.Autograd;
using Backprop.Randomness;

namespace Backprop.Bench;

/// <summary>Products of matrices, and convolutions.</summary>
static class Products
{
    public static void Matmul()
    {
        var generator = new Generator(0);
        foreach (var product in Cases.Products)
        {
            var (m, k, n, _) = product;
            var a = product.IsLeftTransposed ? Tensor.RandomNormal([k, m], generator).T : Tensor.RandomNormal([m, k], generator);
            var b = product.IsRightTransposed ? Tensor.RandomNormal([n, k], generator).T : Tensor.RandomNormal([k, n], generator);
            Clock.Rate(product.Metric, () => a.MatMul(b), product.Gigaflops, "GFLOP/s", "float32");
        }
    }

    public static void Conv2d()
    {
        var generator = new Generator(0);
        Tensor x = Tensor.RandomNormal([32, 64, 56, 56], generator), w = Tensor.RandomNormal([64, 64, 3, 3], generator, std: 0.05), b = Tensor.Zeros([64]);
        var dy = Tensor.RandomNormal([32, 64, 56, 56], generator);
        Clock.Rate("forward", () => x.Conv2d(w, b, padding: 1), ConvolutionCase.Gigaflops, "GFLOP/s", ConvolutionCase.Note);
        Tensor[] leaves = [x, w, b];
        Tape.Watch(leaves);
        var y = x.Conv2d(w, b, padding: 1);
        Clock.Rate("backward", () => Gradient.Of(y, leaves, dy), 2 * ConvolutionCase.Gigaflops, "GFLOP/s", ConvolutionCase.BackwardNote);
    }
}
