using Backprop.Losses;
using Backprop.Randomness;

namespace Backprop.Bench;

/// <summary>Functions of a row at a time: softmax, cross-entropy, layer norm.</summary>
static class Rows
{
    public static void Softmax()
    {
        var generator = new Generator(0);
        foreach (var (rows, width) in Cases.SoftmaxRows)
        {
            var x = Tensor.RandomNormal([rows, width], generator);
            Clock.Rate($"rows {width}", () => x.Softmax(-1), 8e-9 * rows * width, "GB/s", $"{rows} rows, 8 B/element, forward");
        }
    }

    public static void CrossEntropy()
    {
        var generator = new Generator(0);
        foreach (var (rows, width) in Cases.Logits)
        {
            Tensor x = Tensor.RandomNormal([rows, width], generator), labels = Tensor.RandomIntegers([rows], generator, 0, width);
            x.RequiresGrad = true;
            Clock.Rate($"{rows}x{width} forward+backward", () =>
            {
                Loss.CrossEntropy(x, labels).Backward();
                x.Grad = null;
            }, 1e-6 * rows * width, "M/s", "million logits a second");
        }
    }

    public static void LayerNorm()
    {
        var generator = new Generator(0);
        foreach (var (size, count) in Cases.Norms)
        {
            Tensor x = Tensor.RandomNormal([count / 1000, 1000], generator), dy = Tensor.RandomNormal([count / 1000, 1000], generator);
            Tensor weight = Tensor.Ones([1000]), bias = Tensor.Zeros([1000]);
            x.RequiresGrad = weight.RequiresGrad = bias.RequiresGrad = true;
            Clock.Rate($"forward+backward {size}", () =>
            {
                x.LayerNorm([1000], weight, bias).Backward(dy);
                x.Grad = weight.Grad = bias.Grad = null;
            }, 1e-6 * count, "M/s", "million elements a second, rows of 1000, dx, dweight and dbias");
        }
    }
}
