namespace Backprop.Tests.Reference;

static partial class ReferenceOperations
{
    static void AddUnary(ReferenceTable t)
    {
        t.Add("relu", c => c["x"].Relu());
        t.Add("sigmoid", c => c["x"].Sigmoid());
        t.Add("tanh", c => c["x"].Tanh());
        t.Add("exp", c => c["x"].Exp());
        t.Add("expm1", c => c["x"].Expm1());
        t.Add("exp2", c => c["x"].Exp2());
        t.Add("log", c => c["x"].Log());
        t.Add("log1p", c => c["x"].Log1p());
        t.Add("log2", c => c["x"].Log2());
        t.Add("log10", c => c["x"].Log10());
        t.Add("sqrt", c => c["x"].Sqrt());
        t.Add("rsqrt", c => c["x"].Rsqrt());
        t.Add("square", c => c["x"].Square());
        t.Add("reciprocal", c => c["x"].Reciprocal());
        t.Add("abs", c => c["x"].Abs());
        t.Add("sign", c => c["x"].Sign());
        t.Add("floor", c => c["x"].Floor());
        t.Add("ceil", c => c["x"].Ceiling());
        t.Add("trunc", c => c["x"].Truncate());
        t.Add("round", c => c["x"].Round());
        t.Add("sin", c => c["x"].Sin());
        t.Add("cos", c => c["x"].Cos());
        t.Add("tan", c => c["x"].Tan());
        t.Add("asin", c => c["x"].Asin());
        t.Add("acos", c => c["x"].Acos());
        t.Add("atan", c => c["x"].Atan());
        t.Add("sinh", c => c["x"].Sinh());
        t.Add("cosh", c => c["x"].Cosh());
        t.Add("asinh", c => c["x"].Asinh());
        t.Add("acosh", c => c["x"].Acosh());
        t.Add("atanh", c => c["x"].Atanh());
        t.Add("erf", c => c["x"].Erf());
        t.Add("erfc", c => c["x"].Erfc());
        t.Add("silu", c => c["x"].Silu());
        t.Add("mish", c => c["x"].Mish());
        t.Add("softsign", c => c["x"].Softsign());
        t.Add("logsigmoid", c => c["x"].LogSigmoid());
        t.Add("tanhshrink", c => c["x"].TanhShrink());
        t.Add("selu", c => c["x"].Selu());
        t.Add("relu6", c => c["x"].Relu6());
        t.Add("hardsigmoid", c => c["x"].HardSigmoid());
        t.Add("hardswish", c => c["x"].HardSwish());
        t.Add("neg", c => -c["x"]);
        t.Add("gelu", c => c["x"].Gelu(c.String("approximate") == "tanh"));
        t.Add("softplus", c => c["x"].Softplus(c.Double("beta"), c.Double("threshold")));
        t.Add("softshrink", c => c["x"].SoftShrink(c.Double("lambd")));
        t.Add("hardshrink", c => c["x"].HardShrink(c.Double("lambd")));
        t.Add("elu", c => c["x"].Elu(c.Double("alpha")));
        t.Add("celu", c => c["x"].Celu(c.Double("alpha")));
        t.Add("leaky_relu", c => c["x"].LeakyRelu(c.Double("negative_slope")));
        t.Add("hardtanh", c => c["x"].HardTanh(c.Double("min"), c.Double("max")));
        t.Add("clamp", c => c["x"].Clamp(c.DoubleOrNull("min") ?? double.NegativeInfinity, c.DoubleOrNull("max") ?? double.PositiveInfinity));
        t.Add("threshold", c => c["x"].Threshold(c.Double("threshold"), c.Double("value")));
        t.Add("pow_scalar", c => c["x"].Pow(c.Double("exponent")));
        t.Add("glu", c => c["x"].Glu(c.Int("dim")));
        t.Add("prelu", c => c["x"].Prelu(c["weight"]));
    }
}
