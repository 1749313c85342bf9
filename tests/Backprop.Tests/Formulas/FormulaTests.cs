using System.Reflection;
using Backprop.Formulas;
using Backprop.Ops;
using Xunit;
using Number = Backprop.Formulas.One<double>;

namespace Backprop.Tests.Formulas;

/// <summary>Every formula of the library, read in every way there is.</summary>
public sealed class FormulaTests
{
    static IEnumerable<Type> Formulas(params Type[] kinds) => typeof(Op).Assembly.GetTypes()
        .Where(type => type.IsValueType && !type.IsGenericType && type.GetInterfaces().Any(i => i.IsGenericType && kinds.Contains(i.GetGenericTypeDefinition())))
        .OrderBy(type => type.Name, StringComparer.Ordinal);

    // Truths are no numbers.
    static bool IsTruth(Type type) => type.Namespace == "Backprop.Ops" &&
        type.Name is "Equal" or "NotEqual" or "Less" or "LessEqual" or "Greater" or "GreaterEqual" or "And" or "Or" or "Xor" or "Not" or "IsNaN" or "IsInfinite" or "IsFinite";

    static IEnumerable<Type> OfOne => Formulas(typeof(IFormula<>)).Where(type => !IsTruth(type));
    static IEnumerable<Type> OfTwo => Formulas(typeof(IFormula2<>)).Where(type => !IsTruth(type));

    public static TheoryData<string> OneOperand => [.. OfOne.Select(type => type.FullName!)];
    public static TheoryData<string> TwoOperands => [.. OfTwo.Select(type => type.FullName!)];
    public static TheoryData<string> All => [.. OfOne.Concat(OfTwo).Select(type => type.FullName!)];

    /// <summary>
    /// The compiler takes nothing longer than 100 bytes into a loop unless told to; a formula left outside is called for every register, and its first thousands of calls
    /// run without optimisation.
    /// </summary>
    [Fact]
    public void Long_formulas_are_marked_for_inlining() => Assert.Empty(
        from type in Formulas(typeof(IFormula<>), typeof(IFormula2<>), typeof(ITernary<>))
        from method in type.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
        where method.IsGenericMethodDefinition && method.GetMethodBody()?.GetILAsByteArray()?.Length > 100
            && (method.MethodImplementationFlags & MethodImplAttributes.AggressiveInlining) == 0
        select $"{type.Name}.{method.Name}");

    /// <summary>The formula with constants that make sense.</summary>
    static object Instance(Type type)
    {
        var constructor = type.GetConstructors().FirstOrDefault(c => c.GetParameters() is [var p, ..] && p.ParameterType == typeof(double));
        return constructor is null ? Activator.CreateInstance(type)! : constructor.Invoke([.. constructor.GetParameters().Select(p => (object)(p.Name switch
        {
            "Min" => -1.25,
            "Max" => 1.5,
            "Limit" => 2.25,
            "Below" => -2.0,
            "Exponent" => 2.5,
            _ => 0.7,
        }))]);
    }

