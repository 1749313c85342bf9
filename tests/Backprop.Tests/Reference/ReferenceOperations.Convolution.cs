using Backprop.Ops;

namespace Backprop.Tests.Reference;

static partial class ReferenceOperations
{
    static void AddConvolution(ReferenceTable t)
    {
        foreach (var operation in new[] { "conv1d", "conv2d", "conv3d" })
            t.Add(operation, c => PlainConvolution.Call(
                c["x"], c["weight"], Optional(c, "bias"), List(c, "stride"), List(c, "padding"), List(c, "dilation"), c.Int("groups")));
        foreach (var operation in new[] { "conv_transpose1d", "conv_transpose2d" })
            t.Add(operation, c => TransposedConvolution.Call(
                c["x"], c["weight"], Optional(c, "bias"), List(c, "stride"), List(c, "padding"), List(c, "output_padding"), c.Int("groups"), List(c, "dilation")));
    }

    static ValueList<int> List(ReferenceCase c, string name) => [.. c.Ints(name)];
}
