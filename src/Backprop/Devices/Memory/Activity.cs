namespace Backprop.Devices.Memory;

/// <summary>
/// Whether a thread is inside an operation, and how many it has been in. A kernel works on spans, which do not keep a tensor's lease alive;
/// so a buffer that is found without a lease is only used again when every operation that was running then has ended.
/// </summary>
sealed class Activity
{
    [ThreadStatic] static Activity? current;
    static readonly List<Activity> all = [];

    readonly Thread owner = Thread.CurrentThread;
    int depth;
    long operations;

    /// <summary>From here to the disposal of the result, this thread is inside an operation. Such scopes may be nested.</summary>
    public static Scope Begin()
    {
        var activity = current ?? Register();
        if (activity.depth == 0 && BufferPool.IsDue) BufferPool.Look();
        if (activity.depth++ == 0) activity.operations++;
        return new(activity);
    }

    static Activity Register()
    {
        current = new();
        lock (all)
        {
            all.RemoveAll(activity => !activity.owner.IsAlive);
            all.Add(current);
        }
        return current;
    }

    /// <summary>The operations that are running now, on all threads.</summary>
    // No fences are needed: who calls has just seen a garbage collection, which stops every thread, and a span that an operation
    // still holds of a lease that this collection found dead was taken before it.
    public static Moment[] Now()
    {
        lock (all) return [.. all.Where(activity => activity.depth > 0).Select(activity => new Moment(activity, activity.operations))];
    }

    /// <summary>An operation that was running at some time.</summary>
    public readonly struct Moment(Activity activity, long operation)
    {
        public bool IsOver => Volatile.Read(ref activity.depth) == 0 || Volatile.Read(ref activity.operations) != operation;
    }

    /// <summary>Ends with its disposal.</summary>
    public readonly ref struct Scope(Activity activity) : IDisposable
    {
        public void Dispose() => activity.depth--;
    }
}
