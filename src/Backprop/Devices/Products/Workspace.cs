using System.Runtime.CompilerServices;

namespace Backprop.Devices;

/// <summary>
/// Working memory of a thread that outlives a call, so that kernels need not ask for it anew: aligned, pinned, and given back to the
/// garbage collector with its thread.
/// </summary>
static unsafe class Workspace
{
    const int Alignment = 4096;

    [ThreadStatic] static byte[]? shared;
    [ThreadStatic] static byte[]? own;

    /// <summary>Memory that the caller of a job shares with those who work on it; valid until this thread asks again.</summary>
    public static T* Shared<T>(nint count) where T : unmanaged => (T*)Aligned(ref shared, count * sizeof(T));

    /// <summary>Memory for a chunk of a job; valid until this thread asks again.</summary>
    public static T* Own<T>(nint count) where T : unmanaged => (T*)Aligned(ref own, count * sizeof(T));

    static byte* Aligned(ref byte[]? memory, nint bytes)
    {
        if (memory is null || memory.Length < bytes + Alignment)
            memory = GC.AllocateUninitializedArray<byte>(checked((int)bytes + Alignment), pinned: true);
        var first = (nint)Unsafe.AsPointer(ref memory[0]);
        return (byte*)((first + Alignment - 1) & -Alignment);
    }
}
