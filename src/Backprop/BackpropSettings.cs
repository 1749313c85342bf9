namespace Backprop;

/// <summary>Settings of the whole process.</summary>
public static class BackpropSettings
{
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
        }
    } = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4;

    /// <summary>Gives back to the system what is kept for tensors to come and not in use. It takes some milliseconds.</summary>
    public static void TrimMemory() => Devices.Memory.BufferPool.Trim();
}
