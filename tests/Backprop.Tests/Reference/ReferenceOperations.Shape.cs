using System.Text.Json;

namespace Backprop.Tests.Reference;

internal static partial class ReferenceOperations
{
    static void AddShape(ReferenceTable t)
    {
        t.Add("reshape", c => c["x"].Reshape(c.Ints("shape")));
        t.Add("flatten", c => c["x"].Flatten(c.Int("start"), c.Int("end")));
        t.Add("permute", c => c["x"].Permute(c.Ints("axes")));
        t.Add("transpose", c => c["x"].Transpose(c.Int("axis0"), c.Int("axis1")));
        t.Add("squeeze", c => c["x"].Squeeze(c.Int("axis")));
        t.Add("unsqueeze", c => c["x"].Unsqueeze(c.Int("axis")));
        t.Add("slice", c => c["x"][Entries(c["x"].Rank, c.Json("slices"))]);
        t.Add("concat", c => Tensor.Concat(Repeated(c), c.Int("axis")));
        t.Add("stack", c => Tensor.Stack(c.Inputs, c.Int("axis")));
        t.AddMany("split", c => Wanted(c, c["x"].Split(c.Ints("sizes"), c.Int("axis"))));
        t.AddMany("chunk", c => c["x"].Chunk(c.Int("chunks"), c.Int("axis")));
        t.Add("pad", c => c["x"].Pad(Margins(c.Json("pads")), Enum.Parse<PadMode>(c.String("mode"), ignoreCase: true), c.DoubleOrNull("value") ?? 0));
        t.Add("tile", c => c["x"].Tile(c.Ints("repeats")));
        t.Add("expand", c => c["x"].Expand(c.Ints("shape")));
        t.Add("repeat_interleave", c => c["x"].RepeatInterleave(c.Int("repeats"), c.Int("axis")));
        t.Add("flip", c => c["x"].Flip(c.Ints("axes")));
        t.Add("roll", c => c["x"].Roll(c.Ints("shifts"), c.Ints("axes")));
        t.Add("tril", c => c["x"].Tril(c.Int("diagonal")));
        t.Add("triu", c => c["x"].Triu(c.Int("diagonal")));
        t.Add("diagonal", c => c["x"].Diagonal(c.Int("offset"), c.Int("axis0"), c.Int("axis1")));
        t.Add("diag_embed", c => c["x"].DiagonalEmbed(c.Int("offset")));
        t.Add("unfold_2d", c => c["x"].Unfold2d(Pair(c, "kernel"), Pair(c, "stride"), Pair(c, "dilation"), Pair(c, "padding")));
        t.Add("fold_2d", c => c["x"].Fold2d(Pair(c, "output"), Pair(c, "kernel"), Pair(c, "stride")));
    }

    static void AddIndex(ReferenceTable t)
    {
        t.Add("index_select", c => c["x"].IndexSelect(c.Int("axis"), c["index"]));
        t.Add("scatter", c => c["x"].Scatter(c.Int("axis"), c["index"], c["source"]));
        t.Add("index_add", c => c["x"].IndexAdd(c.Int("axis"), c["index"], c["source"]));
        t.Add("masked_select", c => c["x"].MaskedSelect(c["mask"]));
        t.Add("one_hot", c => Tensor.OneHot(c["index"], c.Int("classes")));
        t.Add("nonzero", c => c["x"].NonZero());
        t.Add("bucketize", c => c["x"].Bucketize(c["edges"], c.Bool("right")));
    }

    // "x0, x1 and x0 again" is the one case that uses an operand twice.
    static Tensor[] Repeated(ReferenceCase c) => c.Text("formula") == "concat(x0, x1, x0)" ? [c["x0"], c["x1"], c["x0"]] : c.Inputs;

    static Tensor[] Wanted(ReferenceCase c, Tensor[] pieces) => c.Text("formula") == "split(x)[1]" ? [pieces[1]] : pieces;

    static TensorIndex[] Entries(int rank, JsonElement slices)
    {
        var entries = new TensorIndex[rank];
        Array.Fill(entries, Range.All);
        foreach (var slice in slices.EnumerateArray())
        {
            int? Bound(string name) => slice.GetProperty(name) is { ValueKind: JsonValueKind.Number } v ? v.GetInt32() : null;
            entries[Bound("axis")!.Value] = Tensor.Step(Bound("start"), Bound("stop"), Bound("step") ?? 1);
        }
        return entries;
    }

    static (int, int)[] Margins(JsonElement pads) => [.. pads.EnumerateArray().Select(p => (p[0].GetInt32(), p[1].GetInt32()))];

    static (int, int) Pair(ReferenceCase c, string name) => c.Ints(name) is [var height, var width] ? (height, width) : throw new InvalidDataException(c.Id);
}
