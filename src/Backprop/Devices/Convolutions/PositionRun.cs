namespace Backprop.Devices;

/// <summary>Some outputs of a grid that lie side by side in the laid-out input, and where they go.</summary>
/// <param name="Source">Where the first of them begins in the laid-out input.</param>
/// <param name="Target">Where it lies in the result.</param>
/// <param name="Lane">Its place among the columns of a panel.</param>
/// <param name="Length">How many there are.</param>
readonly record struct PositionRun(nint Source, nint Target, int Lane, int Length);

/// <summary>The outputs of a grid for several images, numbered image by image and row by row.</summary>
struct PositionWalk
{
    public Extent Count, Strides;
    public int Positions, Row, Plane, First;

    /// <summary>How far images lie apart in the input and in the result.</summary>
    public nint SourceImage, TargetImage;

    public PositionWalk(PhasedImage image, TapGrid grid)
    {
        (Count, Strides, First, Row, Plane) = (grid.Count, grid.Strides, grid.First, image.Row, image.Plane);
        Positions = Count.Product;
    }

    /// <summary>Cuts some outputs into runs, and tells how many there are.</summary>
    public readonly int Cut(int position, int count, Span<PositionRun> runs)
    {
        var (image, inImage) = Math.DivRem(position, Positions);
        var (line, w) = Math.DivRem(inImage, Count.Width);
        var (d, h) = Math.DivRem(line, Count.Height);
        var used = 0;
        for (var lane = 0; lane < count;)
        {
            var length = Math.Min(Count.Width - w, count - lane);
            runs[used++] = new(
                image * SourceImage + (nint)d * Plane + (nint)h * Row + w,
                image * TargetImage + First + (nint)d * Strides.Depth + (nint)h * Strides.Height + (nint)w * Strides.Width,
                lane, length);
            lane += length;
            w = 0;
            if (++h < Count.Height) continue;
            h = 0;
            if (++d < Count.Depth) continue;
            d = 0;
            image++;
        }
        return used;
    }

    /// <summary>Whether some outputs belong to one image.</summary>
    public readonly bool InOneImage(int position, int count) => position / Positions == (position + count - 1) / Positions;
}
