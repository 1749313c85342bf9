using System.Runtime.CompilerServices;
using Backprop.Autograd;
using Backprop.Devices;
using Backprop.Devices.Memory;
using Backprop.Ops;
using Backprop.Randomness;
using Xunit;

namespace Backprop.Tests.Devices;

/// <summary>Attempts to have the pool use memory again that somebody can still see.</summary>
[Collection(nameof(BufferPoolTests))]
public sealed class BufferLifetimeTests
{
    /// <summary>Lets whatever is dead be found, and writes over the memory that is free.</summary>
    static void Churn(Shape shape, int times = 3)
    {
        for (var i = 0; i < times; i++)
        {
            GC.Collect(2);
            BufferPool.Rent(4096);
            BufferPool.Tidy();
            for (var k = 0; k < 30; k++) Tensor.Full(shape, -1f);
        }
    }

    sealed class Holder(Tensor x)
    {
        public static Holder? Risen;

        public Tensor X => x;

        ~Holder() => Risen = this;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Drop() => _ = new Holder(Tensor.Full([60, 100], 7f));

    [Fact]
    public void What_a_finalizer_brings_back_is_as_it_was()
    {
        Drop();
        for (var i = 0; i < 4; i++)
        {
            GC.Collect(2);
            BufferPool.Rent(24_000);
            for (var k = 0; k < 30; k++) Tensor.Full([60, 100], -1f);
            GC.WaitForPendingFinalizers();
        }
        Assert.NotNull(Holder.Risen);
        Assert.True(Holder.Risen.X.SequenceEqual(Tensor.Full([60, 100], 7f)));
        Holder.Risen = null;
    }

    /// <summary>y = x, whose rule looks at dy through derivatives of its own: they are not to write over it.</summary>
    sealed record Curious : Op
    {
        public override Tensor Forward(ReadOnlySpan<Tensor> x) => x[0] * 1;

        public override void Backward(Node node, Tensor dy, Span<Tensor?> dx)
        {
            var (_, pullback) = Gradient.Vjp(t => (t * 2).Tanh().Exp(), node.Inputs[0]);
            pullback(dy);
            pullback(dy);
            var layer = new Backprop.Layers.Sigmoid();
            layer.Forward(node.Inputs[0]);
            layer.Backward(dy);
            Churn(dy.Shape, 1);
            dx[0] = dy * 1;
        }
    }

    [Fact]
    public void A_rule_of_ones_own_may_use_what_flows_in_as_often_as_it_likes()
    {
        var x = Tensor.RandomNormal([50, 100], new Generator(1));
        x.RequiresGrad = true;
        (new Curious().Apply(x * 3) * 5).Sin().Sum().Backward();
        var expected = x.Grad!;
        x.Grad = null;
        ((x * 3) * 1 * 5).Sin().Sum().Backward();
        Assert.True(x.Grad!.AllClose(expected));
    }

    [Fact]
    public void A_fused_function_of_mixed_types_writes_over_nothing_that_it_needs()
    {
        var generator = new Generator(2);
        Tensor a = Tensor.RandomNormal([40, 50], generator, dtype: DType.Float64), b = Tensor.RandomNormal([40, 50], generator, dtype: DType.Float64);
        var c = Tensor.RandomNormal([40, 50], generator);
        Tape.Watch(a, b, c);
        static Tensor F(Tensor a, Tensor b, Tensor c) => a.Tanh() + b.Exp() + c;
        var fused = Tensor.Fuse(F);
        (F(a, b, c).Sin() * 3).Sum().Backward();
        Tensor[] expected = [a.Grad!, b.Grad!, c.Grad!];
        a.Grad = b.Grad = c.Grad = null;
        (fused(a, b, c).Sin() * 3).Sum().Backward();
        Assert.True(a.Grad!.AllClose(expected[0]));
        Assert.True(b.Grad!.AllClose(expected[1]));
        Assert.True(c.Grad!.AllClose(expected[2], 1e-4, 1e-5));
    }

    [Fact]
    public void A_mask_is_there_until_it_has_been_read()
    {
        // A copy that nobody else has, as large as the places of its truths, and large enough for the pool to look for what is dead.
        const int rows = 40_000, columns = 1024;
        var truths = new bool[columns];
        for (var j = 0; j < columns; j += 8) truths[j] = true;
        var mask = Tensor.From(truths).BroadcastTo([rows, columns]);
        BackpropSettings.TrimMemory();
        for (var i = 0; i < 3; i++)
        {
            var places = Cpu.Truths(mask.Packed()).ToArray<long>();
            Assert.Equal(rows * columns / 8, places.Length);
            Assert.Equal(-1, Array.FindIndex(places, 0, p => p % 8 != 0));
            Assert.Equal((long)(rows * columns - 8), places[^1]);
        }
    }

