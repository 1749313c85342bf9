using System.Text.Json;
using Backprop.Ops;

namespace Backprop.Tests.Reference;

/// <summary>The steps by which a case lays out a non-contiguous operand, and the format's slices.</summary>
static class ReferenceViews
{
    public static Tensor Apply(Tensor x, JsonElement step)
    {
        if (step.TryGetProperty("permute", out var axes)) return x.Permute(Ints(axes));
        if (step.TryGetProperty("expand", out var shape)) return Expand.Call(x, new(Ints(shape)));
        if (step.TryGetProperty("slice", out var slice)) return Slice(x, slice);
        var kind = step.TryGetProperty("step", out var named) || step.TryGetProperty("op", out named) ? named.GetString() : null;
        return kind switch
        {
            "permute" => x.Permute(Ints(step.GetProperty("axes"))),
            "expand" => Expand.Call(x, new(Ints(step.GetProperty("shape")))),
            "slice" => Slice(x, step),
            _ => throw new InvalidDataException($"Unknown view step {step}."),
        };
    }

    static int[] Ints(JsonElement list) => [.. list.EnumerateArray().Select(v => v.GetInt32())];

    /// <summary>One axis sliced by Python's rules; a bound that is left out or null stands for the end the step comes from or goes to.</summary>
    public static Tensor Slice(Tensor x, JsonElement slice)
    {
        int? Bound(string name) => slice.TryGetProperty(name, out var v) && v.ValueKind != JsonValueKind.Null ? v.GetInt32() : null;
        var axis = x.Shape.Axis(slice.GetProperty("axis").GetInt32(), "slice");
        var ranges = new SliceRange[x.Rank];
        for (var i = 0; i < ranges.Length; i++) ranges[i] = new(0, x.Shape[i], 1);
        ranges[axis] = Python(Bound("start"), Bound("stop"), Bound("step") ?? 1, x.Shape[axis]);
        return new Slice(ValueList.Create<SliceRange>(ranges)).Apply(x);
    }

    static SliceRange Python(int? start, int? stop, int step, int size)
    {
        int Clip(int v, int low, int high) => Math.Clamp(v < 0 ? v + size : v, low, high);
        if (step > 0)
        {
            int from = Clip(start ?? 0, 0, size), to = Clip(stop ?? size, 0, size);
            return new(from, Math.Max(0, (to - from + step - 1) / step), step);
        }
        int first = start is { } s ? Clip(s, -1, size - 1) : size - 1, last = stop is { } t ? Clip(t, -1, size - 1) : -1;
        return new(first, Math.Max(0, (first - last - step - 1) / -step), step);
    }
}
