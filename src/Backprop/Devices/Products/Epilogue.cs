using System.Numerics;
using Backprop.Formulas;

namespace Backprop.Devices;

/// <summary>What becomes of the sums of a product before they are stored: y = α·A·B + bias, added to what is there or not.</summary>
readonly unsafe struct Epilogue<T>() where T : unmanaged, INumber<T>
{
    /// <summary>α.</summary>
    public T Scale { get; init; } = T.One;

    /// <summary>Whether the result is added to what stands in C already.</summary>
    public bool Adds { get; init; }

    /// <summary>One number for each column, or null.</summary>
    public T* ColumnBias { get; init; }

    /// <summary>One number for each row, or null.</summary>
    public T* RowBias { get; init; }

    public bool Scales => Scale != T.One;

    /// <summary>Whether the sums are stored as they are.</summary>
    public bool IsPlain => !Adds && ColumnBias == null && RowBias == null && !Scales;

    /// <summary>The same from another row and column of C on.</summary>
    public Epilogue<T> At(int row, int column) => this with
    {
        ColumnBias = ColumnBias == null ? null : ColumnBias + column,
        RowBias = RowBias == null ? null : RowBias + row,
    };

    /// <summary>The same for the transposed product.</summary>
    public Epilogue<T> Turned() => this with { ColumnBias = RowBias, RowBias = ColumnBias };

    /// <summary>What one of several parts of the depth does: the first adds as the whole does, the others to it; the last brings the bias.</summary>
    public Epilogue<T> ForPart(bool first, bool last) => new()
    {
        Scale = Scale,
        Adds = Adds || !first,
        ColumnBias = last ? ColumnBias : null,
        RowBias = last ? RowBias : null,
    };
}

/// <summary>No activation: a product's elements are stored as they are.</summary>
readonly struct NoActivation : IKernel
{
    public static int Arity => 1;
    public V Run<V>(V a, V b, V c, V d) where V : IReal<V> => a;
}
