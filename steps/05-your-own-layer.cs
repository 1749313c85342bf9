#!/usr/bin/env dotnet
#:project ../src/Backprop/Backprop.csproj

// Step 5. An operation of your own. Write its formula once; Backprop reads it as a number, as a SIMD register, as a tensor. Leave the
// slope out and it is read off the formula by dual numbers; write it where it is shorter. Check either against finite differences.
using Backprop;
using Backprop.Autograd;
using Backprop.Formulas;

Tensor x = new[] { -1.0, 0.5, 2.0 };

Console.WriteLine($"swish      {x.Map<Swish>()}");
Console.WriteLine($"its slope  {Gradient.Of(t => t.Map<Swish>().Sum())(x)}");
Console.WriteLine($"checked    {Gradient.Check(t => t.Map<Swish>(), x).Passed}");
Console.WriteLine($"with slope {Gradient.Check(t => t.Map<Bump>(), x).Passed}");

var check = Gradient.Check(t => t.Map<Wrong>(), x);
Console.WriteLine($"wrong      {check.Passed}: at {check.Index} the rule says {check.Analytic:F4}, differences say {check.Numeric:F4}");

/// <summary>x·σ(x), its slope left out.</summary>
readonly record struct Swish : IFormula<Swish>
{
    public V Value<V>(V x) where V : IReal<V> => x / (1 + V.Exp(-x));
}

/// <summary>e^(−x²), with its slope −2x·y.</summary>
readonly record struct Bump : IUnary<Bump>
{
    public V Value<V>(V x) where V : IReal<V> => V.Exp(-(x * x));
    public V Slope<V>(V x, V y) where V : IReal<V> => -2 * x * y;
}

/// <summary>The same with a slip in the slope, which the check finds.</summary>
readonly record struct Wrong : IUnary<Wrong>
{
    public V Value<V>(V x) where V : IReal<V> => V.Exp(-(x * x));
    public V Slope<V>(V x, V y) where V : IReal<V> => -2 * y;
}
