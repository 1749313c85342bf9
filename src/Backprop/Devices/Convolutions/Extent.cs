namespace Backprop.Devices;

/// <summary>A number for each of three spatial axes. What has fewer axes has 1 (or 0, for margins) along those in front.</summary>
readonly record struct Extent(int Depth, int Height, int Width)
{
    /// <summary>The last three of some numbers; those that are missing are filled in.</summary>
    public static Extent Of(ReadOnlySpan<int> sizes, int missing) => new(
        sizes.Length > 2 ? sizes[^3] : missing, sizes.Length > 1 ? sizes[^2] : missing, sizes.Length > 0 ? sizes[^1] : missing);

    public int Product => Depth * Height * Width;
}

/// <summary>Windows over an image, as convolutions and poolings look through them.</summary>
/// <param name="Image">The image's sizes.</param>
/// <param name="Kernel">A window's sizes.</param>
/// <param name="Stride">How far one window lies from the next.</param>
/// <param name="Dilation">How far neighbours within a window lie apart.</param>
/// <param name="Padding">How far the first window begins in front of the image.</param>
/// <param name="Count">How many windows there are.</param>
readonly record struct Windows(Extent Image, Extent Kernel, Extent Stride, Extent Dilation, Extent Padding, Extent Count)
{
    /// <summary>Whether every window is one element and the windows are the image.</summary>
    public bool IsPointwise => Kernel.Product == 1 && Stride.Product == 1 && Padding == default && Count == Image;
}
