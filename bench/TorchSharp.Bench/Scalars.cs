using Backprop.Bench;
using static TorchSharp.torch;

namespace TorchSharp.Bench;

/// <summary>What it costs to call an operation, where the arithmetic is nothing. Everything is disposed of by <c>using</c>, the cheapest way there is.</summary>
static class Scalars
{
    /// <summary>(apple · 2 + orange · 3) · tax with five float64 leaves.</summary>
    public static void Seed()
    {
        var leaves = new double[] { 100, 2, 150, 3, 1.1 }.Select(value => tensor(value, dtype: float64, requires_grad: true)).ToArray();
        var (apple, appleCount, orange, orangeCount, tax) = (leaves[0], leaves[1], leaves[2], leaves[3], leaves[4]);

        Clock.Nanoseconds("forward", () =>
        {
            using Tensor apples = apple * appleCount, oranges = orange * orangeCount, sum = apples + oranges, price = sum * tax;
        }, note: "graph recorded");
        Clock.Nanoseconds("forward+grad", () =>
        {
            using Tensor apples = apple * appleCount, oranges = orange * orangeCount, sum = apples + oranges, price = sum * tax;
            foreach (var slope in autograd.grad([price], leaves)) slope.Dispose();
        }, note: "autograd.grad of 5 leaves");
        Clock.Nanoseconds("forward+backward", () =>
        {
            using Tensor apples = apple * appleCount, oranges = orange * orangeCount, sum = apples + oranges, price = sum * tax;
            price.backward();
            foreach (var leaf in leaves) leaf.grad = null;
        }, note: "backward() into grad of 5 leaves, then cleared");
        using var one = tensor(1.0);
        using (no_grad())
        {
            Clock.Nanoseconds("by hand", () =>
            {
                using Tensor apples = apple * appleCount, oranges = orange * orangeCount, sum = apples + oranges, price = sum * tax;
                using Tensor dSum = one * tax, dTax = one * sum;
                using Tensor dApple = dSum * appleCount, dAppleCount = dSum * apple, dOrange = dSum * orangeCount, dOrangeCount = dSum * orange;
            }, note: "the seed's arithmetic spelled out, nothing recorded");
        }
        using Tensor a = apple * appleCount, o = orange * orangeCount, s = a + o, p = s * tax;
        p.backward();
        var (total, dApple) = (p.item<double>(), apple.grad!.item<double>());
        if (Math.Abs(total - 715) > 1e-9 || Math.Abs(dApple - 2.2) > 1e-9) throw new InvalidOperationException($"price {total}, d apple {dApple}: wrong.");
    }

    public static void Dispatch()
    {
        using Tensor x = tensor(1.0001), tracked = tensor(1.0001, requires_grad: true), one = tensor(1.0);
        Clock.Nanoseconds("scalar mul", () => Repeat(x), 100, "no input requires a gradient");
        Clock.Nanoseconds("scalar mul autograd", () => Repeat(tracked), 100, "records one node");
        Clock.Nanoseconds("chain1000 add forward", () =>
        {
            using var scope = NewDisposeScope();
            Chain(tracked, one);
        }, 1000, "per add");
        Clock.Nanoseconds("chain1000 add forward+backward", () =>
        {
            using var scope = NewDisposeScope();
            Chain(tracked, one).backward();
            tracked.grad = null;
        }, 1000, "per add");
    }

    static void Repeat(Tensor x)
    {
        for (var i = 0; i < 100; i++)
        {
            using var y = x * x;
        }
    }

    static Tensor Chain(Tensor y, Tensor one)
    {
        for (var i = 0; i < 1000; i++) y = y + one;
        return y;
    }
}
