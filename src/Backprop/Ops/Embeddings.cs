using Backprop.Devices;

namespace Backprop.Ops;

/// <summary>
/// Rows of a table, y[i…] = w[index[i…]].  dw[k] = Σ dy[i…] over all i with index[i…] = k; 0 for the padding index, whose row is read as any other but not
/// trained.  Operands: w [count, ...], index of whole numbers.
/// </summary>
/// <param name="PaddingIndex">The row that is not trained, or none.</param>
public sealed record EmbeddingLookup(int? PaddingIndex) : Op
{
    /// <inheritdoc/>
    public override string Name => "Embedding";

    /// <summary>The rows of a table that the index names.</summary>
    public static Tensor Call(Tensor index, Tensor weight, int? paddingIndex)
    {
        ArgumentNullException.ThrowIfNull(index);
        ArgumentNullException.ThrowIfNull(weight);
        return new EmbeddingLookup(paddingIndex).Apply(weight, index);
    }

    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x)
    {
        Places.RequireWhole(Name, x[1].DType);
        RequireTable(Name, x[0].Shape, PaddingIndex);
        return new([.. x[1].Shape.AsSpan(), .. x[0].Shape.AsSpan()[1..]]);
    }

    /// <summary>Refuses what has no rows, or not the one that is not to be trained.</summary>
    internal static void RequireTable(string operation, Shape table, int? padding)
    {
        if (table.Rank == 0) throw new ShapeException($"{operation}: a scalar is no table; the weight must be [count, ...].");
        if (padding is { } p && (uint)p >= (uint)table[0]) throw new ArgumentOutOfRangeException(null,
            $"{operation}: the padding index {p} is no row of a table of shape {table}; its rows run from 0 to {table[0] - 1}.");
    }

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x)
    {
        var y = new Tensor(Infer(x), x[0].DType);
        Cpu.Take(x[0].Packed(), 0, Places.Checked(Name, x[1], x[0].Shape, 0), y);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx)
    {
        if (!node.Needs(0)) return;
        Tensor w = node.Inputs[0], index = Reshape.Call(node.Inputs[1], [node.Inputs[1].Count]);
        dy = Reshape.Call(dy, w.Shape.With(0, index.Count));
        dx[0] = Untrained(new IndexAdd(0).Apply(Nothing(w, dy), index, dy), PaddingIndex);
    }

    /// <summary>Zeros of a table's shape, which take no memory of their own.</summary>
    internal static Tensor Nothing(Tensor table, Tensor dy) => Expand.Call(Tensor.Zeros(Shape.Scalar, dy.DType), table.Shape);

    /// <summary>The derivative of a table without that of the row that is not trained.</summary>
    internal static Tensor Untrained(Tensor dw, int? padding)
    {
        if (padding is not { } row) return dw;
        var sizes = new int[dw.Rank];
        Array.Fill(sizes, 1);
        sizes[0] = dw.Shape[0];
        var trained = Tensor.Ones(new(sizes), DType.Bool);
        trained.Bytes()[row] = 0;
        return Select.Call(trained, dw, 0.0);
    }
}
