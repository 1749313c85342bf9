using Backprop.Devices;

namespace Backprop;

/// <summary>Settings of the whole process.</summary>
public static class BackpropSettings
{
    /// <summary>
    /// How many threads work on one operation, the calling one included. It begins with the environment variable
    /// <c>BACKPROP_THREADS</c>, or else the number of physical cores, and may be changed at any time. Results do not depend on it,
    /// bit for bit.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is less than 1.</exception>
    public static int Threads
    {
        get => Team.Size;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            Team.Size = value;
        }
    }

    /// <summary>
    /// How many bytes of memory at most are kept for tensors to come when they are not in use; a quarter of the machine's at first. Lower it where
    /// memory is short; 0 keeps nothing.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    public static long PoolLimit
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            field = value;
            Devices.Memory.BufferPool.Limit(value);
        }
    } = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4;

    /// <summary>Gives back to the system what is kept for tensors to come and not in use. It takes some milliseconds.</summary>
    public static void TrimMemory() => Devices.Memory.BufferPool.Trim();
}
