using Backprop.Bench;

namespace TorchSharp.Bench;

/// <summary>What is measured, by the names of Backprop.Bench. Data are random with a fixed seed and made before the clock starts.</summary>
static class Workloads
{
    public static readonly Dictionary<string, Action> All = new()
    {
        ["seed-scalar"] = Scalars.Seed,
        ["dispatch"] = Scalars.Dispatch,
        ["elementwise"] = Elementwise.Maps,
        ["chain"] = Elementwise.Chains,
        ["softmax"] = Rows.Softmax,
        ["cross-entropy"] = Rows.CrossEntropy,
        ["layer-norm"] = Rows.LayerNorm,
        ["adam"] = Training.AdamStep,
        ["matmul"] = Products.Matmul,
        ["conv2d"] = Products.Conv2d,
        ["mlp-small"] = Training.MlpSmall,
        ["mlp-large"] = Training.MlpLarge,
        ["cnn"] = Training.Cnn,
        ["lstm"] = Training.Lstm,
        ["gpt-small"] = () => Training.Gpt(Cases.GptSmall),
        ["gpt-medium"] = () => Training.Gpt(Cases.GptMedium),
        ["latency"] = Inference.Latency,
        ["memory-scoped"] = () => Memory.Mlp(scoped: true),
        ["memory-scoped-gpt"] = () => Memory.Gpt(scoped: true),
        ["memory-unscoped"] = () => Memory.Mlp(scoped: false),
        ["memory-unscoped-gpt"] = () => Memory.Gpt(scoped: false),
        ["startup"] = Startup,
    };

    // The program is the same for both of the ways in which the other side is published: a native library cannot be compiled ahead any further.
    static void Startup()
    {
        foreach (var way in Cases.Publishings) Loops.Start(way, [Environment.ProcessPath!, "first-gradient"]);
    }
}
