using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Backprop.Devices.Memory;

/// <summary>A piece of memory of the pool.</summary>
sealed class PooledBuffer
{
    // Where the widest vectors load fastest.
    const int Alignment = 64;

    // A lease that a finalizer may still bring back is alive.
    readonly WeakGCHandle<Lease> lease = new(null!, trackResurrection: true);

    public PooledBuffer(int sizeClass)
    {
        SizeClass = sizeClass;
        Bytes = GC.AllocateUninitializedArray<byte>(Memory.SizeClass.Bytes(sizeClass) + Alignment, pinned: true);
        // The array is pinned, so its address and with it the aligned start stay.
        Start = (int)(-Marshal.UnsafeAddrOfPinnedArrayElement(Bytes, 0) & (Alignment - 1));
    }

    ~PooledBuffer() => lease.Dispose();

    public int SizeClass { get; }

    public byte[] Bytes { get; }

    /// <summary>The place of the first aligned byte.</summary>
    public int Start { get; }

    /// <summary>Elements were handed out as a span, which may outlive every tensor: the buffer is never used again.</summary>
    public bool HasEscaped { get; set; }

    public bool IsLeased => lease.TryGetTarget(out _);

    /// <summary>Its place among the buffers that are lent.</summary>
    public int Place { get; set; }

    public Lease Hire(long number)
    {
        var hired = new Lease(this, number);
        lease.SetTarget(hired);
        return hired;
    }

    public void EndLease() => lease.SetTarget(null!);

    /// <summary>Whoever reads what is no longer his sees it at once.</summary>
    [Conditional("DEBUG")]
    public void Poison() => Bytes.AsSpan().Fill(0xFF);
}

/// <summary>
/// The right to a buffer, shared by a tensor and its views. Usually nobody gives it back: when the garbage collector finds the lease dead, the
/// buffer may be used again. Only a tensor that the engine knows to have for itself is given back at once.
/// </summary>
/// <param name="buffer">The buffer.</param>
/// <param name="number">How many leases there had been; a later one has a greater number.</param>
sealed class Lease(PooledBuffer buffer, long number)
{
    volatile bool isPrivate;

    public PooledBuffer Buffer => buffer;

    public long Number => number;

    /// <summary>How many tensors have looked at the buffer: once there are two it is not counted down, but for a view that takes its source's place.</summary>
    // Threads that make views at the same time may lose one in the count, but never come back to 1.
    public int Tensors { get; set; } = 1;

    /// <summary>Whether nobody but the engine can have the tensor.</summary>
    public bool IsPrivate
    {
        get => isPrivate;
        set => isPrivate = value;
    }
}
