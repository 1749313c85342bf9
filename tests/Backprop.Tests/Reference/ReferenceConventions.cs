namespace Backprop.Tests.Reference;

/// <summary>Operations of which a special case (NaN, infinities, kinks) follows another convention than PyTorch's, one line each with the reason.</summary>
static class ReferenceConventions
{
    public static readonly Dictionary<string, string> Reasons = new()
    {
        ["softsign"] = "the slope 1/(1 + |x|)² at ±infinity is its limit 0; PyTorch's composition gives 0·infinity there",
        ["remainder"] = "∂/∂b = −⌊a/b⌋ as IEEE divides, also where a is infinite; PyTorch's floor division gives NaN there",
    };
}
