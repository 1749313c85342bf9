namespace Backprop.Devices.Memory;

/// <summary>
/// Memory for tensors that is used again. Fresh memory is dear: the first touch of every page costs a fault, more than the work on it. So a
/// buffer whose tensor the garbage collector found dead serves the next tensor of its size. Small tensors come from the collector's
/// own heap, where they are cheap.
/// </summary>
static class BufferPool
{
    /// <summary>Tensors of at least so many bytes, and at most so many, get their memory from here.</summary>
    public const int Smallest = 2048, Largest = 1 << 30;

    /// <summary>
    /// So many bytes are lent before the collector is asked to look which of them are dead: few enough that buffers come back while a cache of the
    /// third level still has them, and enough that the work on them takes many times as long as the look.
    /// </summary>
    const long Patience = 8 << 20;

    // The longest where looking finds little.
    const long MostPatience = 4 * Patience;

    static readonly Lock gate = new();
    static readonly Stack<PooledBuffer>[] free = [.. Enumerable.Range(0, SizeClass.Count).Select(_ => new Stack<PooledBuffer>())];
    static readonly long[] lastUse = new long[SizeClass.Count];
    static readonly List<PooledBuffer> lent = [];
    static readonly List<Quarantine> quarantines = [];
    static long lentBytes, freeBytes, uses;

    // Longer than usual where looking found little, as in the forward pass of a training step.
    static long patience = Patience;

    // Lent bytes that were alive when last looked at, when last looked at in all generations, and at most, of late.
    static long aliveBytes, aliveInAll, peakBytes;
    static int collections, fullCollections;

    /// <summary>Dead buffers, and the operations that may still have spans of them.</summary>
    readonly record struct Quarantine(List<PooledBuffer> Buffers, Activity.Moment[] Awaited);

    /// <summary>Bytes that are kept for tensors to come.</summary>
    public static long FreeBytes => Volatile.Read(ref freeBytes);

    /// <summary>A lease of a buffer of at least so many bytes, with any content.</summary>
    public static Lease Rent(int bytes)
    {
        var sizeClass = SizeClass.Of(bytes);
        lock (gate)
        {
            var buffer = Find(sizeClass) ?? Make(sizeClass);
            lentBytes += SizeClass.Bytes(sizeClass);
            lastUse[sizeClass] = ++uses;
            buffer.Place = lent.Count;
            lent.Add(buffer);
            IsDue = lentBytes - aliveBytes > Worthwhile;
            return buffer.Hire(uses);
        }
    }

    /// <summary>Whether so much has been lent since the collector last looked that it is worth to look again.</summary>
    public static bool IsDue { get; private set; }

    /// <summary>
    /// Looks for what has died. A thread does so before an operation, not within one: what the operation might still use would have to wait for its end, and
    /// a new buffer be made meanwhile.
    /// </summary>
    public static void Look()
    {
        lock (gate)
        {
            IsDue = false;
            Look(Worthwhile);
        }
    }

    static void Look(long least)
    {
        long all = lentBytes, anew = lentBytes - aliveBytes;
        if (!Reclaim(least)) return;
        patience = all - lentBytes < anew / 2 ? Math.Min(2 * patience, MostPatience) : Math.Max(Patience, patience / 2);
    }

    // What is alive is looked at again only when as much has been lent anew.
    static long Worthwhile => Math.Max(patience, aliveBytes);

    /// <summary>How many leases there have been.</summary>
    public static long Leases => Volatile.Read(ref uses);

    /// <summary>Takes a buffer back at once: nobody has its tensor any more, and no operation a span of it.</summary>
    public static void Return(Lease lease)
    {
        lock (gate)
        {
            // Read within the gate: a lease that is not used any more is dead, and another thread that looks while this one waits would take the buffer back as well.
            var buffer = lease.Buffer;
            buffer.EndLease();
            TakeBack(buffer);
            if (!buffer.HasEscaped) Keep(buffer);
        }
    }

    static void TakeBack(PooledBuffer buffer)
    {
        var last = lent[^1];
        lent[buffer.Place] = last;
        last.Place = buffer.Place;
        lent.RemoveAt(lent.Count - 1);
        lentBytes -= SizeClass.Bytes(buffer.SizeClass);
    }

