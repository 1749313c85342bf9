using Backprop.Autograd;
using Backprop.Devices.Memory;
using Backprop.Losses;
using Backprop.Modules;
using Backprop.Optimizers;
using Backprop.Randomness;
using Xunit;

namespace Backprop.Tests.Devices;

/// <summary>How much memory kernels ask for, the pool's included: nothing is free when they start.</summary>
[Collection(nameof(BufferPoolTests))]
public sealed class MemoryUseTests
{
    // Bytes asked of the system for one call, on all threads; what threads keep for themselves is there before.
    static long Asked(Action action)
    {
        action();
        BackpropSettings.TrimMemory();
        var before = GC.GetTotalAllocatedBytes(precise: true);
        action();
        return GC.GetTotalAllocatedBytes(precise: true) - before;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Attention_asks_for_memory_in_proportion_to_the_length(bool causal)
    {
        static Action Attention(int length, bool causal)
        {
            var x = Tensor.RandomNormal([2, length, 16], new Generator(1));
            x.RequiresGrad = true;
            return () =>
            {
                Tensor.ScaledDotProductAttention(x, x, x, isCausal: causal).Backward(Tensor.Ones(x.Shape));
                x.Grad = null;
            };
        }
        long one = Asked(Attention(1024, causal)), four = Asked(Attention(4096, causal));
        Assert.InRange(four, 1, 5 * one);
        // The scores alone would be 2 · 4096² floats, 128 MiB.
        Assert.InRange(four, 1, 16 << 20);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(1, 2)]
    public void Convolutions_make_no_matrix_of_all_patches(int stride, int dilation)
    {
        // Its patches are 7 · 7 times the image of 4 MiB.
        Tensor x = Tensor.RandomNormal([1, 16, 256, 256], new Generator(1)), w = Tensor.RandomNormal([16, 16, 7, 7], new Generator(2));
        Tape.Watch(x, w);
        Assert.InRange(Asked(() =>
        {
            var y = x.Conv2d(w, stride: stride, padding: 3 * dilation, dilation: dilation);
            y.Backward(Tensor.Ones(y.Shape));
            x.Grad = w.Grad = null;
        }), 1, 60 << 20);
    }

    static Action Mlp()
    {
        var generator = new Generator(1);
        var model = new Sequential { new Linear(784, 50, generator), x => x.Relu(), new Linear(50, 10, generator) };
        var optimizer = new Sgd(model.Parameters, 0.1);
        Tensor x = Tensor.RandomNormal([100, 784], generator), labels = Tensor.RandomIntegers([100], generator, 0, 10);
        return () => Step(() => Loss.CrossEntropy(model.Forward(x), labels), optimizer);
    }

    static Action Transformer()
    {
        const int width = 64, length = 48, batch = 4;
        var generator = new Generator(1);
        var tokens = new Embedding(65, width, generator);
        var blocks = new TransformerEncoderLayer(width, 4, generator, 4 * width, 0, x => x.Gelu(), normFirst: true, batchFirst: true, isCausal: true);
        var optimizer = new AdamW([.. tokens.Parameters, .. blocks.Parameters], 1e-3);
        Tensor ids = Tensor.RandomIntegers([batch, length], generator, 0, 65), next = Tensor.RandomIntegers([batch * length], generator, 0, 65);
        return () => Step(
            () => Loss.CrossEntropy(Tensor.Linear(blocks.Forward(tokens.Forward(ids)), tokens.Weight).Reshape(batch * length, 65), next), optimizer);
    }

    static void Step(Func<Tensor> loss, Optimizer optimizer)
    {
        var l = loss();
        optimizer.ZeroGrad();
        l.Backward();
        optimizer.Step();
    }

    public static TheoryData<string> Nets => ["mlp", "transformer"];

    [Theory]
    [MemberData(nameof(Nets))]
    public void Training_without_any_Dispose_asks_for_no_more_large_memory(string net)
    {
        var step = net == "mlp" ? Mlp() : Transformer();
        for (var i = 0; i < 100; i++) step();
        GC.Collect(2);
        long kept = BufferPool.FreeBytes, pinned = Pinned();
        for (var i = 0; i < 300; i++) step();
        GC.Collect(2);
        // Buffers are pinned: that heap is the pool, and what threads keep. Each step makes some megabytes of tensors.
        Assert.InRange(Pinned() - pinned, long.MinValue, 8 << 20);
        Assert.InRange(BufferPool.FreeBytes - kept, long.MinValue, 40 << 20);

        static long Pinned() => GC.GetGCMemoryInfo(GCKind.FullBlocking).GenerationInfo[4].SizeAfterBytes;
    }
}