    [Fact]
    public void Views_that_are_read_while_other_threads_collect_are_whole()
    {
        var stop = false;
        var collector = new Thread(() =>
        {
            while (!Volatile.Read(ref stop)) Churn([300, 200], 1);
        });
        collector.Start();
        var wrong = 0;
        var readers = Enumerable.Range(1, 2).Select(id => new Thread(() =>
        {
            for (var i = 0; i < 60; i++)
            {
                if (Tensor.Full([300, 200], (float)id).T.AsSpan<float>().IndexOfAnyExcept(id) >= 0) Interlocked.Increment(ref wrong);
                if (Array.Exists(Tensor.Full([300, 200], (float)id).T.ToArray<float>(), v => v != id)) Interlocked.Increment(ref wrong);
                if (!Tensor.Full([300, 200], (float)id).T[1..].Copy().SequenceEqual(Tensor.Full([199, 300], (float)id))) Interlocked.Increment(ref wrong);
                if (Tensor.Full([300, 200], (float)id).T[5, 7].Item() != id) Interlocked.Increment(ref wrong);
            }
        })).ToArray();
        foreach (var reader in readers) reader.Start();
        foreach (var reader in readers) reader.Join();
        Volatile.Write(ref stop, true);
        collector.Join();
        Assert.Equal(0, wrong);
    }

    [Fact]
    public async Task What_closures_and_async_code_capture_stays()
    {
        var x = Tensor.Full([60, 100], 3f);
        Func<Tensor> view = () => x[10..20].T;
        var captured = Later(Tensor.Full([60, 100], 5f));
        x = x + 1;
        Churn([60, 100]);
        Assert.True(view().SequenceEqual(Tensor.Full([100, 10], 4f)));
        Assert.Equal(5f * 6000, await captured);

        static async Task<double> Later(Tensor t)
        {
            await Task.Delay(30, TestContext.Current.CancellationToken);
            Churn([60, 100]);
            await Task.Yield();
            return t.Sum().Item();
        }
    }

    [Fact]
    public void A_view_of_a_view_of_a_parameter_sees_what_is_assigned()
    {
        var parameter = Tensor.Full([60, 100], 1f);
        var inner = parameter[10..50].T[20..40];
        var before = parameter.AsSpan<float>();
        parameter.Assign(Tensor.Full([60, 100], 2f));
        Churn([60, 100]);
        Assert.True(inner.SequenceEqual(Tensor.Full([20, 40], 2f)));
        Assert.Equal(-1, before.IndexOfAnyExcept(2f));
        // A view without gaps may be assigned to as well; with gaps it may not.
        parameter[10..20].Assign(Tensor.Full([10, 100], 3f));
        Assert.Equal(3 * 1000 + 2 * 5000, parameter.Sum().Item());
        Assert.Throws<GradientException>(() => parameter.T.Assign(Tensor.Full([100, 60], 4f)));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Fails(Action action) => Assert.ThrowsAny<Exception>(action);

    /// <summary>An operation that fails half-way, its memory already asked for.</summary>
    sealed record Failing : Op
    {
        public override Tensor Forward(ReadOnlySpan<Tensor> x)
        {
            Tensor.Full(x[0].Shape, 1f);
            throw new InvalidOperationException();
        }
    }

    [Fact]
    public void Operations_that_fail_keep_nothing_back()
    {
        BackpropSettings.TrimMemory();
        var x = Tensor.Full([60, 100], 1f);
        for (var i = 0; i < 20; i++) Fails(() => new Failing().Apply(x));
        Fails(() => x.MatMul(x));
        var first = Addresses();
        GC.Collect(2);
        BufferPool.Rent(24_000);
        Assert.NotEmpty(Addresses().Intersect(first));

        static unsafe HashSet<nint> Addresses() =>
            [.. Enumerable.Range(0, 60).Select(_ => (nint)Unsafe.AsPointer(ref Tensor.Zeros([60, 100]).First<float>()))];
    }

    [Fact]
    public void Lowering_the_limit_lets_go_at_once()
    {
        for (var i = 0; i < 20; i++) Tensor.Full([60, 100], 1f);
        GC.Collect(2);
        BufferPool.Rent(24_000);
        Assert.True(BufferPool.FreeBytes > 50_000);
        var limit = BackpropSettings.PoolLimit;
        try
        {
            BackpropSettings.PoolLimit = 50_000;
            Assert.InRange(BufferPool.FreeBytes, 0, 50_000);
        }
        finally
        {
            BackpropSettings.PoolLimit = limit;
        }
    }

    [Fact]
    public void An_interrupted_thread_finishes_the_job_it_shares()
    {
        var a = Tensor.RandomNormal([700, 700], new Generator(1));
        var expected = a.MatMul(a);
        var wrong = 0;
        var worker = new Thread(() =>
        {
            for (var i = 0; i < 60; i++)
            {
                try
                {
                    if (!a.MatMul(a).SequenceEqual(expected)) Interlocked.Increment(ref wrong);
                    Thread.Sleep(0);
                }
                catch (ThreadInterruptedException)
                {
                }
            }
        });
        worker.Start();
        while (!worker.Join(1)) worker.Interrupt();
        Assert.Equal(0, wrong);
        Assert.True(a.MatMul(a).SequenceEqual(expected));
    }
}