    /// <summary>Looks for what has died, if it may be worth it: for moments when little is alive, as after a backward pass.</summary>
    public static void Tidy()
    {
        const long least = 2 * Patience;
        if (Volatile.Read(ref lentBytes) - Volatile.Read(ref aliveBytes) < least) return;
        lock (gate)
        {
            Reclaim(least);
            // What outlived two looks is old, and only a look at everything sees it die.
            if (aliveBytes <= aliveInAll + aliveInAll / 2 + Patience) return;
            GC.Collect(2, GCCollectionMode.Forced, blocking: true);
            Reclaim(long.MaxValue);
        }
    }

    /// <summary>Lets go of everything that is not in use.</summary>
    public static void Trim()
    {
        lock (gate)
        {
            GC.Collect(2, GCCollectionMode.Forced, blocking: true);
            Reclaim(long.MaxValue);
            Evict(0);
        }
    }

    /// <summary>Keeps no more than so many bytes that are not in use.</summary>
    public static void Limit(long most)
    {
        lock (gate) Evict(most);
    }

    static PooledBuffer? Find(int sizeClass)
    {
        if (!free[sizeClass].TryPop(out var buffer))
        {
            // Looking is left to the start of the next operation, unless this one alone has taken that much.
            Look(2 * Worthwhile);
            if (!free[sizeClass].TryPop(out buffer)) return null;
        }
        freeBytes -= SizeClass.Bytes(sizeClass);
        return buffer;
    }

    static PooledBuffer Make(int sizeClass)
    {
        // Sizes that come no more must not pile up.
        peakBytes = Math.Max(peakBytes, lentBytes);
        Evict(Math.Max(0, peakBytes + peakBytes / 4 + Patience - lentBytes - SizeClass.Bytes(sizeClass)));
        return new(sizeClass);
    }

    // Drops those of the sizes longest out of use until no more than so many free bytes are left.
    static void Evict(long most)
    {
        while (freeBytes > most)
        {
            var oldest = -1;
            for (var i = 0; i < free.Length; i++)
                if (free[i].Count > 0 && (oldest < 0 || lastUse[i] < lastUse[oldest])) oldest = i;
            free[oldest].Pop();
            freeBytes -= SizeClass.Bytes(oldest);
        }
    }

    // Takes back what the collector found dead, and asks it to look where so much has been lent; whether it has looked.
    static bool Reclaim(long least)
    {
        ReleaseQuarantines();
        if (lentBytes - aliveBytes > least) GC.Collect(1, GCCollectionMode.Forced, blocking: true);
        var seen = GC.CollectionCount(0);
        if (seen == collections) return false;
        collections = seen;
        peakBytes = Math.Max(lentBytes, peakBytes - peakBytes / 64);
        var dead = TakeDead();
        aliveBytes = lentBytes;
        if (dead.Count > 0) quarantines.Add(new(dead, Activity.Now()));
        ReleaseQuarantines();
        if (GC.CollectionCount(2) is var full && full == fullCollections) return true;
        (fullCollections, aliveInAll) = (full, aliveBytes);
        var memory = GC.GetGCMemoryInfo();
        if (memory.MemoryLoadBytes > memory.HighMemoryLoadThresholdBytes) Evict(0);
        return true;
    }

    static List<PooledBuffer> TakeDead()
    {
        var dead = new List<PooledBuffer>();
        for (var i = lent.Count - 1; i >= 0; i--)
        {
            var buffer = lent[i];
            if (buffer.IsLeased) continue;
            TakeBack(buffer);
            if (!buffer.HasEscaped) dead.Add(buffer);
        }
        return dead;
    }

    static void ReleaseQuarantines() => quarantines.RemoveAll(static quarantine =>
    {
        if (!Array.TrueForAll(quarantine.Awaited, moment => moment.IsOver)) return false;
        foreach (var buffer in quarantine.Buffers) Keep(buffer);
        return true;
    });

    static void Keep(PooledBuffer buffer)
    {
        var size = SizeClass.Bytes(buffer.SizeClass);
        if (freeBytes + size > BackpropSettings.PoolLimit) return;
        buffer.Poison();
        freeBytes += size;
        free[buffer.SizeClass].Push(buffer);
    }
}
