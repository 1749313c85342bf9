using Backprop.Ops;

namespace Backprop.Graphs;

/// <summary>What a graph keeps of a tensor: shape, element type, a few statistics and a small picture. The statistics are those of the finite elements.</summary>
public sealed record GraphValue
{
    const int MostCells = 12, MostColumns = 24, Bins = 16;

    GraphValue()
    {
    }

    /// <summary>The shape.</summary>
    public Shape Shape { get; private init; }

    /// <summary>The element type.</summary>
    public DType DType { get; private init; }

    /// <summary>The number, where there is exactly one; else null.</summary>
    public double? Number { get; private init; }

    /// <summary>The mean; NaN where there is none.</summary>
    public double Mean { get; private init; } = double.NaN;

    /// <summary>The smallest element.</summary>
    public double Minimum { get; private init; } = double.NaN;

    /// <summary>The largest element.</summary>
    public double Maximum { get; private init; } = double.NaN;

    /// <summary>√Σx².</summary>
    public double Norm { get; private init; }

    /// <summary>How many elements are NaN or infinite.</summary>
    public int Anomalies { get; private init; }

    /// <summary>How many rows <see cref="Cells"/> has: all axes but the last, together.</summary>
    public int Rows { get; private init; }

    /// <summary>How many columns <see cref="Cells"/> has: the last axis.</summary>
    public int Columns { get; private init; }

    /// <summary>
    /// A small picture, row by row: the elements themselves where they are few, else means of neighbours. A cell with a NaN or an infinity in it is NaN.
    /// </summary>
    public ValueList<double> Cells { get; private init; }

    /// <summary>How many elements lie in each of equal steps from <see cref="Minimum"/> to <see cref="Maximum"/>.</summary>
    public ValueList<int> Histogram { get; private init; }

    /// <summary>The number, or shape and statistics.</summary>
    public override string ToString() => Number is { } number ? NumberText.Of(number) : Summary;

    /// <summary>Shape, element type and statistics in one line.</summary>
    public string Summary => $"{Shape} {DType.Name()}" + (Number is not null || Shape.Count == 0 ? "" :
        $", mean {NumberText.Of(Mean)}, min {NumberText.Of(Minimum)}, max {NumberText.Of(Maximum)}, norm {NumberText.Of(Norm)}" +
        (Anomalies == 0 ? "" : $", {Anomalies} NaN or infinite"));

    /// <summary>What is to be kept of x.</summary>
    internal static GraphValue Of(Tensor x)
    {
        if (x.Count == 1) return new()
        {
            Shape = x.Shape,
            DType = x.DType,
            Number = x.Item(),
            Mean = x.Item(),
            Minimum = x.Item(),
            Maximum = x.Item(),
            Norm = Math.Abs(x.Item()),
            Anomalies = double.IsFinite(x.Item()) ? 0 : 1,
            Rows = 1,
            Columns = 1,
            Cells = [x.Item()],
            Histogram = [1],
        };
        if (x.Count == 0) return new() { Shape = x.Shape, DType = x.DType };
        var numbers = Cast.Raw(x, DType.Float64).Packed();
        ReadOnlySpan<double> values = numbers.Elements<double>();
        double sum = 0, squares = 0, minimum = double.PositiveInfinity, maximum = double.NegativeInfinity;
        var finite = 0;
        foreach (var value in values)
        {
            if (!double.IsFinite(value)) continue;
            finite++;
            sum += value;
            squares += value * value;
            minimum = Math.Min(minimum, value);
            maximum = Math.Max(maximum, value);
        }
        var columns = x.Shape[^1];
        var (rows, wide, cells) = Picture(values, values.Length / columns, columns);
        var histogram = Count(values, minimum, maximum);
        // The memory of a tensor that is dead is used again.
        GC.KeepAlive(numbers);
        return new()
        {
            Shape = x.Shape,
            DType = x.DType,
            Norm = Math.Sqrt(squares),
            Anomalies = x.Count - finite,
            Mean = finite > 0 ? sum / finite : double.NaN,
            Minimum = finite > 0 ? minimum : double.NaN,
            Maximum = finite > 0 ? maximum : double.NaN,
            Rows = rows,
            Columns = wide,
            Cells = new(cells),
            Histogram = new(histogram),
        };
    }

    static (int Rows, int Columns, double[] Cells) Picture(ReadOnlySpan<double> values, int rows, int columns)
    {
        int tall = Math.Min(rows, MostCells), wide = Math.Min(columns, rows == 1 ? MostColumns : MostCells);
        var cells = new double[tall * wide];
        for (var i = 0; i < tall; i++)
            for (var j = 0; j < wide; j++)
            {
                int top = (int)((long)i * rows / tall), bottom = (int)((long)(i + 1) * rows / tall);
                int left = (int)((long)j * columns / wide), right = (int)((long)(j + 1) * columns / wide);
                double sum = 0;
                for (var r = top; r < bottom; r++)
                    for (var c = left; c < right; c++) sum += values[r * columns + c];
                var mean = sum / ((double)(bottom - top) * (right - left));
                cells[i * wide + j] = double.IsFinite(mean) ? mean : double.NaN;
            }
        return (tall, wide, cells);
    }

    static int[] Count(ReadOnlySpan<double> values, double minimum, double maximum)
    {
        var bins = new int[Bins];
        foreach (var value in values)
        {
            if (!double.IsFinite(value)) continue;
            var place = maximum > minimum ? (value / 2 - minimum / 2) / (maximum / 2 - minimum / 2) * Bins : Bins / 2;
            bins[Math.Clamp((int)place, 0, Bins - 1)]++;
        }
        return bins;
    }
}
