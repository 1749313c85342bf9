namespace Backprop;

/// <summary>What a plain recurrent layer does to the sum of its input's and its state's part.</summary>
public enum RnnNonlinearity
{
    /// <summary>tanh a.</summary>
    Tanh,

    /// <summary>a where a &gt; 0, else 0.</summary>
    Relu,
}
