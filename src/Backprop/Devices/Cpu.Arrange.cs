using System.Numerics;

namespace Backprop.Devices;

static partial class Cpu
{
    /// <summary>
    /// Copies what is on or below (or above) a diagonal of every matrix in the last two axes, and clears the rest. Both are contiguous.
    /// </summary>
    public static void KeepTriangle(Tensor x, int diagonal, bool upper, Tensor y)
    {
        ReadOnlySpan<byte> from = x.Bytes();
        var to = y.Bytes();
        if (to.IsEmpty) return;
        int rows = y.Shape[-2], columns = y.Shape[-1], size = y.DType.Size();
        to.Clear();
        for (var row = 0; row < to.Length / (columns * size); row++)
        {
            var edge = (long)(row % rows) + diagonal;
            var first = upper ? (int)Math.Clamp(edge, 0, columns) : 0;
            var end = upper ? columns : (int)Math.Clamp(edge + 1, 0, columns);
            var start = (row * columns + first) * size;
            from.Slice(start, (end - first) * size).CopyTo(to[start..]);
        }
    }

    /// <summary>
    /// Adds x to a view of the new tensor <paramref name="owner"/>, element by element in row-major order; no element comes twice.
    /// </summary>
    public static void AddInto(Tensor x, Tensor view, Tensor owner)
    {
        // A single element lives in the object itself, and the view has its own.
        var action = new AddIntoAction { X = x, View = owner.Count == 1 && view.Count == 1 ? owner : view };
        view.DType.Dispatch(ref action);
    }

    struct AddIntoAction : ITypedAction
    {
        public Tensor X, View;

        public readonly void Run<T>() where T : unmanaged, INumber<T>
        {
            var left = View.Count;
            if (left == 0) return;
            var room = StridedWalk<T>.Room(View.Shape);
            Span<int> rooms = stackalloc int[3 * room];
            var source = new StridedWalk<T>(X, View.Shape, rooms[..room]);
            var reader = new StridedWalk<T>(View, View.Shape, rooms.Slice(room, room));
            var writer = new StridedWalk<T>(View, View.Shape, rooms.Slice(2 * room, room));
            Span<T> sums = stackalloc T[Block];
            Span<T> terms = stackalloc T[Block];
            while (left > 0)
            {
                var n = Math.Min(Block, left);
                reader.Read(sums[..n]);
                source.Read(terms[..n]);
                for (var i = 0; i < n; i++) sums[i] += terms[i];
                writer.Write(sums[..n]);
                left -= n;
            }
        }
    }
}
