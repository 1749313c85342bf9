using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Backprop.Devices;

/// <summary>
/// The library's own threads. The caller of a job works on it together with them; chunks are claimed one by one, so a thread that is late
/// or kept busy by something else costs nothing but its share.
/// </summary>
/// <remarks>
/// One job runs at a time. A job started from within a job, or while another thread's job has the team, runs on its own thread alone, chunk
/// by chunk: nothing waits for anything, and no more threads compute than callers and team together. Between jobs the threads wait for a
/// moment in a loop, then sleep until they are woken.
/// </remarks>
static class Team
{
    // How long an idle thread keeps looking for work before it sleeps, and a caller before it sleeps until the last chunk is done.
    static readonly long patience = Stopwatch.Frequency / 10_000;

    static readonly Lock growing = new();
    static readonly object finished = new();
    static volatile TeamMember[] members = [];
    static volatile int size = DefaultSize();
    static TeamState state;

    // The job; written by its owner only while the state says closed and nobody is inside.
    static Work work = null!;
    static int chunks;
    static int failedChunk;
    static ExceptionDispatchInfo? failure;

    [ThreadStatic] static bool inside;

    /// <summary>How many threads work on a job, the caller included.</summary>
    public static int Size
    {
        get => size;
        set => size = value;
    }

    /// <summary>Whether a job started now would be shared with other threads.</summary>
    public static bool Shares => size > 1 && !inside;

    /// <summary>
    /// Runs every chunk of a job, in no particular order, and returns when all are done. The first exception reaches the caller; chunks not
    /// yet begun are left out then.
    /// </summary>
    public static void Run<J>(int count, ref J job) where J : struct, IJob
    {
        if (count > 1 && Shares && Interlocked.CompareExchange(ref state.Taken, 1, 0) == 0)
        {
            Together(count, ref job);
            return;
        }
        for (var chunk = 0; chunk < count; chunk++) job.Run(chunk);
    }

    static void Together<J>(int count, ref J job) where J : struct, IJob
    {
        ExceptionDispatchInfo? failed;
        inside = true;
        try
        {
            var team = Members(size - 1);
            Work<J>.Instance.Job = job;
            work = Work<J>.Instance;
            chunks = count;
            failedChunk = int.MaxValue;
            state.Next = 0;
            Interlocked.Increment(ref state.Round);
            try
            {
                WakeOne(team);
                Claim();
            }
            finally
            {
                // Whatever happened: nobody may be at work on a job that has ended.
                Interlocked.Increment(ref state.Round);
                AwaitOthers();
            }
        }
        finally
        {
            (failed, failure) = (failure, null);
            Work<J>.Instance.Job = default;
            inside = false;
            Volatile.Write(ref state.Taken, 0);
        }
        failed?.Throw();
    }

    // Chunks are claimed until none is left.
    static void Claim()
    {
        var (current, count) = (work, chunks);
        for (int chunk; (chunk = Interlocked.Increment(ref state.Next) - 1) < count;)
        {
            try
            {
                current.Run(chunk);
            }
            catch (Exception exception)
            {
                Interlocked.Exchange(ref state.Next, count);
                Fail(chunk, exception);
            }
        }
    }

    // Of several exceptions the one of the lowest chunk is kept, as if the chunks had run in their order.
    static void Fail(int chunk, Exception exception)
    {
        lock (growing)
        {
            if (chunk >= failedChunk) return;
            failedChunk = chunk;
            failure = ExceptionDispatchInfo.Capture(exception);
        }
    }

    static void AwaitOthers()
    {
        var start = Stopwatch.GetTimestamp();
        while (Volatile.Read(ref state.Inside) != 0)
        {
            Thread.SpinWait(1);
            if (Stopwatch.GetTimestamp() - start < patience) continue;
            Interlocked.Exchange(ref state.CallerSleeps, 1);
            if (Volatile.Read(ref state.Inside) == 0) Volatile.Write(ref state.CallerSleeps, 0);
            else Sleep();
        }
    }

    // Until somebody clears the mark. Who interrupts a caller interrupts what comes after its job; a SemaphoreSlim would lose count of its wakings then.
    static void Sleep()
    {
        var interrupted = false;
        while (Volatile.Read(ref state.CallerSleeps) == 1)
        {
            try
            {
                lock (finished)
                    while (Volatile.Read(ref state.CallerSleeps) == 1) Monitor.Wait(finished);
            }
            catch (ThreadInterruptedException)
            {
                interrupted = true;
            }
        }
        if (interrupted) Thread.CurrentThread.Interrupt();
    }

    static void WakeCaller()
    {
        lock (finished) Monitor.Pulse(finished);
    }

    static TeamMember[] Members(int count)
    {
        if (members.Length >= count) return members;
        lock (growing)
        {
            var grown = members.ToList();
            while (grown.Count < count) grown.Add(new TeamMember(grown.Count));
            members = [.. grown];
            foreach (var member in members.Where(member => !member.IsStarted)) member.Start();
        }
        return members;
    }

    // Each thread that wakes up wakes the next, so that a caller pays for one.
    static void WakeOne(TeamMember[] team)
    {
        for (var i = 0; i < team.Length && i < size - 1; i++)
            if (team[i].TryWake()) return;
    }

    /// <summary>What a thread of the team does all its life.</summary>
    internal static void Serve(TeamMember member)
    {
        inside = true;
        var round = 0;
        while (true)
        {
            round = Await(member, round);
            Interlocked.Increment(ref state.Inside);
            // The job cannot end while somebody is inside; one who comes too late finds another round.
            if (Volatile.Read(ref state.Round) == round)
            {
                if (Volatile.Read(ref state.Next) < chunks - 1) WakeOne(members);
                Claim();
            }
            if (Interlocked.Decrement(ref state.Inside) == 0 && Volatile.Read(ref state.CallerSleeps) == 1
                && Interlocked.Exchange(ref state.CallerSleeps, 0) == 1) WakeCaller();
        }
    }

    // Waits for a round that is open, which odd ones are, and not yet seen.
    static int Await(TeamMember member, int seen)
    {
        var start = Stopwatch.GetTimestamp();
        while (true)
        {
            if (IsOpen(member, seen, out var round)) return round;
            Thread.SpinWait(1);
            if (Stopwatch.GetTimestamp() - start < patience) continue;
            member.Sleep(seen);
            start = Stopwatch.GetTimestamp();
        }
    }

    internal static bool IsOpen(TeamMember member, int seen, out int round)
    {
        round = Volatile.Read(ref state.Round);
        return (round & 1) != 0 && round != seen && member.Place < size - 1;
    }

    static int DefaultSize()
    {
        if (OperatingSystem.IsBrowser() || OperatingSystem.IsWasi()) return 1;
        var wish = Environment.GetEnvironmentVariable("BACKPROP_THREADS");
        return int.TryParse(wish, out var count) && count >= 1 ? count : Cores.Physical;
    }

    // What threads write to at the same time lies far apart, so that they do not take each other's cache lines.
    [StructLayout(LayoutKind.Explicit, Size = 640)]
    struct TeamState
    {
        [FieldOffset(128)] public int Round;
        [FieldOffset(256)] public int Next;
        [FieldOffset(384)] public int Inside;
        [FieldOffset(388)] public int CallerSleeps;
        [FieldOffset(512)] public int Taken;
    }
}
