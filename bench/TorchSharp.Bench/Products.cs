using Backprop.Bench;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Bench;

/// <summary>Products of matrices, and convolutions.</summary>
static class Products
{
    public static void Matmul()
    {
        using var off = no_grad();
        foreach (var product in Cases.Products)
        {
            var (m, k, n, _) = product;
            using Tensor left = product.IsLeftTransposed ? randn(k, m) : randn(m, k), right = product.IsRightTransposed ? randn(n, k) : randn(k, n);
            using Tensor a = product.IsLeftTransposed ? left.t() : left.alias(), b = product.IsRightTransposed ? right.t() : right.alias();
            Clock.Rate(product.Metric, () => a.matmul(b).Dispose(), product.Gigaflops, "GFLOP/s", "float32");
        }
    }

    public static void Conv2d()
    {
        using Tensor x = randn(32, 64, 56, 56), w = randn(64, 64, 3, 3) * 0.05, b = zeros(64), dy = randn(32, 64, 56, 56);
        Tensor Convolve() => functional.conv2d(x, w, b, padding: [1L, 1L]);
        using (no_grad()) Clock.Rate("forward", () => Convolve().Dispose(), ConvolutionCase.Gigaflops, "GFLOP/s", ConvolutionCase.Note);
        Tensor[] leaves = [x, w, b];
        foreach (var leaf in leaves) leaf.requires_grad = true;
        using var y = Convolve();
        Clock.Rate("backward", () =>
        {
            foreach (var slope in autograd.grad([y], leaves, [dy], retain_graph: true)) slope.Dispose();
        }, 2 * ConvolutionCase.Gigaflops, "GFLOP/s", ConvolutionCase.BackwardNote);
    }
}
