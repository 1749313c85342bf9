using Backprop.Randomness;

namespace Backprop.Modules;

/// <summary>The transpose of a convolution, which makes images [batch, channels, height, width] larger by its stride: see <see cref="Tensor.ConvTranspose2d"/>.</summary>
/// <inheritdoc cref="ConvolutionModule"/>
/// <param name="inputs">How many channels it takes.</param>
/// <param name="outputs">How many channels it gives.</param>
/// <param name="kernel">The size of a window.</param>
/// <param name="generator">Draws the weights.</param>
/// <param name="stride">How far one window lies from the next; 1 if left out.</param>
/// <param name="padding">How much is cut off the result on each side; none if left out.</param>
/// <param name="outputPadding">How many elements more the result has at the end; none if left out.</param>
/// <param name="groups">Into how many groups the channels fall.</param>
/// <param name="bias">Whether a learnt number is added to every output channel.</param>
/// <param name="dilation">How far neighbours within a window lie apart; 1 if left out.</param>
/// <param name="dtype">The parameters' precision.</param>
/// <exception cref="ArgumentException">A number is out of range, or the channels do not fall into the groups.</exception>
public sealed class ConvTranspose2d(
    int inputs, int outputs, Size2d kernel, Generator generator, Size2d? stride = null, Size2d? padding = null, Size2d? outputPadding = null, int groups = 1,
    bool bias = true, Size2d? dilation = null, DType dtype = DType.Float32)
    : TransposedConvolutionLayer(
        inputs, outputs, kernel.List, generator, (stride ?? 1).List, (padding ?? 0).List, (outputPadding ?? 0).List, groups, bias, (dilation ?? 1).List, dtype);