    static void Run(string test, string type)
    {
        var formula = typeof(Op).Assembly.GetType(type)!;
        try
        {
            typeof(FormulaTests).GetMethod(test, BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(formula).Invoke(null, [Instance(formula)]);
        }
        catch (TargetInvocationException e)
        {
            throw new InvalidOperationException($"{type}: {e.InnerException!.Message}", e.InnerException);
        }
    }

    // Where functions are smooth: away from 0, from whole numbers and from the bounds above.
    static readonly double[] grid = [.. new[] { 1e-3, 0.11, 0.45, 0.83, 1.17, 1.86, 2.61, 3.37, 5.2, 12.6, 33.3 }.SelectMany(x => new[] { x, -x })];

    static readonly double[] edges =
    [
        0.0, -0.0, double.NaN, double.PositiveInfinity, double.NegativeInfinity, 1, -1, 0.5, -0.5, 2, -2, 3, -3, 6, 1e-310, -1e-310, 1e-200, 1e200, -1e200, 88.9, -88.9, 710, -710,
    ];

    static void Close(double expected, double actual, double tolerance, string where)
    {
        if (expected.Equals(actual)) return;
        Assert.True(Math.Abs(expected - actual) <= tolerance * Math.Max(Math.Abs(expected), Math.Abs(actual)) + 1e-15, $"{where}: {expected:R} and {actual:R}");
    }

    static string At(params double[] x) => $"at {string.Join(", ", x.Select(v => v.ToString("R")))}";

    [Theory]
    [MemberData(nameof(OneOperand))]
    public void A_written_slope_is_that_of_dual_numbers(string type) => Run(nameof(Slope), type);

    static void Slope<F>(F f) where F : struct, IFormula<F>
    {
        // This one slope is rounded to float32 on purpose, as PyTorch's is.
        var tolerance = typeof(F) == typeof(HardSigmoid) ? 1e-7 : 2e-12;
        foreach (var at in grid)
        {
            Number x = at;
            var dual = f.Value(new Dual<Number>(x, 1));
            Close(f.Value(x).V, dual.Value.V, 0, At(at));
            Close(dual.Slope.V, F.Pull(f, 1, x, f.Value(x)).V, tolerance, At(at));
        }
    }

    [Theory]
    [MemberData(nameof(TwoOperands))]
    public void Both_written_slopes_are_those_of_dual_numbers(string type) => Run(nameof(Slopes), type);

    static void Slopes<F>(F f) where F : struct, IFormula2<F>
    {
        foreach (var p in grid)
            foreach (var q in grid)
            {
                // Neither at a tie nor where one is a multiple of the other, to be on one side of every kink.
                Number a = p, b = q * 1.0173;
                var y = f.Value(a, b);
                var tolerance = 1e-11 * Math.Max(1, Math.Abs(p / q));
                // Probabilities lie within 0 and 1.
                if (typeof(F).Name == "BinaryCrossEntropyTerm" && (p is < 0.01 or > 0.99 || q is < 0 or > 1)) continue;
                Close(f.Value(new Dual<Number>(a, 1), new Dual<Number>(b, 0)).Slope.V, F.PullA(f, 1, a, b, y).V, tolerance, At(p, q));
                Close(f.Value(new Dual<Number>(a, 0), new Dual<Number>(b, 1)).Slope.V, F.PullB(f, 1, a, b, y).V, tolerance, At(p, q));
                if (F.ConstantSlopeA is { } slopeA) Assert.Equal(slopeA, F.PullA(f, 1, a, b, y).V);
                if (F.ConstantSlopeB is { } slopeB) Assert.Equal(slopeB, F.PullB(f, 1, a, b, y).V);
            }
    }

    [Theory]
    [MemberData(nameof(OneOperand))]
    public void Registers_compute_what_single_numbers_do(string type) => Run(nameof(Registers), type);

    static void Registers<F>(F f) where F : struct, IFormula<F>
    {
        double[] x = [.. grid, .. edges];
        var doubles = Unary<F>.Call(f, x).ToArray<double>();
        var singles = Unary<F>.Call(f, Array.ConvertAll(x, v => (float)v)).ToArray<float>();
        for (var i = 0; i < x.Length; i++)
        {
            Same(f.Value<Number>(x[i]).V, doubles[i], 1e-14, Math.Abs(x[i]), x[i]);
            Same(f.Value(new One<float>((float)x[i])).V, singles[i], 4e-6, Math.Abs((float)x[i]), x[i]);
        }
    }

    // Differences of nearly equal numbers are as exact as these are: the operand's own size counts where the result is small.
    static void Same(double expected, double actual, double tolerance, double size, double at)
    {
        if (expected.Equals(actual))
        {
            Assert.True(expected != 0 || double.IsNegative(expected) == double.IsNegative(actual), $"The sign of zero {At(at)}: {expected} and {actual}");
            return;
        }
        var near = double.IsFinite(expected) && double.IsFinite(actual)
            && Math.Abs(expected - actual) <= tolerance * Math.Max(Math.Abs(expected), Math.Min(size, 1)) + double.Epsilon;
        Assert.True(near, $"{At(at)}: one number gives {expected:R}, a register {actual:R}");
    }

    [Theory]
    [MemberData(nameof(TwoOperands))]
    public void Registers_compute_what_pairs_of_numbers_do(string type) => Run(nameof(PairsInRegisters), type);

    static void PairsInRegisters<F>(F f) where F : struct, IFormula2<F>
    {
        double[] x = [.. grid, .. edges];
        var a = Tensor.From(x).Unsqueeze(1).Expand(x.Length, x.Length);
        var b = a.T;
        var doubles = Binary<F>.Call(f, a, b).ToMatrix<double>();
        for (var i = 0; i < x.Length; i++)
            for (var j = 0; j < x.Length; j++)
            {
                var expected = f.Value<Number>(x[i], x[j]).V;
                if (expected.Equals(doubles[i, j])) continue;
                Same(expected, doubles[i, j], 2e-14, 1, x[i]);
            }
    }

    [Theory]
    [MemberData(nameof(OneOperand))]
    public void A_result_does_not_depend_on_its_place(string type) => Run(nameof(Places), type);

    static void Places<F>(F f) where F : struct, IFormula<F>
    {
        foreach (var dtype in new[] { DType.Float32, DType.Float64 })
            foreach (var at in new[] { 0.83, -1.86, 33.3, -0.0, 1e-3 })
            {
                var alone = AnyBits(Unary<F>.Call(f, Tensor.Full([1], at, dtype)))[0];
                for (var n = 2; n < 40; n += n < 20 ? 1 : 7)
                {
                    var x = Tensor.Full([n], at, dtype);
                    var slope = new Unary<F>(f);
                    Assert.All(AnyBits(Unary<F>.Call(f, x)), bits => Assert.Equal(alone, bits));
                    // Gathered block by block, as views with gaps are.
                    Assert.All(AnyBits(Unary<F>.Call(f, Tensor.Full([n, 2], at, dtype)[.., 0])), bits => Assert.Equal(alone, bits));
                    Assert.Equal(slope, new Unary<F>(f));
                }
            }
    }

    static long[] AnyBits(Tensor x) => [.. x.As(DType.Float64).ToArray<double>().Select(BitConverter.DoubleToInt64Bits)];

    [Fact]
    public void Arithmetic_of_two_scalars_is_bit_by_bit_that_of_arrays()
    {
        double[] x = [.. grid, .. edges];
        Func<Tensor, Tensor, Tensor>[] functions =
        [
            (a, b) => a + b, (a, b) => a - b, (a, b) => a * b, (a, b) => a / b, (a, b) => a % b,
            // Which of 0 and −0 is the larger is left to the hardware: adding 0 makes one of them.
            (a, b) => a.Maximum(b) + 0.0, (a, b) => a.Minimum(b) + 0.0,
            (a, b) => a.SquaredDifference(b), (a, b) => a.Remainder(b), (a, b) => -a * b.Abs(), (a, b) => (a * a).Sqrt() + b.Square(), (a, b) => a.Relu() + b.Clamp(-1, 1),
        ];
        foreach (var f in functions)
            foreach (var p in x)
                foreach (var q in x)
                {
                    var scalar = f(p, q).Item();
                    var array = f(new[] { p }, new[] { q }).Item();
                    Assert.True(double.IsNaN(scalar) ? double.IsNaN(array) : BitConverter.DoubleToInt64Bits(scalar) == BitConverter.DoubleToInt64Bits(array),
                        $"function {Array.IndexOf(functions, f)} {At(p, q)}: {scalar:R} and {array:R}");
                }
    }

    [Fact]
    public void Zeros_keep_their_signs_and_NaN_stays()
    {
        static long[] Bits(Tensor x) => [.. x.ToArray<double>().Select(BitConverter.DoubleToInt64Bits)];
        Tensor zeros = new[] { 0.0, -0.0 };
        Assert.Equal(Bits(new[] { -0.0, 0.0 }), Bits(-zeros));
        Assert.Equal(Bits(new[] { 0.0, 0.0 }), Bits(zeros.Abs()));
        Assert.Equal(Bits(new[] { 0.0, 0.0 }), Bits(zeros.Relu()));
        foreach (var odd in new Func<Tensor, Tensor>[] { x => x.Sin(), x => x.Tan(), x => x.Tanh(), x => x.Sqrt(), x => x.Expm1(), x => x.Log1p(), x => x.Asinh(), x => x.Erf(), x => x.Truncate(), x => x.Round() })
            Assert.Equal(Bits(zeros), Bits(odd(zeros)));
        Tensor nan = new[] { double.NaN };
        foreach (var f in new Func<Tensor, Tensor>[] { x => x.Relu(), x => x.Clamp(-1, 1), x => x.Maximum(0.0), x => x.Minimum(0.0), x => x.HardTanh(), x => x.LeakyRelu(), x => x.Elu(), x => x.Abs() })
            Assert.True(double.IsNaN(f(nan).Item()));
    }

    [Fact]
    public void Formulas_print_as_they_are_written()
    {
        static string Text<F>(F f = default) where F : struct, IFormula<F> => f.Value(new Source("x")).Text;
        static string Text2<F>(F f = default) where F : struct, IFormula2<F> => f.Value(new Source("a"), new Source("b")).Text;
        Assert.Equal("1 / (1 + Exp(-x))", Text<Logistic>());
        Assert.Equal("x <= 0 ? 0 : x", Text<Relu>());
        Assert.Equal("x > 0 ? 1 : x < 0 ? -1 : 0", Text<Sign>());
        Assert.Equal("x * (1 / (1 + Exp(-x)))", Text<Silu>());
        Assert.Equal("Min(x, 0) - Log1p(Exp(-Abs(x)))", Text<LogSigmoid>());
        Assert.Equal("Pow(x, 2.5)", Text(new Power(2.5)));
        Assert.Equal("x > 0 ? x : 0.01 * x", Text(new LeakyRelu(0.01)));
        Assert.Equal("a - b", Text2<Subtract>());
        Assert.Equal("a % b", Text2<Fmod>());
        Assert.Equal("a + -0.5 * b", Text2(new AddScaled(-0.5)));
        Assert.Equal("Min(Max(x, double.NegativeInfinity), 1)", Text(new Clamp(double.NegativeInfinity, 1)));
        Source a = new("a"), b = new("b"), c = new("c");
        Assert.Equal("a - (b - c)", (a - (b - c)).Text);
        Assert.Equal("a - b - c", (a - b - c).Text);
        Assert.Equal("a * (b % c)", (a * Source.Fmod(b, c)).Text);
        Assert.Equal("-(-a)", (-(-a)).Text);
        Assert.Equal("!(a < b && b < c)", Source.Not(Source.And(a < b, b < c)).Text);
        Assert.Equal("(a ? b : c) + 1", (Source.Where(a, b, c) + 1).Text);
        Assert.Equal("a - -1", (a - -1).Text);
        Assert.Equal("1E-12 * a", (1e-12 * a).Text);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void The_text_of_a_formula_means_the_formula(string type) =>
        Run(OfOne.Any(t => t.FullName == type) ? nameof(Text1) : nameof(TextOfTwo), type);

    static void Text1<F>(F f) where F : struct, IFormula<F>
    {
        var text = f.Value(new Source("x")).Text;
        foreach (var x in grid.Concat(edges))
            Assert.Equal(f.Value<Number>(x).V, SourceReader.Compute(text, new() { ["x"] = x }).V);
    }

    static void TextOfTwo<F>(F f) where F : struct, IFormula2<F>
    {
        var text = f.Value(new Source("a"), new Source("b")).Text;
        foreach (var a in grid.Where((_, i) => i % 3 == 0).Concat(edges))
            foreach (var b in grid.Where((_, i) => i % 4 == 0).Concat(edges))
                Assert.Equal(f.Value<Number>(a, b).V, SourceReader.Compute(text, new() { ["a"] = a, ["b"] = b }).V);
    }
}
