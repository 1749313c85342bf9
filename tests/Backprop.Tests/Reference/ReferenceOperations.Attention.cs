using Backprop.Modules;
using Backprop.Randomness;

namespace Backprop.Tests.Reference;

static partial class ReferenceOperations
{
    static void AddAttention(ReferenceTable t)
    {
        t.Add("scaled_dot_product_attention", c => Tensor.ScaledDotProductAttention(
            c["q"], c["k"], c["v"], Optional(c, "allowed") ?? Optional(c, "bias"), c.Bool("causal"), c.DoubleOrNull("scale")));
        t.AddMany("multi_head_attention", MultiHead);
    }

    // The module's own leaves are what has derivatives, so the case's values go in as they are: y is composed of the same parts.
    static Tensor[] MultiHead(ReferenceCase c)
    {
        int heads = c.Int("heads"), width = c["query"].Shape[2];
        var weight = c["in_proj_weight"];
        Tensor Heads(string name, int part)
        {
            var rows = (part * width)..((part + 1) * width);
            var x = Tensor.Linear(c[name], weight[rows], Optional(c, "in_proj_bias")?[rows]);
            return x.Reshape(x.Shape[0], x.Shape[1], heads, width / heads).Permute(1, 2, 0, 3);
        }
        Tensor q = Heads("query", 0), k = Heads("key", 1), v = Heads("value", 2);
        // PyTorch's masks are true where nothing may be seen.
        var mask = c.Has("attn_mask") ? !c["attn_mask"] : c.Has("key_padding_mask") ? !c["key_padding_mask"].Unsqueeze(1).Unsqueeze(1) : null;
        var weights = Tensor.AttentionWeights(q, k, mask);
        var joined = Tensor.ScaledDotProductAttention(q, k, v, mask).Permute(2, 0, 1, 3);
        var y = Tensor.Linear(joined.Reshape(joined.Shape[0], joined.Shape[1], width), c["out_proj_weight"], Optional(c, "out_proj_bias"));
        CheckModule(c, heads, width, y, weights);
        return [y, c.Bool("average_weights") ? weights.Mean(1) : weights];
    }

    // The module with the case's weights must give the same.
    static void CheckModule(ReferenceCase c, int heads, int width, Tensor y, Tensor weights)
    {
        var module = new MultiHeadAttention(width, heads, new Generator(0), bias: c.Has("in_proj_bias"), dtype: y.DType);
        var state = new Dictionary<string, Tensor> { ["in_proj_weight"] = c["in_proj_weight"].Detach(), ["out_proj.weight"] = c["out_proj_weight"].Detach() };
        if (c.Has("in_proj_bias")) (state["in_proj_bias"], state["out_proj.bias"]) = (c["in_proj_bias"].Detach(), c["out_proj_bias"].Detach());
        module.LoadState(state);
        var mask = c.Has("attn_mask") ? !c["attn_mask"] : null;
        var (output, all) = module.ForwardWithWeights(c["query"], c["key"], c["value"], mask, Optional(c, "key_padding_mask"), average: false);
        var lean = module.Forward(c["query"], c["key"], c["value"], mask, Optional(c, "key_padding_mask"));
        if (!output.AllClose(y, 1e-5, 1e-6) || !lean.AllClose(y, 1e-5, 1e-6) || !all.AllClose(weights, 1e-5, 1e-6))
            throw new InvalidDataException($"{c.Id}: the module differs from its parts.");
    }
}
