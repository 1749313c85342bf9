using Backprop.Randomness;

namespace Backprop.Modules;

/// <summary>A convolution of images [batch, channels, height, width]: see <see cref="Tensor.Conv2d"/>.</summary>
/// <inheritdoc cref="ConvolutionModule"/>
/// <param name="inputs">How many channels it takes.</param>
/// <param name="outputs">How many channels it gives.</param>
/// <param name="kernel">The size of a window.</param>
/// <param name="generator">Draws the weights.</param>
/// <param name="stride">How far one window lies from the next; 1 if left out.</param>
/// <param name="padding">How far the margin reaches on each side; none if left out.</param>
/// <param name="dilation">How far neighbours within a window lie apart; 1 if left out.</param>
/// <param name="groups">Into how many groups the channels fall; each is convolved by itself.</param>
/// <param name="bias">Whether a learnt number is added to every output channel.</param>
/// <param name="paddingMode">What stands in the margin: zeros, or elements of the image.</param>
/// <param name="dtype">The parameters' precision.</param>
/// <exception cref="ArgumentException">A number is out of range, or the channels do not fall into the groups.</exception>
public sealed class Conv2d(
    int inputs, int outputs, Size2d kernel, Generator generator, Size2d? stride = null, Size2d? padding = null, Size2d? dilation = null, int groups = 1,
    bool bias = true, PadMode paddingMode = PadMode.Constant, DType dtype = DType.Float32)
    : ConvolutionLayer(
        inputs, outputs, kernel.List, generator, (stride ?? 1).List, (padding ?? 0).List, (dilation ?? 1).List, groups, bias, paddingMode, dtype);
