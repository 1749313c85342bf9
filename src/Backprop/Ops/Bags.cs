using Backprop.Devices;

namespace Backprop.Ops;

/// <summary>
/// Rows of a table put together bag by bag: y[b] = Σ or mean or max of w[index[i]] over the i from offsets[b] up to the next bag's. A bag of
/// nothing gives 0. For a sum, each row may count with a weight p[i] of its own.
/// dw[index[i]] += dy[b]·p[i] for a sum, dy[b]/n for a mean of n rows, and for a max column by column to the first largest row;  dp[i] = dy[b] · w[index[i]].
/// Operands: w [count, size], index [n], offsets [bags], and if wanted p [n].
/// </summary>
/// <param name="Mode">How the rows of a bag become one.</param>
/// <param name="PaddingIndex">A row that counts for nothing and is not trained, or none.</param>
public sealed record EmbeddingBags(BagMode Mode, int? PaddingIndex) : Op
{
    /// <inheritdoc/>
    public override string Name => "EmbeddingBag";

    /// <summary>The bags of a vector of indices that begin at the offsets, or of a matrix of indices, one a row.</summary>
    public static Tensor Call(
        Tensor index, Tensor weight, Tensor? offsets, BagMode mode, Tensor? perSample, int? paddingIndex, bool includeLastOffset)
    {
        ArgumentNullException.ThrowIfNull(index);
        ArgumentNullException.ThrowIfNull(weight);
        if (index.Rank != (offsets is null ? 2 : 1)) throw new ShapeException(
            $"EmbeddingBag: an index of shape {index.Shape} {(offsets is null ? "without" : "with")} offsets; " +
            "it must be [bags, rows of each] without them, or a vector with them.");
        if (perSample is not null && perSample.Shape != index.Shape) throw new ShapeException(
            $"EmbeddingBag: weights of shape {perSample.Shape} for an index of shape {index.Shape}; there must be one for each row.");
        if (perSample is not null && mode != BagMode.Sum) throw new ArgumentException(
            $"EmbeddingBag: rows count with weights of their own in a sum only, and this is a {mode.ToString().ToLowerInvariant()}.");
        if (offsets is null) offsets = Regular(index.Shape[0], index.Shape[1]);
        else if (includeLastOffset) offsets = WithoutLast(offsets, index.Count);
        if (index.Rank == 2)
        {
            index = Reshape.Call(index, [index.Count]);
            if (perSample is not null) perSample = Reshape.Call(perSample, [perSample.Count]);
        }
        var op = new EmbeddingBags(mode, paddingIndex);
        return perSample is null ? op.Apply(weight, index, offsets) : op.Apply(weight, index, offsets, perSample);
    }

    static Tensor Regular(int bags, int length)
    {
        var y = new Tensor([bags], DType.Int64);
        var to = y.Elements<long>();
        for (var i = 0; i < to.Length; i++) to[i] = (long)i * length;
        return y;
    }

    static Tensor WithoutLast(Tensor offsets, int count)
    {
        RequireOffsets("EmbeddingBag", offsets);
        if (offsets.Count == 0 || offsets[-1].Item() != count) throw new ShapeException(
            $"EmbeddingBag: the last offset must be the number of indices, {count}, when it is included; got offsets {offsets}.");
        return Slice.Call(offsets, 0, new(0, offsets.Count - 1, 1));
    }

    static void RequireOffsets(string operation, Tensor offsets) =>
        Places.RequireVector(operation, offsets, "the offsets are", "give one for each bag, [bags]: where among the indices it begins");

    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x)
    {
        Places.RequireVector(Name, x[1]);
        RequireOffsets(Name, x[2]);
        EmbeddingLookup.RequireTable(Name, x[0].Shape, PaddingIndex);
        return x[0].Rank == 2 ? [x[2].Count, x[0].Shape[1]] : throw new ShapeException(
            $"{Name}: a weight of shape {x[0].Shape} is no table; it must be [count, size].");
    }

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x)
    {
        var dtype = x.Length > 3 ? Normalization.Float(Name, [x[0], x[3]]) : Normalization.Float(Name, x[..1]);
        var y = new Tensor(Infer(x), dtype);
        Cpu.Bags(
            Normalization.Raw(x[0], dtype), Places.Checked(Name, x[1], x[0].Shape, 0), Offsets(x[2], x[1].Count),
            x.Length > 3 ? Normalization.Raw(x[3], dtype) : null, Mode, PaddingIndex ?? -1, y);
        return y;
    }

    Tensor Offsets(Tensor offsets, int count)
    {
        offsets = Normalization.Raw(offsets, DType.Int64);
        var starts = offsets.Elements<long>();
        for (var i = 0; i < starts.Length; i++)
            if (starts[i] < (i == 0 ? 0 : starts[i - 1]) || starts[i] > (i == 0 ? 0 : count)) throw new ArgumentOutOfRangeException(null,
                $"{Name}: the offsets {offsets} do not part {count} indices; they begin at 0, do not fall, and are at most {count}.");
        return offsets;
    }

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx)
    {
        Tensor w = node.Inputs[0], index = node.Inputs[1];
        var perSample = node.Inputs.Length > 3 ? node.Inputs[3] : null;
        var offsets = Offsets(node.Inputs[2], index.Count);
        if (Mode == BagMode.Max)
        {
            if (node.Needs(0)) dx[0] = PullMax(w, index, offsets, dy);
            return;
        }
        var (bags, shares) = Members(index, offsets, dy.DType);
        var rows = new IndexSelect(0).Apply(dy, bags) * shares;
        if (node.Needs(0))
        {
            var counted = perSample is null ? rows : rows * Reshape.Call(perSample, shares.Shape);
            dx[0] = new IndexAdd(0).Apply(EmbeddingLookup.Nothing(w, counted), index, counted);
        }
        if (perSample is not null && node.Needs(3)) dx[3] = (rows * new IndexSelect(0).Apply(w, index)).Sum(1);
    }

    // The bag that each index is in, and its share in what comes of the bag: 0 for padding, 1/n in a mean of n.
    (Tensor Bags, Tensor Shares) Members(Tensor index, Tensor offsets, DType dtype)
    {
        var bags = new Tensor([index.Count], DType.Int64);
        var shares = new Tensor([index.Count, 1], DType.Float64);
        Cpu.BagMembers(Normalization.Raw(index, DType.Int64), offsets, PaddingIndex ?? -1, Mode == BagMode.Mean, bags, shares);
        return (bags, Cast.Raw(shares, dtype));
    }

    Tensor PullMax(Tensor w, Tensor index, Tensor offsets, Tensor dy)
    {
        var places = new Tensor(dy.Shape, DType.Int64);
        Cpu.BagMaxima(w.Packed(), Normalization.Raw(index, DType.Int64), offsets, PaddingIndex ?? -1, places);
        // Of an empty bag nothing flows back, and it has no place.
        var filled = places.GreaterEqual(0L);
        return ScatterAdd.Call(EmbeddingLookup.Nothing(w, dy), 0, Select.Call(filled, places, 0L), Select.Call(filled, dy, 0.0));
    }
}
