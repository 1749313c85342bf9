using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Backprop.Devices.Memory;

namespace Backprop;

/// <summary>
/// An array of numbers of any rank, with its element type. A tensor is a value: no operation changes its argument; views
/// (transposes, slices, reshapes) share storage with what they look at. Nothing is to be disposed.
/// </summary>
/// <remarks>
/// The element type is dynamic and typed at the edge: <c>t.AsSpan&lt;float&gt;()</c>. A tensor made from a C# number is
/// weak: it adopts the element type of what it meets, as literals should. What <see cref="Autograd.Tape"/> needs (whether a gradient
/// is wanted, which operation made it) is in <c>Tensor.Autograd.cs</c>.
/// </remarks>
[DebuggerDisplay("{DebuggerDisplay,nq}")]
public sealed partial class Tensor
{
    // One element needs no array: it lives in the object itself. That makes scalars cheap.
    long single;
    byte[]? storage;
    int[]? strides;              // null: row-major without gaps
    int offset;
    Lease? lease;                // of pooled storage; it lives as long as a tensor looks at the storage
    DType dtype;
    TensorFlags flags;

    /// <summary>A new tensor, its elements not yet set.</summary>
    internal Tensor(Shape shape, DType dtype)
    {
        Shape = shape;
        this.dtype = dtype;
        if (shape.Rank == 0) return;
        var count = shape.Count;
        if (count == 1) return;
        var bytes = (long)count * dtype.Size();
        if (bytes > Array.MaxLength)
            throw new ShapeException($"Tensor: {shape} of {dtype.Name()} takes {bytes} bytes; one tensor holds at most {Array.MaxLength}.");
        if (bytes is < BufferPool.Smallest or > BufferPool.Largest)
        {
            storage = GC.AllocateUninitializedArray<byte>((int)bytes);
            return;
        }
        lease = BufferPool.Rent((int)bytes);
        storage = lease.Buffer.Bytes;
        offset = lease.Buffer.Start / dtype.Size();
    }

    /// <summary>A view of another tensor's storage.</summary>
    Tensor(Tensor source, Shape shape, int[]? strides, int offset)
    {
        Shape = shape;
        dtype = source.dtype;
        storage = source.storage;
        lease = source.lease;
        if (lease is not null) lease.Tensors++;
        single = source.single;
        this.strides = strides;
        this.offset = offset;
        flags = source.flags & TensorFlags.Weak;
    }

    /// <summary>The sizes along the axes.</summary>
    public Shape Shape { get; }

    /// <summary>The type of the elements.</summary>
    public DType DType => dtype;

    /// <summary>How many axes there are; 0 for a scalar.</summary>
    public int Rank => Shape.Rank;

    /// <summary>How many elements there are.</summary>
    public int Count => Shape.Count;

    /// <summary>Whether it came from a C# number and adopts the element type of what it meets.</summary>
    public bool IsWeak => (flags & TensorFlags.Weak) != 0;

    /// <summary>Whether the elements lie in row-major order without gaps.</summary>
    public bool IsContiguous => strides is null;

    /// <summary>Whether it is a scalar kept in the object itself.</summary>
    internal bool IsSingle => storage is null && Shape.Rank == 0;

    /// <summary>How many elements lie between neighbours along each axis; 0 where one element serves the whole axis.</summary>
    internal int[] Strides => strides ?? Shape.RowMajorStrides();

    /// <summary>How many elements of the storage come before the first.</summary>
    internal int Offset => offset;

    /// <summary>The first element.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ref T First<T>() where T : unmanaged => ref Unsafe.Add(
        ref Unsafe.As<byte, T>(ref storage is null ? ref Unsafe.As<long, byte>(ref single) : ref MemoryMarshal.GetArrayDataReference(storage)),
        offset);

    /// <summary>The elements of a contiguous tensor, for kernels to read and, in a new tensor, to write.</summary>
    internal Span<T> Elements<T>() where T : unmanaged
    {
        Debug.Assert(IsContiguous && Unsafe.SizeOf<T>() == dtype.Size());
        return MemoryMarshal.CreateSpan(ref First<T>(), Count);
    }

    /// <summary>The bytes of a contiguous tensor.</summary>
    internal Span<byte> Bytes() => MemoryMarshal.CreateSpan(
        ref Unsafe.AddByteOffset(ref storage is null ? ref Unsafe.As<long, byte>(ref single) : ref MemoryMarshal.GetArrayDataReference(storage),
            offset * dtype.Size()),
        Count * dtype.Size());

    /// <summary>Looks at the same storage with another shape; strides that are row-major are dropped.</summary>
    internal Tensor View(Shape shape, int[]? newStrides, int newOffset)
    {
        // An element kept in the object itself is copied into the view, so it is always the first.
        if (storage is null) newOffset = 0;
        return new(this, shape, IsRowMajor(shape, newStrides) ? null : newStrides, newOffset);
    }

    /// <summary>Whether this and the other share elements in memory.</summary>
    internal bool LooksAt(Tensor other) => storage is not null && ReferenceEquals(storage, other.storage);

    /// <summary>The same elements as a tensor of its own, without history.</summary>
    internal Tensor Alias() => new(this, Shape, strides, offset);

    internal Tensor MarkWeak(bool weak = true)
    {
        if (weak) flags |= TensorFlags.Weak;
        return this;
    }

    static bool IsRowMajor(Shape shape, int[]? strides)
    {
        if (strides is null || shape.Count == 0) return true;
        var expected = 1;
        for (var i = shape.Rank - 1; i >= 0; i--)
        {
            if (shape[i] == 1) continue;
            if (strides[i] != expected) return false;
            expected *= shape[i];
        }
        return true;
    }

    string DebuggerDisplay => Count <= 8 ? $"{Shape} {dtype.Name()} {this}" : $"{Shape} {dtype.Name()} {ToString(new() { EdgeItems = 2, Threshold = 8 })}";
}

[Flags]
enum TensorFlags : byte
{
    None = 0,
    Weak = 1,
    RequiresGrad = 2,
    KeepsGrad = 4,
}
