namespace Backprop;

/// <summary>How an image of another size is made of one. Coordinates are those of PyTorch: the middle of an element lies at one half.</summary>
public enum InterpolationMode : byte
{
    /// <summary>The element ⌊i·n/m⌋.</summary>
    Nearest,
    /// <summary>The element ⌊(i + ½)·n/m⌋, whose middle is nearest.</summary>
    NearestExact,
    /// <summary>Straight lines between the two neighbours along every axis: linear, bilinear, trilinear.</summary>
    Linear,
    /// <summary>Cubic curves through four neighbours along both axes (Keys 1981, with a = −¾).</summary>
    Cubic,
    /// <summary>The mean of what an element covers: adaptive average pooling.</summary>
    Area,
}
