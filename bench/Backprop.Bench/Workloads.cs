namespace Backprop.Bench;

/// <summary>What is measured, by name. Data are random with fixed seeds and made before the clock starts.</summary>
static class Workloads
{
    // Scopes are the peers'; here nobody disposes of anything, so both workloads are the same.
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
        ["memory-scoped"] = Memory.Mlp,
        ["memory-scoped-gpt"] = Memory.Gpt,
        ["memory-unscoped"] = Memory.Mlp,
        ["memory-unscoped-gpt"] = Memory.Gpt,
        ["roofline"] = Roofline.Measure,
        ["startup"] = Startup.Measure,
    };
}
