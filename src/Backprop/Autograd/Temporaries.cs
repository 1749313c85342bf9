using Backprop.Devices;
using Backprop.Devices.Memory;
using Backprop.Ops;

namespace Backprop.Autograd;

/// <summary>
/// The derivatives on their way through a backward pass. Most of them nobody outside ever sees: made by an operation of this library, they flow
/// into one call and are done with. The memory of these is used again at once, while it is hot, and sums are formed in place.
/// </summary>
static class Temporaries
{
    /// <summary>Before a call's backward pass: an operation of the user's may keep what it sees, or use it twice.</summary>
    public static void Show(Op op, Tensor dy)
    {
        if (dy.IsPrivate && !IsOurs(op)) dy.Share();
    }

    /// <summary>Tells after a call's backward pass which of its results nobody else can have, and takes back what flowed in if it is done with.</summary>
    /// <param name="op">The operation.</param>
    /// <param name="dy">What flowed in.</param>
    /// <param name="dx">What flows on.</param>
    /// <param name="leases">How many leases there had been before; a result of an older one may be in other hands.</param>
    public static void Sort(Op op, Tensor dy, ReadOnlySpan<Tensor?> dx, long leases)
    {
        var flowsOn = Among(dy, dx);
        for (var k = 0; k < dx.Length; k++)
        {
            if (dx[k] is not { } d || d.Count < Smallest) continue;
            if (Among(d, dx[(k + 1)..]))
            {
                d.Share();
            }
            else if (!ReferenceEquals(d, dy) && !Among(d, dx[..k]) && IsOurs(op))
            {
                d.MakePrivate(leases);
                // A reshaped gradient is still the only one.
                if (!flowsOn) flowsOn = d.Replaces(dy);
            }
        }
        if (!flowsOn) dy.Recycle();
    }

    /// <summary>a + b, in the memory of a temporary if one of them is.</summary>
    public static Tensor Sum(Tensor a, Tensor b)
    {
        if (Recorder.Enabled) return a + b;
        if (!a.IsPrivate) (a, b) = (b, a);
        if (a.IsPrivate && a.IsContiguous && a.DType == b.DType && a.Shape == b.Shape)
        {
            using var active = Activity.Begin();
            Cpu.MapFloat(new ValueKernel2<Add>(default), [a, b], a);
            b.Recycle();
            return a;
        }
        var leases = BufferPool.Leases;
        var sum = a + b;
        sum.MakePrivate(leases);
        return sum;
    }

    // Smaller ones have no memory of the pool.
    const int Smallest = BufferPool.Smallest / sizeof(double);

    static bool IsOurs(Op op) => op.GetType().Assembly == typeof(Op).Assembly;

    static bool Among(Tensor d, ReadOnlySpan<Tensor?> others)
    {
        foreach (var other in others)
            if (ReferenceEquals(other, d)) return true;
        return false;
    }
}
