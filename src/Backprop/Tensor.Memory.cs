using Backprop.Devices.Memory;

namespace Backprop;

/// <summary>What the engine does with tensors that nobody else can have: their memory serves the next one at once, while it is hot.</summary>
public sealed partial class Tensor
{
    /// <summary>Whether nobody but the engine can have this tensor, and there is no other that looks at its memory.</summary>
    internal bool IsPrivate => lease is { IsPrivate: true, Tensors: 1 };

    /// <summary>Says that nobody but the engine has this tensor, if it is newer than so many leases (<see cref="BufferPool.Leases"/>).</summary>
    internal void MakePrivate(long after)
    {
        if (lease is not null && lease.Number > after) lease.IsPrivate = true;
    }

    /// <summary>From now on others may have this tensor.</summary>
    internal void Share()
    {
        if (lease is not { IsPrivate: true }) return;
        lease.IsPrivate = false;
        // Whoever else is about to recycle it sees this, or this thread sees that it was taken from where it was read.
        Interlocked.MemoryBarrier();
    }

    /// <summary>The engine needs this tensor no more.</summary>
    internal void Recycle()
    {
        if (!IsPrivate) return;
        lease!.IsPrivate = false;
        BufferPool.Return(lease);
    }

    /// <summary>The views that were made of a new tensor are gone: nobody has kept one.</summary>
    internal void ForgetViews()
    {
        if (lease is not null) lease.Tensors = 1;
    }

    /// <summary>Whether this is a view that takes the place of the private tensor it was made from, which nobody needs any more.</summary>
    internal bool Replaces(Tensor source)
    {
        if (lease is not { IsPrivate: true, Tensors: 2 } || !ReferenceEquals(lease, source.lease)) return false;
        lease.Tensors = 1;
        return true;
    }
}
