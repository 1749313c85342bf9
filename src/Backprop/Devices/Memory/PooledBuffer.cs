using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Backprop.Devices.Memory;

/// <summary>A piece of memory of the pool.</summary>
sealed class PooledBuffer
{
    // Where the widest vectors load fastest.
    const int Alignment = 64;

    readonly WeakGCHandle<Lease> lease = new(null!);

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

    public Lease Hire()
    {
        var hired = new Lease(this);
        lease.SetTarget(hired);
        return hired;
    }

    /// <summary>Whoever reads what is no longer his sees it at once.</summary>
    [Conditional("DEBUG")]
    public void Poison() => Bytes.AsSpan().Fill(0xFF);
}

/// <summary>
/// The right to a buffer, shared by a tensor and its views. Nobody gives it back: when the garbage collector finds the lease dead, the
/// buffer may be used again.
/// </summary>
sealed class Lease(PooledBuffer buffer)
{
    public PooledBuffer Buffer => buffer;
}
