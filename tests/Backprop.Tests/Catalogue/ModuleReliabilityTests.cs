using Backprop.Modules;
using Backprop.Randomness;
using Xunit;

namespace Backprop.Tests.Catalogue;

/// <summary>
/// Every module of the catalogue with what users hand in by mistake or at the edge: batches of 0 and 1, shapes, sizes and element types that do not fit, NaN.
/// What comes is a clear error or the documented value.
/// </summary>
public sealed class ModuleReliabilityTests
{
    public static TheoryData<string, bool> Cases => ModuleGradientTests.Cases;

    static ModuleRow Find(string name) => ModuleCatalogue.Rows.Single(row => row.Name == name);

    static ModuleBase Make(ModuleRow row, bool training)
    {
        var module = row.Make(new Generator(11));
        if (!training) module.Eval();
        return module;
    }

    static Tensor[] Batch(ModuleRow row, int from, int to) => [.. row.At.Select((x, i) => row.BatchAxes[i] is var axis and >= 0 ? Part(x, axis, from, to) : x)];

    static Tensor Part(Tensor x, int axis, int from, int to)
    {
        var places = new TensorIndex[axis + 1];
        Array.Fill(places, Range.All);
        places[axis] = from..to;
        return x[places];
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_batch_of_nothing_gives_nothing_and_teaches_nothing(string name, bool training)
    {
        var row = Find(name);
        if (row.BatchAxes[0] < 0) return;
        var module = Make(row, training);
        var before = module.State();
        var x = Array.ConvertAll(Batch(row, 0, 0), t => t.Copy());
        foreach (var t in x) t.RequiresGrad = t.DType.IsFloat();
        var y = row.Run(module, x);
        Assert.Equal(0, y.Count);
        if (y.RequiresGrad) y.Backward(Tensor.ZerosLike(y));
        Assert.All(module.Parameters, p => Assert.True(p.Grad is null || p.Grad.Equal(0.0).All().Item<bool>()));
        foreach (var (path, value) in module.State()) Assert.True(value.SequenceEqual(before[path]), path);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_batch_of_one_is_what_it_is_among_others(string name, bool training)
    {
        var row = Find(name);
        var axis = row.BatchAxes[0];
        if (axis < 0 || row.At[0].Shape[axis] < 2) return;
        var module = Make(row, training);
        // One vector has no variance, so there is nothing to normalise it by.
        if (module is BatchNorm norm && row.At[0].Rank == 2 && (training || norm.RunningMean is null))
        {
            Assert.Contains("one number for each mean", Assert.Throws<ShapeException>(() => row.Run(module, Batch(row, 0, 1))).Message);
            return;
        }
        var one = row.Run(module, Batch(row, 1, 2));
        Assert.True(one.IsFinite().All().Item<bool>());
        if (training) return;
        var all = row.Run(Make(row, training), row.At);
        // Some rows put all that they return side by side.
        if (all.Rank > axis && all.Rank == row.At[0].Rank && all.Shape[axis] == row.At[0].Shape[axis])
            Assert.True(one.AllClose(Part(all, axis, 1, 2), 1e-12, 1e-12), $"{one}\n{all}");
    }

    // What they do concerns each number by itself, or axes that any tensor has.
    static readonly HashSet<string> anyRank =
    [
        "Function", "Identity", "Dropout", "AlphaDropout", "PRelu", "RRelu", "Flatten", "LayerNorm", "LayerNorm over two axes, no bias", "LayerNorm without parameters",
        "RmsNorm", "RmsNorm without parameters", "Linear", "Linear of weights", "Linear without bias, batches", "Sequential", "Residual", "ModuleList", "PRelu by channels",
        "GroupNorm", "GroupNorm of larger images", "GroupNorm without parameters", "LocalResponseNorm", "RotaryPositions", "RotaryPositions, interleaved", "PixelShuffle", "PixelUnshuffle",
        "Embedding", "Embedding of int32", "Embedding of a table", "Bilinear", "Bilinear without bias",
    ];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Another_rank_is_refused_by_what_needs_a_certain_one(string name, bool training)
    {
        var row = Find(name);
        var isAny = anyRank.Contains(name) || name.Contains("Pad", StringComparison.Ordinal);
        for (var k = 0; k < row.At.Length; k++)
        {
            var x = row.At[k];
            Refuses(row, training, k, x.Reshape([1, 1, 1, 1, .. x.Shape.AsSpan()]), isAny ? null : true);
            foreach (var other in new[] { x.Unsqueeze(0), x[0], x.Reshape(-1)[0].Reshape() }) Refuses(row, training, k, other, null);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Sizes_that_do_not_fit_are_refused(string name, bool training)
    {
        var row = Find(name);
        var refused = false;
        for (var k = 0; k < row.At.Length; k++)
            for (var axis = 0; axis < row.At[k].Rank; axis++)
            {
                var x = row.At[k];
                foreach (var other in new[] { Tensor.Concat([x, Part(x, axis, 0, 1)], axis), Part(x, axis, 0, 0) })
                    refused |= Refuses(row, training, k, other, null);
            }
        var sized = row.Make(new Generator(1)).Parameters.Count > 0 && !(name is "PRelu" || name.StartsWith("Embedding", StringComparison.Ordinal));
        if (sized) Assert.True(refused, "a module with parameters of certain sizes took every size");
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Other_element_types_are_converted_or_refused(string name, bool training)
    {
        var row = Find(name);
        for (var k = 0; k < row.At.Length; k++)
        {
            if (row.At[k].DType.IsFloat())
            {
                foreach (var dtype in new[] { DType.Float32, DType.Int64, DType.Bool })
                {
                    var other = row.At[k].As(dtype);
                    if (Refuses(row, training, k, other, null)) continue;
                    // What is taken is taken for the numbers that it is.
                    Tensor Run(Tensor x)
                    {
                        Tensor[] operands = [.. row.At];
                        operands[k] = x;
                        return row.Run(Make(row, training), operands);
                    }
                    Assert.True(Run(other).AllClose(Run(other.As(DType.Float64)), 1e-4, 1e-4), $"operand {k} of {dtype.Name()}");
                }
                continue;
            }
            // Places in a table, lengths: whole numbers.
            Refuses(row, training, k, row.At[k].As(DType.Float64), true);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void What_is_no_number_shows_and_stays_in_its_example(string name, bool training)
    {
        var row = Find(name);
        if (training || !row.At[0].DType.IsFloat()) return;
        var axis = row.BatchAxes[0];
        Tensor[] x = [.. row.At];
        x[0] = axis < 0 || x[0].Shape[axis] < 2
            ? Tensor.FullLike(x[0], double.NaN)
            : Tensor.Concat([Tensor.FullLike(Part(x[0], axis, 0, 1), double.NaN), Part(x[0], axis, 1, x[0].Shape[axis])], axis);
        var module = Make(row, training);
        if (module is BatchNorm { RunningMean: null }) return;
        var y = row.Run(module, x);
        Assert.True(y.IsNaN().Any().Item<bool>());
        if (axis < 0 || y.Rank <= axis || y.Shape[axis] != row.At[0].Shape[axis] || y.Shape[axis] < 2) return;
        Assert.False(Part(y, axis, 1, y.Shape[axis]).IsNaN().Any().Item<bool>());
    }

    // Whether it is refused; if it is not, the result must be sound. Nothing but an error that tells what does not fit may be thrown.
    static bool Refuses(ModuleRow row, bool training, int operand, Tensor other, bool? wanted)
    {
        var module = Make(row, training);
        var before = module.State();
        Tensor[] x = [.. row.At];
        x[operand] = other;
        string told;
        try
        {
            var y = row.Run(module, x);
            Assert.False(wanted is true, $"operand {operand} of {other.DType.Name()} {other.Shape} was taken and gave {y.Shape}");
            return false;
        }
        catch (ArgumentException e)
        {
            told = e.Message;
        }
        Assert.True(told.Contains('[') || told.Contains("As(DType.", StringComparison.Ordinal), $"{other.Shape}: {told}");
        foreach (var (path, value) in module.State()) Assert.True(value.SequenceEqual(before[path]), $"{path} changed in a call that failed");
        return true;
    }
}
