using System.Runtime.CompilerServices;
using Backprop.Devices.Memory;
using Backprop.Losses;
using Backprop.Modules;
using Backprop.Optimizers;
using Backprop.Randomness;
using CsCheck;
using Xunit;

namespace Backprop.Tests.Devices;

/// <summary>Memory is used again when nobody can see it any more, and never before.</summary>
[Collection(nameof(BufferPoolTests))]
public sealed class BufferPoolTests
{
    [Fact]
    public void A_size_class_holds_what_is_asked_for_and_wastes_little() =>
        Gen.Int[BufferPool.Smallest, BufferPool.Largest].Sample(bytes =>
        {
            var sizeClass = SizeClass.Of(bytes);
            Assert.InRange(sizeClass, 0, SizeClass.Count - 1);
            Assert.InRange(SizeClass.Bytes(sizeClass), bytes, bytes + bytes / 8);
            Assert.Equal(sizeClass, SizeClass.Of(SizeClass.Bytes(sizeClass)));
        });

    [Fact]
    public void The_largest_and_the_smallest_have_classes()
    {
        Assert.Equal(BufferPool.Smallest, SizeClass.Bytes(SizeClass.Of(BufferPool.Smallest)));
        Assert.Equal(BufferPool.Largest, SizeClass.Bytes(SizeClass.Of(BufferPool.Largest)));
    }

    // Where the elements lie: pooled memory does not move.
    static unsafe nint Address(Tensor x) => (nint)Unsafe.AsPointer(ref x.First<float>());

    [MethodImpl(MethodImplOptions.NoInlining)]
    static HashSet<nint> Addresses(int count) => [.. Enumerable.Range(0, count).Select(_ => Address(Tensor.Zeros([3000, 7])))];

    [Fact]
    public void What_nobody_holds_is_used_again()
    {
        var first = Addresses(20);
        GC.Collect(1);
        BufferPool.Rent(84_000);
        Assert.NotEmpty(Addresses(20).Intersect(first));
    }

    [Fact]
    public void Tensors_start_at_a_multiple_of_64() => Assert.Equal(0, Address(Tensor.Zeros([3000])) % 64);

    [MethodImpl(MethodImplOptions.NoInlining)]
    static Tensor View() => Tensor.Full([100, 100], 7f)[10..20];

    [Fact]
    public void A_view_keeps_the_memory_it_looks_at()
    {
        var view = View();
        for (var i = 0; i < 5; i++)
        {
            GC.Collect(1);
            for (var k = 0; k < 20; k++) Tensor.Full([100, 100], 1f);
        }
        Assert.True(view.SequenceEqual(Tensor.Full([10, 100], 7f)));
    }

    [Fact]
    public void A_span_handed_out_outlives_its_tensor()
    {
        var span = Tensor.Full([50, 100], 7f).AsSpan<float>();
        for (var i = 0; i < 5; i++)
        {
            GC.Collect(2);
            for (var k = 0; k < 20; k++) Tensor.Full([50, 100], 1f);
        }
        Assert.Equal(-1, span.IndexOfAnyExcept(7f));
    }

    [Fact]
    public void Threads_that_compute_and_collect_never_see_each_others_numbers()
    {
        var wrong = 0;
        var threads = Enumerable.Range(1, 4).Select(id => new Thread(() =>
        {
            var generator = new Generator(id);
            for (var i = 0; i < 150; i++)
            {
                int rows = 20 + 10 * (i % 5), columns = 200;
                var a = Tensor.Full([rows, columns], (float)id);
                // Gaps, broadcasts and precisions make copies inside the operations.
                var sum = (a.T.As(DType.Float64) + Tensor.Full([rows], (double)id)).T[1..].Sum().Item();
                if (sum != 2.0 * id * (rows - 1) * columns) Interlocked.Increment(ref wrong);
                if (i % 25 == 0) GC.Collect(i % 50 == 0 ? 1 : 0);
                if (i % 10 == 0) BufferPool.Tidy();
            }
        })).ToArray();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
        Assert.Equal(0, wrong);
    }

    // Optimised at once: else the frame keeps the lease alive.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    static void RentAndReturn() => BufferPool.Return(BufferPool.Rent(4096));

    /// <summary>A lease that waits to be given back must not be found dead meanwhile: its buffer would be taken back twice, the second time from whoever has it then.</summary>
    [Fact]
    public void What_is_given_back_while_another_thread_looks_is_taken_back_once()
    {
        var isOver = false;
        Exception? failure = null;
        var threads = Enumerable.Range(0, 2).Select(_ => new Thread(() =>
        {
            try
            {
                while (!Volatile.Read(ref isOver)) RentAndReturn();
            }
            catch (Exception e)
            {
                failure = e;
            }
        })).ToArray();
        foreach (var thread in threads) thread.Start();
        for (var i = 0; i < 300; i++) BufferPool.Trim();
        Volatile.Write(ref isOver, true);
        foreach (var thread in threads) thread.Join();
        Assert.Null(failure);
    }

    [Fact]
    public void A_training_loop_without_any_Dispose_keeps_its_memory_flat()
    {
        var model = new Sequential { new Linear(256, 256, new Generator(1)), x => x.Relu(), new Linear(256, 10, new Generator(2)) };
        var optimizer = new Sgd(model.Parameters, 0.01);
        var x = Tensor.RandomNormal([512, 256], new Generator(3));
        var labels = Tensor.RandomIntegers([512], new Generator(4), 0, 10);
        void Train(int steps)
        {
            for (var i = 0; i < steps; i++)
            {
                var loss = Loss.CrossEntropy(model.Forward(x), labels);
                optimizer.ZeroGrad();
                loss.Backward();
                optimizer.Step();
            }
        }
        Train(50);
        var before = GC.GetTotalMemory(forceFullCollection: false);
        var allocated = GC.GetTotalAllocatedBytes();
        Train(100);
        // One step makes about 5 MB of tensors; without the pool 100 of them would allocate 500 MB.
        Assert.InRange(GC.GetTotalAllocatedBytes() - allocated, 0, 60 << 20);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: false) - before, long.MinValue, 60 << 20);
    }

    [Fact]
    public void The_limit_and_trimming_let_go_of_what_is_kept()
    {
        Addresses(20);
        BackpropSettings.TrimMemory();
        Assert.Equal(0, BufferPool.FreeBytes);
        var limit = BackpropSettings.PoolLimit;
        try
        {
            BackpropSettings.PoolLimit = 100_000;
            Addresses(20);
            GC.Collect(1);
            BufferPool.Rent(84_000);
            Assert.InRange(BufferPool.FreeBytes, 0, 100_000);
        }
        finally
        {
            BackpropSettings.PoolLimit = limit;
        }
        Assert.Throws<ArgumentOutOfRangeException>(() => BackpropSettings.PoolLimit = -1);
    }
}

/// <summary>The pool belongs to the whole process: these tests run alone.</summary>
[CollectionDefinition(nameof(BufferPoolTests), DisableParallelization = true)]
public sealed class BufferPoolCollection;
