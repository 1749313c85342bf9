namespace Backprop.Tests.Reference;

static partial class ReferenceOperations
{
    static void AddBinary(ReferenceTable t)
    {
        t.Add("add", c => c["a"] + c["b"]);
        t.Add("sub", c => c["a"] - c["b"]);
        t.Add("mul", c => c["a"] * c["b"]);
        t.Add("div", c => c["a"] / c["b"]);
        t.Add("pow", c => c["a"].Pow(c["b"]));
        t.Add("maximum", c => c["a"].Maximum(c["b"]));
        t.Add("minimum", c => c["a"].Minimum(c["b"]));
        t.Add("atan2", c => c["a"].Atan2(c["b"]));
        t.Add("logaddexp", c => c["a"].LogAddExp(c["b"]));
        t.Add("hypot", c => c["a"].Hypot(c["b"]));
        t.Add("remainder", c => c["a"].Remainder(c["b"]));
        t.Add("fmod", c => c["a"].Fmod(c["b"]));
        t.Add("squared_difference", c => c["a"].SquaredDifference(c["b"]));
        t.Add("add_alpha", c => c["a"].AddScaled(c["b"], c.Double("alpha")));
        t.Add("lerp", c => c["a"].Lerp(c["b"], c["weight"]));
        t.Add("where", c => Tensor.Where(c["condition"], c["a"], c["b"]));
        t.Add("masked_fill", c => c["x"].MaskedFill(c["mask"], c.Double("value")));
        t.Add("equal", c => c["a"].Equal(c["b"]));
        t.Add("not_equal", c => c["a"].NotEqual(c["b"]));
        t.Add("less", c => c["a"] < c["b"]);
        t.Add("less_equal", c => c["a"] <= c["b"]);
        t.Add("greater", c => c["a"] > c["b"]);
        t.Add("greater_equal", c => c["a"] >= c["b"]);
        t.Add("logical_and", c => c["a"] & c["b"]);
        t.Add("logical_or", c => c["a"] | c["b"]);
        t.Add("logical_xor", c => c["a"].Xor(c["b"]));
        t.Add("logical_not", c => !c["a"]);
        t.Add("is_nan", c => c["a"].IsNaN());
        t.Add("is_inf", c => c["a"].IsInfinite());
        t.Add("is_finite", c => c["a"].IsFinite());
    }
}
