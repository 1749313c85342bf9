using System.Runtime.Intrinsics.X86;

namespace Backprop.Devices;

/// <summary>What the machine has to compute with.</summary>
static class Cores
{
    /// <summary>
    /// The cores this process may use, counted once each where a core runs two threads: a second thread on a core adds nothing to
    /// arithmetic that keeps it busy.
    /// </summary>
    public static int Physical { get; } = Math.Max(1, Environment.ProcessorCount / ThreadsPerCore());

    // Intel and AMD tell in leaf 11, level 0, how many threads share a core; other architectures here have one.
    static int ThreadsPerCore()
    {
        if (!X86Base.IsSupported || X86Base.CpuId(0, 0).Eax < 11) return 1;
        var (_, threads, level, _) = X86Base.CpuId(11, 0);
        return (level >> 8 & 255) == 1 ? Math.Max(1, threads & 0xFFFF) : 1;
    }
}
