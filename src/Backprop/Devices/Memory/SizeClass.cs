using System.Numerics;

namespace Backprop.Devices.Memory;

/// <summary>The sizes of pooled buffers: eight to a doubling, so that at most a ninth of one is wasted.</summary>
static class SizeClass
{
    const int StepBits = 3, Steps = 1 << StepBits, FirstLog = 11;

    /// <summary>How many there are.</summary>
    public const int Count = ((30 - FirstLog) << StepBits) + 1;

    /// <summary>The smallest that holds so many bytes, from 2 KiB to 1 GiB.</summary>
    public static int Of(int bytes)
    {
        var last = (uint)bytes - 1;
        var octave = BitOperations.Log2(last);
        return ((octave - FirstLog) << StepBits) + (int)((last >> (octave - StepBits)) & (Steps - 1)) + 1;
    }

    /// <summary>How many bytes it holds.</summary>
    public static int Bytes(int sizeClass) => (Steps + (sizeClass & (Steps - 1))) << ((sizeClass >> StepBits) + FirstLog - StepBits);
}
