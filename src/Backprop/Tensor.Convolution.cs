using Backprop.Ops;

namespace Backprop;

/// <summary>Convolutions of sequences, images and volumes: one operation for any number of axes.</summary>
public sealed partial class Tensor
{
    /// <summary>
    /// Convolution of sequences, as networks understand it (cross-correlation): y[n, o, i] = b[o] + Σ w[o, c, k] · x[n, c, i·stride + k·dilation − padding],
    /// with zeros around x. [batch, channels, length] → [batch, outputs, windows]; the batch may be left out.
    /// </summary>
    /// <param name="weight">[outputs, channels / groups, kernel].</param>
    /// <param name="bias">[outputs], or none.</param>
    /// <param name="stride">How far one window lies from the next.</param>
    /// <param name="padding">How many zeros stand on each side.</param>
    /// <param name="dilation">How far neighbours within a window lie apart.</param>
    /// <param name="groups">Into how many groups the channels fall; each is convolved by itself. As many as channels: a depthwise convolution.</param>
    /// <exception cref="ShapeException">The channels do not fit weight and groups, a window is larger than the padded sequence, or a number makes no sense.</exception>
    public Tensor Conv1d(Tensor weight, Tensor? bias = null, int stride = 1, int padding = 0, int dilation = 1, int groups = 1) =>
        PlainConvolution.Call(this, weight, bias, [stride], [padding], [dilation], groups);

    /// <summary>
    /// Convolution of images, as networks understand it (cross-correlation): y[n, o, i, j] = b[o] + Σ w[o, c, k, l] · x[n, c, i·stride + k, j·stride + l],
    /// with zeros around x. [batch, channels, height, width] → [batch, outputs, rows, columns]; the batch may be left out.
    /// </summary>
    /// <param name="weight">[outputs, channels / groups, kernel height, kernel width].</param>
    /// <param name="bias">[outputs], or none.</param>
    /// <param name="stride">How far one window lies from the next; 1 if left out.</param>
    /// <param name="padding">How many zeros surround the image on each side; none if left out.</param>
    /// <param name="dilation">How far neighbours within a window lie apart; 1 if left out.</param>
    /// <param name="groups">Into how many groups the channels fall; each is convolved by itself. As many as channels: a depthwise convolution.</param>
    /// <exception cref="ShapeException">The channels do not fit weight and groups, a window is larger than the padded image, or a number makes no sense.</exception>
    public Tensor Conv2d(Tensor weight, Tensor? bias = null, Size2d? stride = null, Size2d? padding = null, Size2d? dilation = null, int groups = 1) =>
        PlainConvolution.Call(this, weight, bias, (stride ?? 1).List, (padding ?? 0).List, (dilation ?? 1).List, groups);

    /// <summary>
    /// Convolution of volumes: as <see cref="Conv2d"/>, with one axis more. [batch, channels, depth, height, width] → [batch, outputs, planes, rows, columns].
    /// </summary>
    /// <inheritdoc cref="Conv2d"/>
    public Tensor Conv3d(Tensor weight, Tensor? bias = null, Size3d? stride = null, Size3d? padding = null, Size3d? dilation = null, int groups = 1) =>
        PlainConvolution.Call(this, weight, bias, (stride ?? 1).List, (padding ?? 0).List, (dilation ?? 1).List, groups);

    /// <summary>
    /// The transpose of <see cref="Conv1d"/>: y[n, o, i·stride + k·dilation − padding] += w[c, o, k] · x[n, c, i]. It makes sequences longer by the stride.
    /// [batch, channels, length] → [batch, outputs, (length − 1)·stride − 2·padding + dilation·(kernel − 1) + output padding + 1].
    /// </summary>
    /// <param name="weight">[channels, outputs / groups, kernel].</param>
    /// <param name="bias">[outputs], or none.</param>
    /// <param name="stride">How far one window lies from the next.</param>
    /// <param name="padding">How many elements are cut off the result on each side.</param>
    /// <param name="outputPadding">How many elements more the result has at its end: a stride leaves open how many there were.</param>
    /// <param name="groups">Into how many groups the channels fall.</param>
    /// <param name="dilation">How far neighbours within a window lie apart.</param>
    /// <exception cref="ShapeException">The channels do not fit weight and groups, nothing is left of the result, or a number makes no sense.</exception>
    public Tensor ConvTranspose1d(
        Tensor weight, Tensor? bias = null, int stride = 1, int padding = 0, int outputPadding = 0, int groups = 1, int dilation = 1) =>
        TransposedConvolution.Call(this, weight, bias, [stride], [padding], [outputPadding], groups, [dilation]);

    /// <summary>
    /// The transpose of <see cref="Conv2d"/>: every number of x is spread over a window of y by the weight. It makes images larger by the stride.
    /// [batch, channels, height, width] → [batch, outputs, rows, columns], each (size − 1)·stride − 2·padding + dilation·(kernel − 1) + output padding + 1.
    /// </summary>
    /// <param name="weight">[channels, outputs / groups, kernel height, kernel width].</param>
    /// <param name="bias">[outputs], or none.</param>
    /// <param name="stride">How far one window lies from the next; 1 if left out.</param>
    /// <param name="padding">How many elements are cut off the result on each side; none if left out.</param>
    /// <param name="outputPadding">How many elements more the result has below and to the right: a stride leaves open how many there were.</param>
    /// <param name="groups">Into how many groups the channels fall.</param>
    /// <param name="dilation">How far neighbours within a window lie apart; 1 if left out.</param>
    /// <exception cref="ShapeException">The channels do not fit weight and groups, nothing is left of the result, or a number makes no sense.</exception>
    public Tensor ConvTranspose2d(
        Tensor weight, Tensor? bias = null, Size2d? stride = null, Size2d? padding = null, Size2d? outputPadding = null, int groups = 1, Size2d? dilation = null) =>
        TransposedConvolution.Call(this, weight, bias, (stride ?? 1).List, (padding ?? 0).List, (outputPadding ?? 0).List, groups, (dilation ?? 1).List);

    /// <summary>The transpose of <see cref="Conv3d"/>: as <see cref="ConvTranspose2d"/>, with one axis more.</summary>
    /// <inheritdoc cref="ConvTranspose2d"/>
    public Tensor ConvTranspose3d(
        Tensor weight, Tensor? bias = null, Size3d? stride = null, Size3d? padding = null, Size3d? outputPadding = null, int groups = 1, Size3d? dilation = null) =>
        TransposedConvolution.Call(this, weight, bias, (stride ?? 1).List, (padding ?? 0).List, (outputPadding ?? 0).List, groups, (dilation ?? 1).List);
}
