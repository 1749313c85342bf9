using System.Numerics;

namespace Backprop.Devices;

static partial class Cpu
{
    /// <summary>
    /// y = the mean of every window of every channel, where the windows of an axis are as equal as they can be: window i of m reaches from
    /// ⌊i·n/m⌋ to ⌈(i + 1)·n/m⌉.
    /// </summary>
    public static void AdaptiveAverage(Tensor x, Tensor y) => Adapt(x, y, null, pulls: false);

    /// <summary>The transpose: every dy divided by the size of its window is added to all elements of the window.</summary>
    public static void AdaptiveAveragePull(Tensor dy, Tensor dx) => Adapt(dx, dy, null, pulls: true);

    /// <summary>Where in its channel the largest number of every such window stands, the first of equal ones; NaN counts as the largest.</summary>
    public static void AdaptiveMaxPlaces(Tensor x, Tensor places) => Adapt(x, null, places, pulls: false);

    static void Adapt(Tensor x, Tensor? y, Tensor? places, bool pulls)
    {
        var action = new AdaptAction { X = x, Y = y, Places = places, Pulls = pulls };
        x.DType.DispatchFloat("AdaptivePool", ref action);
    }

    struct AdaptAction : IFloatAction
    {
        public Tensor X;
        public Tensor? Y, Places;
        public bool Pulls;

        public readonly unsafe void Run<T>() where T : unmanaged, IBinaryFloatingPointIeee754<T>
        {
            if (Pulls) X.Bytes().Clear();
            var result = (Y ?? Places)!;
            if (result.Count == 0) return;
            fixed (T* x = &X.First<T>(), y = &(Y ?? X).First<T>())
            fixed (long* places = &result.First<long>())
            {
                var job = new AdaptJob<T>
                {
                    Image = Extent.Of(X.Shape.AsSpan()[2..], 1),
                    Count = Extent.Of(result.Shape.AsSpan()[2..], 1),
                    X = x,
                    Y = y,
                    Places = Places is null ? null : places,
                    Pulls = Pulls,
                };
                Team.Run(X.Shape[0] * X.Shape[1], ref job);
            }
        }
    }

    /// <summary>One channel a chunk.</summary>
    unsafe struct AdaptJob<T> : IJob where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public Extent Image, Count;
        public T* X, Y;
        public long* Places;
        public bool Pulls;

        static (int Start, int End) Window(int i, int size, int count) =>
            ((int)((long)i * size / count), (int)(((i + 1L) * size + count - 1) / count));

        public readonly void Run(int channel)
        {
            var x = X + (nint)channel * Image.Product;
            var place = (nint)channel * Count.Product;
            for (var d = 0; d < Count.Depth; d++)
                for (var h = 0; h < Count.Height; h++)
                    for (var w = 0; w < Count.Width; w++, place++)
                        One(x, Window(d, Image.Depth, Count.Depth), Window(h, Image.Height, Count.Height), Window(w, Image.Width, Count.Width), place);
        }

        readonly void One(T* x, (int Start, int End) depth, (int Start, int End) height, (int Start, int End) width, nint place)
        {
            var size = T.CreateTruncating((long)(depth.End - depth.Start) * (height.End - height.Start) * (width.End - width.Start));
            var part = Pulls ? Y[place] / size : T.Zero;
            var sum = T.Zero;
            var largest = ((nint)depth.Start * Image.Height + height.Start) * Image.Width + width.Start;
            for (var d = depth.Start; d < depth.End; d++)
                for (var h = height.Start; h < height.End; h++)
                {
                    var row = ((nint)d * Image.Height + h) * Image.Width;
                    for (var i = row + width.Start; i < row + width.End; i++)
                    {
                        if (Pulls) x[i] += part;
                        else if (Places == null) sum += x[i];
                        else if (x[i] > x[largest] || T.IsNaN(x[i])) largest = i;
                    }
                }
            if (Places != null) Places[place] = largest;
            else if (!Pulls) Y[place] = sum / size;
        }
    }
}
