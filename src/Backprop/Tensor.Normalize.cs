using Backprop.Ops;

namespace Backprop;

/// <summary>Normalisations: fluent names, one line each, onto the operations, whose docs give formula and derivative.</summary>
public sealed partial class Tensor
{
    /// <inheritdoc cref="LayerNormalization"/>
    /// <param name="sizes">The sizes of the last axes, over which is normalised.</param>
    /// <param name="weight">w, of these sizes; 1 if left out.</param>
    /// <param name="bias">b, of these sizes; 0 if left out.</param>
    /// <param name="epsilon">ε.</param>
    /// <exception cref="ShapeException">This tensor does not end in the sizes, or a parameter has another shape.</exception>
    public Tensor LayerNorm(Shape sizes, Tensor? weight = null, Tensor? bias = null, double epsilon = 1e-5) =>
        LayerNormalization.Call(this, sizes, weight, bias, epsilon);

    /// <inheritdoc cref="RmsNormalization"/>
    /// <param name="sizes">The sizes of the last axes, over which is normalised.</param>
    /// <param name="weight">w, of these sizes; 1 if left out.</param>
    /// <param name="epsilon">ε; the smallest step of the element type above 1 if left out.</param>
    /// <exception cref="ShapeException">This tensor does not end in the sizes, or the weight has another shape.</exception>
    public Tensor RmsNorm(Shape sizes, Tensor? weight = null, double? epsilon = null) => RmsNormalization.Call(this, sizes, weight, epsilon);

    /// <inheritdoc cref="GroupNormalization"/>
    /// <param name="groups">Into how many groups the channels are divided.</param>
    /// <param name="weight">w, [channels]; 1 if left out.</param>
    /// <param name="bias">b, [channels]; 0 if left out.</param>
    /// <param name="epsilon">ε.</param>
    /// <exception cref="ShapeException">The channels cannot be divided so, or a parameter has another shape.</exception>
    public Tensor GroupNorm(int groups, Tensor? weight = null, Tensor? bias = null, double epsilon = 1e-5) =>
        GroupNormalization.Call(this, groups, weight, bias, epsilon);

    /// <summary>
    /// Normalises each channel of each batch entry by itself over its positions (Ulyanov, Vedaldi, Lempitsky 2016): the group norm with as many groups
    /// as channels. This tensor is [batch, channels, ...].
    /// </summary>
    /// <param name="weight">w, [channels]; 1 if left out.</param>
    /// <param name="bias">b, [channels]; 0 if left out.</param>
    /// <param name="epsilon">ε.</param>
    /// <exception cref="ShapeException">There is but one position, or a parameter has another shape.</exception>
    public Tensor InstanceNorm(Tensor? weight = null, Tensor? bias = null, double epsilon = 1e-5) =>
        GroupNormalization.OfInstances(this, weight, bias, epsilon);

    /// <inheritdoc cref="ChannelNormalization"/>
    /// <param name="weight">w, [channels]; 1 if left out.</param>
    /// <param name="bias">b, [channels]; 0 if left out.</param>
    /// <param name="epsilon">ε.</param>
    /// <param name="statistics">The mean and variance to go by, each [channels], as gathered in training; the batch's own if left out.</param>
    /// <exception cref="ShapeException">A parameter has another shape, or the batch's own statistics would be of one number each.</exception>
    public Tensor BatchNorm(Tensor? weight = null, Tensor? bias = null, double epsilon = 1e-5, (Tensor Mean, Tensor Variance)? statistics = null) =>
        statistics is { } known
            ? ChannelNormalization.Call(this, known.Mean, known.Variance, weight, bias, epsilon)
            : ChannelNormalization.Call(this, weight, bias, epsilon, out _);

    /// <inheritdoc cref="LocalResponseNormalization"/>
    /// <param name="size">How many neighbouring channels count.</param>
    /// <param name="alpha">α.</param>
    /// <param name="beta">β.</param>
    /// <param name="k">k.</param>
    /// <exception cref="ShapeException">This tensor is not [batch, channels, ...], or the size is less than 1.</exception>
    public Tensor LocalResponseNorm(int size, double alpha = 1e-4, double beta = 0.75, double k = 1) =>
        LocalResponseNormalization.Call(this, size, alpha, beta, k);

    /// <summary>x divided by its p-norm along an axis, or by ε where the norm is less: vectors of length 1.</summary>
    /// <param name="p">p; 2 for the Euclidean length.</param>
    /// <param name="axis">The axis along which the vectors lie.</param>
    /// <param name="epsilon">ε.</param>
    /// <exception cref="ShapeException">There is no such axis.</exception>
    public Tensor Normalize(double p = 2, int axis = 1, double epsilon = 1e-12) => UnitLength.Call(this, p, axis, epsilon);
}
