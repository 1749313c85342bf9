using Backprop.Ops;

namespace Backprop.Modules;

/// <summary>What poolings into a given number of windows have in common: [batch, channels, sizes…] → [batch, channels, outputs…]; the batch may be left out.</summary>
public abstract class AdaptivePoolLayer : Module
{
    private protected AdaptivePoolLayer(ValueList<int> output)
    {
        foreach (var count in output) Option.AtLeastOne(count, GetType().Name, nameof(output));
        Output = output;
    }

    private protected ValueList<int> Output { get; }

    /// <inheritdoc/>
    public override string Name => $"{GetType().Name}({Sizes.Show(Output)})";
}

/// <summary>The means of so many windows, whatever the size: see <see cref="Tensor.AdaptiveAvgPool1d"/>.</summary>
/// <param name="output">How many windows there are.</param>
public sealed class AdaptiveAvgPool1d(int output) : AdaptivePoolLayer([output])
{
    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => AdaptiveAverage.Call(x, Output);
}

/// <summary>The means of so many windows, whatever the size: see <see cref="Tensor.AdaptiveAvgPool2d"/>.</summary>
/// <param name="output">How many windows there are along each axis.</param>
public sealed class AdaptiveAvgPool2d(Size2d output) : AdaptivePoolLayer(output.List)
{
    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => AdaptiveAverage.Call(x, Output);
}

/// <summary>The means of so many windows, whatever the size: see <see cref="Tensor.AdaptiveAvgPool3d"/>.</summary>
/// <param name="output">How many windows there are along each axis.</param>
public sealed class AdaptiveAvgPool3d(Size3d output) : AdaptivePoolLayer(output.List)
{
    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => AdaptiveAverage.Call(x, Output);
}

/// <summary>The largest numbers of so many windows, whatever the size: see <see cref="Tensor.AdaptiveMaxPool1d"/>.</summary>
/// <param name="output">How many windows there are.</param>
public sealed class AdaptiveMaxPool1d(int output) : AdaptivePoolLayer([output])
{
    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => AdaptiveMaxPlaces.Call(x, Output).Values;
}

/// <summary>The largest numbers of so many windows, whatever the size: see <see cref="Tensor.AdaptiveMaxPool2d"/>.</summary>
/// <param name="output">How many windows there are along each axis.</param>
public sealed class AdaptiveMaxPool2d(Size2d output) : AdaptivePoolLayer(output.List)
{
    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => AdaptiveMaxPlaces.Call(x, Output).Values;
}

/// <summary>The largest numbers of so many windows, whatever the size: see <see cref="Tensor.AdaptiveMaxPool3d"/>.</summary>
/// <param name="output">How many windows there are along each axis.</param>
public sealed class AdaptiveMaxPool3d(Size3d output) : AdaptivePoolLayer(output.List)
{
    /// <inheritdoc/>
    protected override Tensor Compute(Tensor x) => AdaptiveMaxPlaces.Call(x, Output).Values;
}
