using Backprop.Bench;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Bench;

/// <summary>Functions of a row at a time: softmax, cross-entropy, layer norm.</summary>
static class Rows
{
    public static void Softmax()
    {
        using var off = no_grad();
        foreach (var (rows, width) in Cases.SoftmaxRows)
        {
            using var x = randn(rows, width);
            Clock.Rate($"rows {width}", () => x.softmax(-1).Dispose(), 8e-9 * rows * width, "GB/s", $"{rows} rows, 8 B/element, forward");
        }
    }

    public static void CrossEntropy()
    {
        foreach (var (rows, width) in Cases.Logits)
        {
            using Tensor x = randn([rows, width], requires_grad: true), labels = randint(width, [rows], dtype: int64);
            Clock.Rate($"{rows}x{width} forward+backward", () =>
            {
                using var loss = functional.cross_entropy(x, labels);
                loss.backward();
                x.grad = null;
            }, 1e-6 * rows * width, "M/s", "million logits a second");
        }
    }

    public static void LayerNorm()
    {
        foreach (var (size, count) in Cases.Norms)
        {
            using Tensor x = randn([count / 1000, 1000], requires_grad: true), dy = randn(count / 1000, 1000);
            using Tensor weight = ones(1000, requires_grad: true), bias = zeros(1000, requires_grad: true);
            Clock.Rate($"forward+backward {size}", () =>
            {
                using var y = functional.layer_norm(x, [1000], weight, bias);
                y.backward([dy]);
                x.grad = weight.grad = bias.grad = null;
            }, 1e-6 * count, "M/s", "million elements a second, rows of 1000, dx, dweight and dbias");
        }
    }
}
