namespace Backprop.Bench;

/// <summary>What is measured, by name. Data are random with fixed seeds and made before the clock starts.</summary>
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
        ["gpt-small"] = () => Training.Gpt(4, 4, 128, 64, 12),
        ["gpt-medium"] = () => Training.Gpt(6, 6, 384, 256, 4),
        ["latency"] = Inference.Latency,
        ["memory-unscoped"] = () => Memory.Grow(transformer: false),
        ["memory-unscoped-gpt"] = () => Memory.Grow(transformer: true),
    };
}
