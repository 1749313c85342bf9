using Backprop.Randomness;

namespace Backprop.Modules;

/// <summary>The transpose of a convolution, which makes sequences [batch, channels, length] larger by its stride: see <see cref="Tensor.ConvTranspose1d"/>.</summary>
/// <inheritdoc cref="ConvolutionModule"/>
/// <param name="inputs">How many channels it takes.</param>
/// <param name="outputs">How many channels it gives.</param>
/// <param name="kernel">The size of a window.</param>
/// <param name="generator">Draws the weights.</param>
/// <param name="stride">How far one window lies from the next.</param>
/// <param name="padding">How much is cut off the result on each side.</param>
/// <param name="outputPadding">How many elements more the result has at the end.</param>
/// <param name="groups">Into how many groups the channels fall.</param>
/// <param name="bias">Whether a learnt number is added to every output channel.</param>
/// <param name="dilation">How far neighbours within a window lie apart.</param>
/// <param name="dtype">The parameters' precision.</param>
/// <exception cref="ArgumentException">A number is out of range, or the channels do not fall into the groups.</exception>
public sealed class ConvTranspose1d(
    int inputs, int outputs, int kernel, Generator generator, int stride = 1, int padding = 0, int outputPadding = 0, int groups = 1,
    bool bias = true, int dilation = 1, DType dtype = DType.Float32)
    : TransposedConvolutionLayer(
        inputs, outputs, [kernel], generator, [stride], [padding], [outputPadding], groups, bias, [dilation], dtype);
