using CsCheck;

namespace Backprop.Tests.Tensors;

/// <summary>
/// A random view together with the numbers it must hold: a permuted, sliced, flipped or expanded look at a larger tensor, whose elements
/// are found here by arithmetic of its own.
/// </summary>
sealed class AnyTensor
{
    AnyTensor(Tensor view, double[] values) => (View, Values) = (view, values);

    public Tensor View { get; }

    /// <summary>The elements in row-major order.</summary>
    public double[] Values { get; }

    public Shape Shape => View.Shape;

    public override string ToString() => $"{View.DType} {Shape}{(View.IsContiguous ? "" : " with gaps")}: {View}";

    /// <summary>Shapes of up to four axes of 0 to 5 elements.</summary>
    public static readonly Gen<int[]> Shapes = Gen.Int[0, 5].Array[0, 4];

    /// <summary>The shape with some axes of size 1 or left out in front, so that it broadcasts to it.</summary>
    public static int[] Smaller(int[] shape, Random random)
    {
        var smaller = shape[(random.Next(3) == 0 ? random.Next(shape.Length + 1) : 0)..];
        for (var i = 0; i < smaller.Length; i++)
            if (random.Next(4) == 0) smaller[i] = 1;
        return smaller;
    }

    /// <summary>A view of the given shape and element type: small quarters, which all float types hold exactly, or small whole numbers.</summary>
    public static AnyTensor Of(int[] shape, DType dtype, Random random)
    {
        var rank = shape.Length;
        int[] start = new int[rank], step = new int[rank], size = new int[rank], order = [.. Enumerable.Range(0, rank)];
        var plain = random.Next(3) == 0;
        if (!plain) random.Shuffle(order);
        for (var i = 0; i < rank; i++)
        {
            step[i] = plain ? 1 : random.Next(6) switch { 0 => 2, 1 => -1, 2 => -2, 3 => 0, _ => 1 };
            var reach = Math.Max(shape[i] - 1, 0) * Math.Abs(step[i]);
            var before = plain || step[i] == 0 ? 0 : random.Next(2);
            start[i] = before + (step[i] < 0 ? reach : 0);
            size[i] = step[i] == 0 ? 1 : before + reach + 1 + (plain ? 0 : random.Next(2));
            if (plain) size[i] = shape[i];
        }
        // The storage's axes are in another order than the view's.
        var stored = Array.ConvertAll(order, axis => size[axis]);
        var elements = Random(stored.Aggregate(1, (a, b) => a * b), dtype, random);
        var x = Tensor.From(elements, new(stored)).As(dtype);
        x = x.Permute(order.Select((axis, place) => (axis, place)).OrderBy(p => p.axis).Select(p => p.place).ToArray());
        for (var i = 0; i < rank; i++)
        {
            if (step[i] == 0 || plain) continue;
            var stop = start[i] + shape[i] * step[i];
            var entry = shape[i] == 0 ? (TensorIndex)(start[i]..start[i]) : Tensor.Step(start[i], stop < 0 ? null : stop, step[i]);
            var entries = new TensorIndex[i + 1];
            Array.Fill(entries, (TensorIndex)(..));
            entries[i] = entry;
            x = x[entries];
        }
        var values = new double[new Shape(shape).Count];
        var index = new int[rank];
        for (var n = 0; n < values.Length; n++)
        {
            var place = 0;
            foreach (var axis in order) place = place * size[axis] + (step[axis] == 0 ? 0 : start[axis] + index[axis] * step[axis]);
            values[n] = elements[place];
            Next(index, shape);
        }
        return new(x.BroadcastTo(new(shape)), values);
    }

    static double[] Random(int count, DType dtype, Random random)
    {
        var values = new double[count];
        for (var i = 0; i < count; i++)
            values[i] = dtype == DType.Bool ? random.Next(2) : dtype.IsFloat() ? random.Next(-40, 41) * 0.25 : random.Next(dtype == DType.UInt8 ? 0 : -5, 6);
        return values;
    }

    /// <summary>Counts an index up in row-major order.</summary>
    public static void Next(int[] index, ReadOnlySpan<int> shape)
    {
        for (var axis = index.Length - 1; axis >= 0 && ++index[axis] == shape[axis]; axis--) index[axis] = 0;
    }

    /// <summary>The element that broadcasting puts at a place of a larger shape.</summary>
    public double At(ReadOnlySpan<int> index)
    {
        var place = 0;
        for (var i = 0; i < Shape.Rank; i++)
            place = place * Shape[i] + (Shape[i] == 1 ? 0 : index[index.Length - Shape.Rank + i]);
        return Values[place];
    }

    /// <summary>All elements as double, whatever they are.</summary>
    public static double[] Read(Tensor x) => x.As(DType.Float64).ToArray<double>();
}
