using System.Runtime.CompilerServices;

namespace Backprop.Devices;

static partial class Cpu
{
    /// <summary>y = condition ? a : b with broadcasting; the condition is bool, a and b have y's element type.</summary>
    public static void Select(Tensor condition, Tensor a, Tensor b, Tensor y)
    {
        switch (y.DType.Size())
        {
            case 1: Select<byte>(condition, a, b, y); break;
            case 2: Select<short>(condition, a, b, y); break;
            case 4: Select<int>(condition, a, b, y); break;
            default: Select<long>(condition, a, b, y); break;
        }
    }

    [SkipLocalsInit]
    static void Select<T>(Tensor condition, Tensor a, Tensor b, Tensor y) where T : unmanaged
    {
        var to = y.Elements<T>();
        if (to.IsEmpty) return;
        var room = StridedWalk<T>.Room(y.Shape);
        Span<int> rooms = stackalloc int[3 * room];
        var conditions = new StridedWalk<byte>(condition, y.Shape, rooms[..room]);
        var first = new StridedWalk<T>(a, y.Shape, rooms.Slice(room, room));
        var second = new StridedWalk<T>(b, y.Shape, rooms.Slice(2 * room, room));
        Span<byte> c = stackalloc byte[Block];
        Span<T> p = stackalloc T[Block];
        while (!to.IsEmpty)
        {
            var n = Math.Min(Block, to.Length);
            conditions.Read(c[..n]);
            first.Read(p[..n]);
            second.Read(to[..n]);
            for (var i = 0; i < n; i++)
                if (c[i] != 0) to[i] = p[i];
            to = to[n..];
        }
    }
}
