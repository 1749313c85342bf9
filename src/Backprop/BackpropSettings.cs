using Backprop.Devices;

namespace Backprop;

/// <summary>What holds for the whole process.</summary>
public static class BackpropSettings
{
    /// <summary>
    /// How many threads work on one operation, the calling one included. It begins with the environment variable
    /// <c>BACKPROP_THREADS</c>, or else the number of physical cores, and may be changed at any time. Results do not depend on it,
    /// bit for bit.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is set to less than 1.</exception>
    public static int Threads
    {
        get => Team.Size;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            Team.Size = value;
        }
    }
}
