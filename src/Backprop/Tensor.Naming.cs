using System.Runtime.CompilerServices;

namespace Backprop;

/// <summary>Names for tensors out of the code that holds them.</summary>
public static class TensorNaming
{
    /// <summary>Names the tensor as the code calls it, and returns it: <c>apple.Named()</c> is called "apple".</summary>
    public static Tensor Named(this Tensor tensor, [CallerArgumentExpression(nameof(tensor))] string expression = "")
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return tensor.Named(name: expression);
    }
}
