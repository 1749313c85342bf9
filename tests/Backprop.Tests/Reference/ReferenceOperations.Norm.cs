using Backprop.Modules;

namespace Backprop.Tests.Reference;

static partial class ReferenceOperations
{
    static void AddNorm(ReferenceTable t)
    {
        t.AddMany("batch_norm", NormaliseBatch);
        t.Add("layer_norm", c => c["x"].LayerNorm(new(c.Ints("normalized_shape")), Optional(c, "weight"), Optional(c, "bias"), c.Double("eps")));
        t.Add("rms_norm", c => c["x"].RmsNorm(new(c.Ints("normalized_shape")), Optional(c, "weight"), c.Double("eps")));
        t.Add("group_norm", c => c["x"].GroupNorm(c.Int("groups"), Optional(c, "weight"), Optional(c, "bias"), c.Double("eps")));
        t.Add("instance_norm", c => c["x"].InstanceNorm(Optional(c, "weight"), Optional(c, "bias"), c.Double("eps")));
        t.Add("local_response_norm", c => c["x"].LocalResponseNorm(c.Int("size"), c.Double("alpha"), c.Double("beta"), c.Double("k")));
        t.Add("normalize", c => c["x"].Normalize(c.Double("p"), c.Int("axis"), c.Double("eps")));
        t.Add("embedding", c => Tensor.Embedding(c["index"], c["weight"], c.IntOrNull("padding_idx")));
    }

    // The module keeps its own parameters, so the operation is called with the case's, and the module gathers the statistics.
    static Tensor[] NormaliseBatch(ReferenceCase c)
    {
        Tensor x = c["x"], mean = c["running_mean"], variance = c["running_var"];
        var (training, epsilon) = (c.Bool("training"), c.Double("eps"));
        var y = x.BatchNorm(Optional(c, "weight"), Optional(c, "bias"), epsilon, training ? null : (mean, variance));
        BatchNorm module = x.Rank switch
        {
            4 => new BatchNorm2d(x.Shape[1], epsilon, c.Double("momentum"), affine: false, dtype: x.DType),
            5 => new BatchNorm3d(x.Shape[1], epsilon, c.Double("momentum"), affine: false, dtype: x.DType),
            _ => new BatchNorm1d(x.Shape[1], epsilon, c.Double("momentum"), affine: false, dtype: x.DType),
        };
        module.LoadState(new Dictionary<string, Tensor> { ["running_mean"] = mean, ["running_var"] = variance, ["num_batches_tracked"] = Tensor.Scalar(0L) });
        if (!training) module.Eval();
        module.Forward(x);
        return [y, module.RunningMean!, module.RunningVariance!];
    }
}
