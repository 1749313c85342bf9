using Backprop.Randomness;

namespace Backprop.Modules;

/// <summary>A convolution of sequences [batch, channels, length]: see <see cref="Tensor.Conv1d"/>.</summary>
/// <inheritdoc cref="ConvolutionModule"/>
/// <param name="inputs">How many channels it takes.</param>
/// <param name="outputs">How many channels it gives.</param>
/// <param name="kernel">The size of a window.</param>
/// <param name="generator">Draws the weights.</param>
/// <param name="stride">How far one window lies from the next.</param>
/// <param name="padding">How far the margin reaches on each side.</param>
/// <param name="dilation">How far neighbours within a window lie apart.</param>
/// <param name="groups">Into how many groups the channels fall; each is convolved by itself.</param>
/// <param name="bias">Whether a learnt number is added to every output channel.</param>
/// <param name="paddingMode">What stands in the margin: zeros, or elements of the sequence.</param>
/// <param name="dtype">The parameters' precision.</param>
/// <exception cref="ArgumentException">A number is out of range, or the channels do not fall into the groups.</exception>
public sealed class Conv1d(
    int inputs, int outputs, int kernel, Generator generator, int stride = 1, int padding = 0, int dilation = 1, int groups = 1,
    bool bias = true, PadMode paddingMode = PadMode.Constant, DType dtype = DType.Float32)
    : ConvolutionLayer(
        inputs, outputs, [kernel], generator, [stride], [padding], [dilation], groups, bias, paddingMode, dtype);
