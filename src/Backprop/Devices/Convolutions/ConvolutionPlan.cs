namespace Backprop.Devices;

/// <summary>
/// What a convolution does, apart from the numbers: how its input is laid out, and grids of outputs, each with the places of the input and of
/// the weight that its outputs are sums over. A convolution is one grid. A transposed one is a grid for every remainder of the stride.
/// </summary>
sealed class ConvolutionPlan
{
    ConvolutionPlan(PhasedImage image, TapGrid[] grids, Extent result) => (Image, Grids, Result) = (image, grids, result);

    /// <summary>How a channel of the input is laid out.</summary>
    public PhasedImage Image { get; }

    /// <summary>The outputs.</summary>
    public TapGrid[] Grids { get; }

    /// <summary>The sizes of a channel of the output.</summary>
    public Extent Result { get; }

    /// <summary>y[i] = Σ w[k] x[i·stride + k·dilation − padding].</summary>
    public static ConvolutionPlan Forward(in Windows windows)
    {
        var image = PhasedImage.Of(windows, windows.Count);
        var count = windows.Count;
        var offsets = image.Offsets(windows);
        int[] weights = [.. Enumerable.Range(0, offsets.Length)];
        return new(image, [new(offsets, weights, count, 0, new(count.Height * count.Width, count.Width, 1), isDense: true)], count);
    }

    /// <summary>x[i·stride + k·dilation − padding] += w[k] y[i], for every window i.</summary>
    public static ConvolutionPlan Transposed(in Windows windows)
    {
        var (image, kernel, stride, dilation, padding, count) = windows;
        var d = new TransposedAxis(image.Depth, kernel.Depth, stride.Depth, dilation.Depth, padding.Depth, count.Depth);
        var h = new TransposedAxis(image.Height, kernel.Height, stride.Height, dilation.Height, padding.Height, count.Height);
        var w = new TransposedAxis(image.Width, kernel.Width, stride.Width, dilation.Width, padding.Width, count.Width);
        var phased = new PhasedImage(d.Axis, h.Axis, w.Axis, count);
        var grids = new List<TapGrid>();
        foreach (var i in d.Phases)
            foreach (var j in h.Phases)
                foreach (var k in w.Phases)
                {
                    var taps =
                        from a in i.Taps
                        from b in j.Taps
                        from c in k.Taps
                        select (Offset: phased.Offset(a.Reach, b.Reach, c.Reach), Weight: (a.Place * kernel.Height + b.Place) * kernel.Width + c.Place);
                    var all = taps.ToArray();
                    var strides = new Extent(stride.Depth * image.Height * image.Width, stride.Height * image.Width, stride.Width);
                    var first = (i.First * image.Height + j.First) * image.Width + k.First;
                    var dense = stride.Product == 1;
                    grids.Add(new([.. all.Select(t => t.Offset)], [.. all.Select(t => t.Weight)], new(i.Count, j.Count, k.Count), first, strides, dense));
                }
        return new(phased, [.. grids], image);
    }

    /// <summary>
    /// An axis seen from the result: its places u fall into phases by the remainder of u + padding, and those of a phase see the input through the same
    /// places of the window.
    /// </summary>
    sealed class TransposedAxis
    {
        public TransposedAxis(int image, int kernel, int stride, int dilation, int padding, int count)
        {
            var phases = new List<Phase>();
            for (var remainder = 0; remainder < stride; remainder++)
            {
                var begin = Math.Max(0, padding - remainder + stride - 1) / stride;
                var first = begin * stride + remainder - padding;
                if (first >= image) continue;
                // Place k of window o is at o·stride + k·dilation, so output b of the phase sees input b − (k·dilation − remainder) / stride.
                List<(int Place, int Reach)> taps = [];
                for (var k = 0; k < kernel; k++)
                    if (k * dilation % stride == remainder) taps.Add((k, begin - k * dilation / stride));
                phases.Add(new(first, (image - first + stride - 1) / stride, taps));
            }
            var least = phases.SelectMany(p => p.Taps).Select(t => t.Reach).DefaultIfEmpty().Min();
            var most = 1;
            foreach (var phase in phases)
                for (var t = 0; t < phase.Taps.Count; t++)
                {
                    var (place, reach) = phase.Taps[t];
                    phase.Taps[t] = (place, reach - least);
                    most = Math.Max(most, reach - least + phase.Count);
                }
            Phases = phases;
            Axis = PhasedAxis.Padded(count, -least, most);
        }

        public List<Phase> Phases { get; }

        public PhasedAxis Axis { get; }
    }

    sealed record Phase(int First, int Count, List<(int Place, int Reach)> Taps);
}

/// <summary>Outputs that see the input through the same places.</summary>
/// <param name="offsets">Where in a laid-out channel the places of the first output lie.</param>
/// <param name="weights">Where in a kernel their weights lie.</param>
/// <param name="count">How many outputs there are along each axis.</param>
/// <param name="first">Where in a channel of the result the first output lies.</param>
/// <param name="strides">How far outputs lie apart along each axis.</param>
/// <param name="isDense">Whether the outputs are the whole channel, one after the other.</param>
sealed class TapGrid(int[] offsets, int[] weights, Extent count, int first, Extent strides, bool isDense)
{
    public int[] Offsets => offsets;
    public int[] Weights => weights;
    public Extent Count => count;
    public int First => first;
    public Extent Strides => strides;
    public bool IsDense => isDense;

    /// <summary>Whether the weights are taken in the order in which they lie.</summary>
    public bool IsNatural { get; } = weights.Select((w, i) => w == i).All(same => same);
}
