using Backprop.Randomness;

namespace Backprop.Modules;

/// <summary>The parameters of one recurrent layer in one direction.</summary>
/// <param name="Suffix">What follows their names.</param>
/// <param name="FromInput">[gates · size, inputs].</param>
/// <param name="FromState">[gates · size, size].</param>
/// <param name="InputBias">[gates · size], or none.</param>
/// <param name="StateBias">[gates · size], or none.</param>
sealed record RecurrentWeights(string Suffix, Tensor FromInput, Tensor FromState, Tensor? InputBias, Tensor? StateBias)
{
    /// <summary>Parameters evenly spread over ±1/√size, as PyTorch's are at first.</summary>
    public static RecurrentWeights Random(string suffix, int gates, int inputs, int size, Generator generator, bool bias, DType dtype)
    {
        var bound = 1 / Math.Sqrt(size);
        Tensor Draw(params ReadOnlySpan<int> shape)
        {
            var x = Tensor.RandomUniform(new(shape), generator, -bound, bound, dtype);
            x.RequiresGrad = true;
            return x;
        }
        return new(suffix, Draw(gates * size, inputs), Draw(gates * size, size), bias ? Draw(gates * size) : null, bias ? Draw(gates * size) : null);
    }

    /// <summary>Both biases together: where nothing happens to the state's part alone, one addition does.</summary>
    public Tensor? Bias => InputBias is null || StateBias is null ? null : InputBias + StateBias;

    /// <summary>The parameters under PyTorch's names.</summary>
    public IEnumerable<ModulePart> Parts
    {
        get
        {
            yield return ($"weight_ih{Suffix}", FromInput);
            yield return ($"weight_hh{Suffix}", FromState);
            if (InputBias is null || StateBias is null) yield break;
            yield return ($"bias_ih{Suffix}", InputBias);
            yield return ($"bias_hh{Suffix}", StateBias);
        }
    }
}
