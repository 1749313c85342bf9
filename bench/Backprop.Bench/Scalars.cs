using Backprop.Autograd;
using Backprop.Layers;

namespace Backprop.Bench;

/// <summary>What it costs to call an operation, where the arithmetic is nothing.</summary>
static class Scalars
{
    /// <summary>(apple · 2 + orange · 3) · tax with five float64 leaves.</summary>
    public static void Seed()
    {
        Tensor apple = 100.0, appleCount = 2.0, orange = 150.0, orangeCount = 3.0, tax = 1.1;
        Tensor[] leaves = [apple, appleCount, orange, orangeCount, tax];
        Tape.Watch(leaves);
        Tensor Price() => (apple * appleCount + orange * orangeCount) * tax;

        Counted("forward", () => Price(), 1, "graph recorded");
        Counted("forward+grad", () => Gradient.Of(Price(), leaves), 1, "Gradient.Of 5 leaves");
        Counted("forward+backward", () =>
        {
            Price().Backward();
            foreach (var leaf in leaves) leaf.Grad = null;
        }, 1, "Backward() into Grad of 5 leaves, then cleared");
        Counted("by hand", () =>
        {
            MulLayer mulApple = new(), mulOrange = new(), mulTax = new();
            var add = new AddLayer();
            mulTax.Forward(add.Forward(mulApple.Forward(apple, appleCount), mulOrange.Forward(orange, orangeCount)), tax);
            var (dPrices, _) = mulTax.Backward(1.0);
            var (dApples, dOranges) = add.Backward(dPrices);
            mulApple.Backward(dApples);
            mulOrange.Backward(dOranges);
        }, 1, "the seed's layers, made anew each time");
        var price = Price();
        price.Backward();
        var (value, slope) = (price.Item(), apple.Grad!.Item());
        if (Math.Abs(value - 715) > 1e-9 || Math.Abs(slope - 2.2) > 1e-9) throw new InvalidOperationException($"price {value}, d apple {slope}: wrong.");
    }

    public static void Dispatch()
    {
        Tensor x = 1.0001, tracked = 1.0001, one = 1.0;
        tracked.RequiresGrad = true;
        Counted("scalar mul", () => Repeat(() => x * x), 100, "no input requires a gradient");
        Counted("scalar mul autograd", () => Repeat(() => tracked * tracked), 100, "records one node");
        Tensor Chain()
        {
            var y = tracked;
            for (var i = 0; i < 1000; i++) y = y + one;
            return y;
        }
        Counted("chain1000 add forward", () => Chain(), 1000, "per add");
        Counted("chain1000 add forward+backward", () =>
        {
            Chain().Backward();
            tracked.Grad = null;
        }, 1000, "per add");
    }

    static Tensor Repeat(Func<Tensor> f)
    {
        var y = f();
        for (var i = 1; i < 100; i++) y = f();
        return y;
    }

    // The time, and the bytes that the collector will have to look after.
    static void Counted(string metric, Action action, int parts, string note)
    {
        Clock.Nanoseconds(metric, action, parts, note);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++) action();
        Clock.Value($"{metric}, allocated", (GC.GetAllocatedBytesForCurrentThread() - before) / 1000.0 / parts, "bytes", note);
    }
}
