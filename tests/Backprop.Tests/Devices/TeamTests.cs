using Backprop.Devices;
using Xunit;

namespace Backprop.Tests.Devices;

/// <summary>Jobs shared among threads: every chunk runs once, whoever asks, from wherever, whatever fails.</summary>
public sealed class TeamTests
{
    // Counts how often each chunk has run.
    struct Counting(int[] runs) : IJob
    {
        public void Run(int chunk) => Interlocked.Increment(ref runs[chunk]);
    }

    struct Doing(Action<int> action) : IJob
    {
        public readonly void Run(int chunk) => action(chunk);
    }

    static void With(int threads, Action action)
    {
        var before = BackpropSettings.Threads;
        BackpropSettings.Threads = threads;
        try
        {
            action();
        }
        finally
        {
            BackpropSettings.Threads = before;
        }
    }

    static void Run(int count, Action<int> action)
    {
        var job = new Doing(action);
        Team.Run(count, ref job);
    }

    static void EveryChunkOnce(int count)
    {
        var runs = new int[count];
        var job = new Counting(runs);
        Team.Run(count, ref job);
        Assert.All(runs, times => Assert.Equal(1, times));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)]
    public void Every_chunk_runs_once(int threads) => With(threads, () =>
    {
        for (var count = 0; count < 200; count++) EveryChunkOnce(count);
    });

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(8)]
    public void Many_callers_neither_wait_for_ever_nor_mix_their_jobs(int threads) => With(threads, () =>
    {
        var callers = Enumerable.Range(0, 6).Select(_ => new Thread(() =>
        {
            for (var i = 0; i < 500; i++) EveryChunkOnce(1 + i % 40);
        })).ToArray();
        foreach (var caller in callers) caller.Start();
        foreach (var caller in callers) Assert.True(caller.Join(TimeSpan.FromMinutes(1)));
    });

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_job_within_a_job_runs_on_its_own_thread(int threads) => With(threads, () =>
    {
        var strangers = 0;
        var runs = 0;
        Run(20, _ =>
        {
            // Where another test has the team, the outer job runs on its caller alone, and the inner one may get the team.
            var (own, within) = (Environment.CurrentManagedThreadId, !Team.Shares);
            Run(10, _ =>
            {
                Interlocked.Increment(ref runs);
                if (within && Environment.CurrentManagedThreadId != own) Interlocked.Increment(ref strangers);
            });
        });
        Assert.Equal(200, runs);
        Assert.Equal(0, strangers);
    });

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(8)]
    public void An_exception_reaches_the_caller_and_the_team_goes_on(int threads) => With(threads, () =>
    {
        for (var i = 0; i < 50; i++)
        {
            var bad = i % 30;
            var error = Assert.Throws<InvalidOperationException>(() => Run(30, chunk =>
            {
                if (chunk == bad) throw new InvalidOperationException($"chunk {chunk}");
            }));
            Assert.Equal($"chunk {bad}", error.Message);
            EveryChunkOnce(30);
        }
    });

    [Fact]
    public void When_all_chunks_fail_one_of_their_exceptions_is_thrown() => With(4, () =>
        Assert.StartsWith("chunk", Assert.Throws<InvalidOperationException>(() => Run(30, chunk => throw new InvalidOperationException($"chunk {chunk}"))).Message));

    [Fact]
    public void A_chunk_that_takes_long_is_waited_for() => With(3, () =>
    {
        var done = 0;
        Run(3, _ =>
        {
            Thread.Sleep(20);
            Interlocked.Increment(ref done);
        });
        Assert.Equal(3, done);
        // By now the threads sleep.
        Thread.Sleep(20);
        EveryChunkOnce(50);
    });

    [Fact]
    public void The_number_of_threads_may_change_at_any_time()
    {
        var stop = false;
        With(2, () =>
        {
            var caller = new Thread(() =>
            {
                while (!Volatile.Read(ref stop)) EveryChunkOnce(25);
            });
            caller.Start();
            for (var i = 0; i < 100; i++)
            {
                BackpropSettings.Threads = 1 + i % 8;
                EveryChunkOnce(25);
            }
            Volatile.Write(ref stop, true);
            Assert.True(caller.Join(TimeSpan.FromMinutes(1)));
        });
    }

    [Fact]
    public void Fewer_than_one_thread_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => BackpropSettings.Threads = 0);
        Assert.True(BackpropSettings.Threads >= 1);
    }

    // Threads of the team are slow, so that the caller sleeps, and is interrupted there; a waking that got lost would let a later job wait for ever.
    [Fact]
    public void Interrupted_callers_are_woken_by_later_jobs_too() => With(3, () =>
    {
        var done = false;
        var caller = new Thread(() =>
        {
            for (var i = 0; i < 400; i++)
            {
                try
                {
                    var own = Environment.CurrentManagedThreadId;
                    Run(6, _ =>
                    {
                        if (Environment.CurrentManagedThreadId != own) Thread.SpinWait(20_000);
                    });
                    Thread.Sleep(0);
                }
                catch (ThreadInterruptedException)
                {
                }
            }
            done = true;
        })
        { IsBackground = true };
        caller.Start();
        for (var i = 0; i < 200 && !caller.Join(1); i++) caller.Interrupt();
        Assert.True(caller.Join(TimeSpan.FromSeconds(60)) && done, "a caller waits for what never comes");
        EveryChunkOnce(50);
    });
}
