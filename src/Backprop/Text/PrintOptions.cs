namespace Backprop;

/// <summary>How much of a tensor is printed, and how finely. The defaults are NumPy's.</summary>
public sealed record PrintOptions
{
    /// <summary>The defaults.</summary>
    public static PrintOptions Default { get; } = new();

    /// <summary>The most digits after the point; fewer are shown where fewer tell a number from all others of its type.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    public int Precision
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            field = value;
        }
    } = 8;

    /// <summary>The most elements that are shown in full; of more, only the edges are.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    public int Threshold
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            field = value;
        }
    } = 1000;

    /// <summary>How many elements are shown at each end of an axis that is shortened.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is less than 1.</exception>
    public int EdgeItems
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 3;

    /// <summary>The column at which lines are broken.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is less than 1.</exception>
    public int LineWidth
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 75;

    /// <summary>Whether small numbers are shown as zeros rather than all numbers with exponents.</summary>
    public bool SuppressSmall { get; init; }
}

/// <summary>The two ways in which Python turns an object into text.</summary>
public enum PrintStyle
{
    /// <summary>As <c>print</c> shows it: <c>[[1. 0.]</c>…</summary>
    Str,
    /// <summary>As the prompt shows it: <c>array([[1., 0.],</c>…, with the element type where it is not the usual one.</summary>
    Repr,
}
