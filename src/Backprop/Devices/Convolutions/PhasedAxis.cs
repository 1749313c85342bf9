namespace Backprop.Devices;

/// <summary>
/// One axis of an image with its margins, sorted by remainders of the stride: what neighbouring windows see at the same place of the window lies side
/// by side. Element a of a slot is place (a + skipped)·stride + remainder − before of the image.
/// </summary>
sealed class PhasedAxis
{
    readonly int image, stride, before;
    readonly int[] remainders;

    PhasedAxis(int image, int stride, int before, int length, int[] remainders) =>
        (this.image, this.stride, this.before, Length, this.remainders) = (image, stride, before, length, remainders);

    /// <summary>How many elements a slot has.</summary>
    public int Length { get; }

    /// <summary>How many remainders any place of the window falls on.</summary>
    public int Slots => remainders.Length;

    /// <summary>How far the elements of a slot lie apart in the image.</summary>
    public int Stride => stride;

    /// <summary>The axis as so many windows see it.</summary>
    public static PhasedAxis OfWindows(int image, int kernel, int stride, int dilation, int before, int count)
    {
        var kept = new SortedSet<int>();
        for (var k = 0; k < kernel && kept.Count < stride; k++) kept.Add(k * dilation % stride);
        return new(image, stride, before, (kernel - 1) * dilation / stride + count, [.. kept]);
    }

    /// <summary>The axis with margins, or with parts cut off.</summary>
    public static PhasedAxis Padded(int image, int before, int length) => new(image, 1, before, length, [0]);

    /// <summary>In which slot, and how far behind its first element, a place of the first window lies.</summary>
    public (int Slot, int Shift) Place(int reach) => (Array.IndexOf(remainders, reach % stride), reach / stride);

    /// <summary>Which elements of a slot lie inside the image, and where the first of them does.</summary>
    public (int First, int End, int Source) Inside(int slot, int skipped)
    {
        var origin = before - remainders[slot];
        int first = Math.Clamp(Up(origin) - skipped, 0, Length), end = Math.Clamp(Up(image + origin) - skipped, first, Length);
        return (first, end, (first + skipped) * stride - origin);
    }

    /// <summary>Which place of the image an element of a slot is; −1 outside.</summary>
    public int Source(int slot, int element, int skipped)
    {
        var source = (element + skipped) * stride + remainders[slot] - before;
        return (uint)source < (uint)image ? source : -1;
    }

    // The least whole number that is no less than the quotient.
    int Up(int numerator) => numerator > 0 ? (numerator + stride - 1) / stride : -(-numerator / stride);
}
