namespace Backprop.Tests.Reference;

/// <summary>How each operation that the format names is called here.</summary>
sealed class ReferenceTable
{
    readonly Dictionary<string, Func<ReferenceCase, Tensor[]>> calls = [];

    public void Add(string operation, Func<ReferenceCase, Tensor> call) => calls.Add(operation, c => [call(c)]);

    public void AddMany(string operation, Func<ReferenceCase, Tensor[]> call) => calls.Add(operation, call);

    /// <summary>Runs a case's operation; one that is not in the table fails loudly by name.</summary>
    public Tensor[] Run(ReferenceCase c) => calls.TryGetValue(c.Operation, out var call)
        ? call(c)
        : throw new NotSupportedException($"{c.Id}: the operation \"{c.Operation}\" of group {c.Group} is not in the table.");
}

static partial class ReferenceOperations
{
    public static ReferenceTable Table { get; } = Build();

    /// <summary>Groups that are covered; a case of any of them must pass.</summary>
    public static readonly string[] Covered =
    [
        "unary", "binary", "reduce", "shape", "index", "matmul", "einsum", "softmax", "hvp", "loss", "conv", "pool", "resize", "norm", "embedding", "rnn",
        "attention", "optim", "schedule", "init", "clip",
    ];

    static ReferenceTable Build()
    {
        var table = new ReferenceTable();
        AddUnary(table);
        AddBinary(table);
        AddReduce(table);
        AddSoftmax(table);
        AddSorting(table);
        AddShape(table);
        AddIndex(table);
        AddMatmul(table);
        AddEinsum(table);
        AddHvp(table);
        AddLoss(table);
        AddNorm(table);
        AddRecurrent(table);
        AddConvolution(table);
        AddAttention(table);
        AddPooling(table);
        AddResize(table);
        AddOptim(table);
        AddSchedule(table);
        AddInit(table);
        AddClip(table);
        return table;
    }
}
