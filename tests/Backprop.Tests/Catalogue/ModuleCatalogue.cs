using Backprop.Modules;
using Backprop.Randomness;

namespace Backprop.Tests.Catalogue;

/// <summary>One row of the catalogue of modules.</summary>
/// <param name="Name">What the row shows.</param>
/// <param name="Make">A module in float64; the same generator makes the same module.</param>
/// <param name="Run">What it computes from the operands.</param>
/// <param name="At">The operands, float64 or whole numbers, clear of kinks.</param>
public sealed record ModuleRow(string Name, Func<Generator, ModuleBase> Make, Func<ModuleBase, Tensor[], Tensor> Run, Tensor[] At)
{
    /// <summary>Along which axis of each operand the batch lies; −1 for an operand without.</summary>
    public int[] BatchAxes { get; init; } = new int[At.Length];

    public ModuleRow Batched(params int[] axes) => this with { BatchAxes = axes };

    public override string ToString() => Name;
}

/// <summary>
/// Every module with operands to run it at: the one table that the module tests read. A public module that is missing from it
/// fails a test.
/// </summary>
static partial class ModuleCatalogue
{
    public static IReadOnlyList<ModuleRow> Rows { get; } =
    [
        .. Basics(),
        .. Norms(),
        .. Tables(),
        .. Small(),
        .. Recurrent(),
        .. Attention(),
        .. Convolutions(),
        .. Images(),
        .. Margins(),
    ];

    static ModuleRow Row<M>(string name, Func<Generator, M> make, params Tensor[] at) where M : Module =>
        Row(name, make, (module, x) => module.Forward(x[0]), at);

    static ModuleRow Row<M>(string name, Func<Generator, M> make, Func<M, Tensor[], Tensor> run, params Tensor[] at) where M : ModuleBase =>
        new(name, make, (module, x) => run((M)module, x), at);

    static Tensor Normal(params int[] shape) => Tensor.RandomNormal(new(shape), new Generator(shape.Length + 3), dtype: DType.Float64);

    static IEnumerable<ModuleRow> Basics()
    {
        yield return Row("Linear", g => new Linear(3, 2, g, dtype: DType.Float64), Normal(4, 3));
        yield return Row("Linear without bias, batches", g => new Linear(3, 2, g, bias: false, dtype: DType.Float64), Normal(2, 2, 3));
        yield return Row("Linear of weights", _ => new Linear(Normal(2, 3), Normal(2)), Normal(4, 3));
        yield return Row("Function", g => new Function(x => x.Tanh()), Normal(2, 3));
        yield return Row(
            "Sequential",
            g => new Sequential { new Linear(3, 4, g, dtype: DType.Float64), x => x.Gelu(), { "head", new Linear(4, 2, g, dtype: DType.Float64) } },
            Normal(2, 3));
        yield return Row(
            "ModuleList",
            g => new ModuleList<Linear>(new Linear(3, 3, g, dtype: DType.Float64), new Linear(3, 3, g, dtype: DType.Float64)),
            (list, x) => list.Aggregate(x[0], (y, linear) => y + linear.Forward(y).Tanh()),
            Normal(2, 3));
    }
}
