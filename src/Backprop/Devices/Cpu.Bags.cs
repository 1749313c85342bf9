using System.Numerics;
using System.Numerics.Tensors;

namespace Backprop.Devices;

static partial class Cpu
{
    /// <summary>
    /// y[b] = the sum (each row times its factor, if there are any), mean or maximum of the rows that the places of bag b name, but for the row that is
    /// padding; 0 for none. All are contiguous; places and offsets are int64 and within bounds.
    /// </summary>
    public static void Bags(Tensor table, Tensor places, Tensor offsets, Tensor? factors, BagMode mode, int padding, Tensor y)
    {
        if (y.DType == DType.Float32) Bags<float>(table, places, offsets, factors, mode, padding, y);
        else Bags<double>(table, places, offsets, factors, mode, padding, y);
    }

    static void Bags<T>(Tensor table, Tensor places, Tensor offsets, Tensor? factors, BagMode mode, int padding, Tensor y)
        where T : unmanaged, INumber<T>
    {
        ReadOnlySpan<T> rows = table.Elements<T>(), each = factors is null ? default : factors.Elements<T>();
        var index = places.Elements<long>();
        int bags = y.Shape[0], width = y.Shape[1];
        for (var bag = 0; bag < bags; bag++)
        {
            var to = y.Elements<T>().Slice(bag * width, width);
            to.Clear();
            var (start, end) = Bag(offsets, bag, index.Length);
            var count = 0;
            for (var i = start; i < end; i++)
            {
                if (index[i] == padding) continue;
                var row = rows.Slice((int)index[i] * width, width);
                if (mode == BagMode.Max && count == 0) row.CopyTo(to);
                else if (mode == BagMode.Max) TensorPrimitives.Max(to, row, to);
                else if (each.IsEmpty) TensorPrimitives.Add(to, row, to);
                else TensorPrimitives.MultiplyAdd(row, each[i], to, to);
                count++;
            }
            if (mode == BagMode.Mean && count > 1) TensorPrimitives.Divide(to, T.CreateTruncating(count), to);
        }
    }

    static (int Start, int End) Bag(Tensor offsets, int bag, int count)
    {
        var starts = offsets.Elements<long>();
        return ((int)starts[bag], bag + 1 < starts.Length ? (int)starts[bag + 1] : count);
    }

    /// <summary>bags[i] = the bag of place i; shares[i] = its share in the bag: 1, or for means 1/n of n rows; 0 for padding.</summary>
    public static void BagMembers(Tensor places, Tensor offsets, int padding, bool means, Tensor bags, Tensor shares)
    {
        ReadOnlySpan<long> index = places.Elements<long>();
        var bagOf = bags.Elements<long>();
        var share = shares.Elements<double>();
        for (var bag = 0; bag < offsets.Count; bag++)
        {
            var (start, end) = Bag(offsets, bag, index.Length);
            bagOf[start..end].Fill(bag);
            var count = end - start - index[start..end].Count(padding);
            for (var i = start; i < end; i++) share[i] = index[i] == padding ? 0 : means ? 1.0 / count : 1;
        }
    }

    /// <summary>The row of the table from which the maximum of each bag and column comes, the first of equal ones; −1 for a bag of nothing.</summary>
    public static void BagMaxima(Tensor table, Tensor places, Tensor offsets, int padding, Tensor rows)
    {
        if (table.DType == DType.Float32) BagMaxima<float>(table, places, offsets, padding, rows);
        else BagMaxima<double>(table, places, offsets, padding, rows);
    }

    static void BagMaxima<T>(Tensor table, Tensor places, Tensor offsets, int padding, Tensor rows) where T : unmanaged, INumber<T>
    {
        ReadOnlySpan<T> values = table.Elements<T>();
        ReadOnlySpan<long> index = places.Elements<long>();
        var width = rows.Shape[1];
        for (var bag = 0; bag < rows.Shape[0]; bag++)
        {
            var best = rows.Elements<long>().Slice(bag * width, width);
            best.Fill(-1);
            var (start, end) = Bag(offsets, bag, index.Length);
            foreach (var row in index[start..end])
            {
                if (row == padding) continue;
                for (var column = 0; column < width; column++)
                {
                    var value = values[(int)row * width + column];
                    // NaN is above all others, as it is in the maximum.
                    if (best[column] < 0 || value > values[(int)best[column] * width + column]
                        || (T.IsNaN(value) && !T.IsNaN(values[(int)best[column] * width + column]))) best[column] = row;
                }
            }
        }
    }
}
