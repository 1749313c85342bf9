using System.Numerics;
using System.Runtime.CompilerServices;

namespace Backprop.Devices;

static partial class Cpu
{
    /// <summary>
    /// y = the places of the first k along an axis in ascending or descending order, equal ones in their own; NaN counts as the largest. y is
    /// int64, of x's shape with size k at the axis.
    /// </summary>
    public static void Order(Tensor x, int axis, int k, bool descending, Tensor y)
    {
        if (y.Count == 0) return;
        var order = Enumerable.Range(0, x.Rank).Where(i => i != axis).Append(axis).ToArray();
        var places = axis == x.Rank - 1 ? y : new Tensor(Shape.Own([.. order.Select(i => y.Shape[i])]), DType.Int64);
        var action = new OrderAction
        {
            Rows = Reordered(x, order).Packed(),
            Length = x.Shape[axis],
            K = k,
            Descending = descending,
            Places = places,
        };
        x.DType.Dispatch(ref action);
        if (!ReferenceEquals(places, y)) CopyInto(places, Reordered(y, order), y);
    }

    struct OrderAction : ITypedAction
    {
        public Tensor Rows, Places;
        public int Length, K;
        public bool Descending;

        public readonly void Run<T>() where T : unmanaged, INumber<T>
        {
            ReadOnlySpan<T> x = Rows.Elements<T>();
            var y = Places.Elements<long>();
            var entries = new Entry[Length];
            var spare = new Entry[K * 8 < Length ? 0 : Length];
            for (var row = 0; row * K < y.Length; row++)
            {
                var values = x.Slice(row * Length, Length);
                for (var i = 0; i < entries.Length; i++) entries[i] = new(Descending ? ~Key(values[i]) : Key(values[i]), i);
                var sorted = spare.Length == 0 ? Smallest(entries, K) : Sorted(entries, spare);
                var to = y.Slice(row * K, K);
                for (var i = 0; i < to.Length; i++) to[i] = sorted[i].Place;
            }
        }
    }

    /// <summary>A number as bits that are ordered as unsigned whole numbers are, and its place.</summary>
    readonly record struct Entry(ulong Key, int Place)
    {
        public bool ComesBefore(Entry other) => Key < other.Key || (Key == other.Key && Place < other.Place);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong Key<T>(T value) where T : unmanaged, INumber<T>
    {
        if (typeof(T) == typeof(float))
        {
            var v = (float)(object)value;
            if (float.IsNaN(v)) return uint.MaxValue;
            var bits = BitConverter.SingleToUInt32Bits(v + 0f);   // −0 becomes 0
            return (bits >> 31) != 0 ? ~bits : bits | 0x8000_0000;
        }
        if (typeof(T) == typeof(double))
        {
            var v = (double)(object)value;
            if (double.IsNaN(v)) return ulong.MaxValue;
            var bits = BitConverter.DoubleToUInt64Bits(v + 0.0);
            return (bits >> 63) != 0 ? ~bits : bits | 0x8000_0000_0000_0000;
        }
        return (ulong)long.CreateTruncating(value) ^ 0x8000_0000_0000_0000;
    }

    /// <summary>The entries in order, found where it says: in one array or the other.</summary>
    static Span<Entry> Sorted(Span<Entry> entries, Span<Entry> spare)
    {
        if (entries.Length > 64) return RadixSorted(entries, spare);
        for (var i = 1; i < entries.Length; i++)
        {
            var entry = entries[i];
            var at = i;
            for (; at > 0 && entry.Key < entries[at - 1].Key; at--) entries[at] = entries[at - 1];
            entries[at] = entry;
        }
        return entries;
    }

    // A byte at a time from the lowest; equal bytes keep their order. A byte that is the same in all keys is passed over.
    static Span<Entry> RadixSorted(Span<Entry> entries, Span<Entry> spare)
    {
        Span<int> counts = stackalloc int[8 * 256];
        counts.Clear();
        foreach (var entry in entries)
            for (var digit = 0; digit < 8; digit++) counts[digit * 256 + (byte)(entry.Key >> (8 * digit))]++;
        for (var digit = 0; digit < 8; digit++)
        {
            var starts = counts.Slice(digit * 256, 256);
            var shift = 8 * digit;
            if (starts[(byte)(entries[0].Key >> shift)] == entries.Length) continue;
            var sum = 0;
            foreach (ref var start in starts) (start, sum) = (sum, sum + start);
            foreach (var entry in entries) spare[starts[(byte)(entry.Key >> shift)]++] = entry;
            var sorted = spare;
            spare = entries;
            entries = sorted;
        }
        return entries;
    }

    // The k that come first, in order: a heap with the last of them on top lets most of the others pass with one comparison.
    static Span<Entry> Smallest(Span<Entry> entries, int k)
    {
        var heap = entries[..k];
        for (var i = k / 2 - 1; i >= 0; i--) SiftDown(heap, i);
        foreach (var entry in entries[k..])
        {
            if (!entry.ComesBefore(heap[0])) continue;
            heap[0] = entry;
            SiftDown(heap, 0);
        }
        for (var end = k - 1; end > 0; end--)
        {
            (heap[0], heap[end]) = (heap[end], heap[0]);
            SiftDown(heap[..end], 0);
        }
        return heap;
    }

    static void SiftDown(Span<Entry> heap, int at)
    {
        var entry = heap[at];
        while (true)
        {
            var child = 2 * at + 1;
            if (child >= heap.Length) break;
            if (child + 1 < heap.Length && heap[child].ComesBefore(heap[child + 1])) child++;
            if (!entry.ComesBefore(heap[child])) break;
            heap[at] = heap[child];
            at = child;
        }
        heap[at] = entry;
    }
}
