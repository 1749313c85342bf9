using System.Numerics;

namespace Backprop.Devices;

static partial class Cpu
{
    /// <summary>The place of the first NaN or infinity in a contiguous float tensor, or −1.</summary>
    public static int FindAnomaly(Tensor x, bool nan, bool infinity, out double value) => x.DType == DType.Float32
        ? FindAnomaly<float>(x.Elements<float>(), nan, infinity, out value)
        : FindAnomaly<double>(x.Elements<double>(), nan, infinity, out value);

    static int FindAnomaly<T>(ReadOnlySpan<T> x, bool nan, bool infinity, out double value) where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (var i = 0; i < x.Length; i++)
        {
            if (T.IsFinite(x[i]) || !(T.IsNaN(x[i]) ? nan : infinity)) continue;
            value = double.CreateTruncating(x[i]);
            return i;
        }
        value = 0;
        return -1;
    }
}
