using System.Numerics;
using System.Numerics.Tensors;

namespace Backprop.Devices;

static partial class Cpu
{
    /// <summary>y[n, c] = Σ x[n, c − before] … x[n, c + after], as many of them as there are. Both are contiguous and of the same float type.</summary>
    public static void AddNeighbours(Tensor x, int before, int after, Tensor y)
    {
        if (y.Count == 0) return;
        if (y.DType == DType.Float32) AddNeighbours<float>(x, before, after, y);
        else AddNeighbours<double>(x, before, after, y);
    }

    static void AddNeighbours<T>(Tensor x, int before, int after, Tensor y) where T : unmanaged, INumber<T>
    {
        ReadOnlySpan<T> from = x.Elements<T>();
        var to = y.Elements<T>();
        int channels = x.Shape[1], width = x.Count / (x.Shape[0] * channels);
        for (var start = 0; start < to.Length; start += channels * width)
            for (var channel = 0; channel < channels; channel++)
            {
                var sum = to.Slice(start + channel * width, width);
                int first = Math.Max(0, channel - before), last = Math.Min(channels - 1, channel + after);
                from.Slice(start + first * width, width).CopyTo(sum);
                for (var other = first + 1; other <= last; other++) TensorPrimitives.Add(sum, from.Slice(start + other * width, width), sum);
            }
    }
}
