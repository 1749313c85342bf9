using Backprop.Autograd;
using Backprop.Formulas;
using Backprop.Graphs;
using Backprop.Tests.Documents;
using Backprop.Tests.Formulas;
using CsCheck;
using Xunit;
using Number = Backprop.Formulas.One<double>;

namespace Backprop.Tests.Graphs;

/// <summary>Formulas of graphs and of derivatives, simplified, as text, LaTeX and C#.</summary>
public sealed class FormulaExplanationTests
{
    static Source Simplified(Source source) => new Simplifier().Simplify(source);

    static readonly Source x = new("x"), y = new("y"), z = new("z");

    [Fact]
    public void What_is_simplified_reads_as_in_a_textbook()
    {
        foreach (var (source, text) in new (Source, string)[]
        {
            (x + 0, "x"), (0 + x, "x"), (x * 1, "x"), (1 * x, "x"), (x * 0, "0"), (x - x, "0"), (x / 1, "x"), (x / x, "1"), (-(-x), "x"), (0 - x, "-x"), (-x + y, "y - x"),
            (x + x, "2 * x"), (x * x, "x^2"), (x * x * x, "x^3"), (x * 2 * 3, "6 * x"), (2 * x - 5 * x, "-3 * x"), (x + (y + z), "x + y + z"), (x - (y - z), "x - y + z"),
            (x * (y * z), "x * y * z"), (x / (y / z), "x * z / y"), (x / 3 * 2, "2 * x / 3"), (x / 2, "x / 2"), (1 / (2 * x), "1 / (2 * x)"), (x * x / x, "x"), (1 / x / x, "1 / x^2"),
            (-(x - y), "y - x"), (x * (y + 0 * z), "x * y"), (2 * (x + y), "2 * (x + y)"), (x + 1 - 1, "x"), (1 - (1 - x), "x"), (x * -y, "-x * y"), (-x * -y, "x * y"),
            (Source.Exp(0), "1"), (Source.Log(2), "log(2)"), (Source.Sqrt(4), "2"), (Source.Pow(x, 1), "x"), (Source.Pow(x, 0.5), "sqrt(x)"), (Source.Pow(x, -0.5), "1 / sqrt(x)"), (Source.Pow(Source.Pow(x, 2), 3), "x^6"),
            (Source.Where(Source.Not(x <= 0), y, y), "y"), (Source.Not(x <= 0), "x > 0"), (Source.Where(Source.Equal(x, 0), 0, x * y), "x * y"), (Source.Where(Source.Equal(2, 3), x, y), "y"),
            (Source.Where(x < 0, 1, 0), "x < 0 ? 1 : 0"), (Source.Exp(-x * x), "exp(-x^2)"),
        })
            Assert.Equal(text, new PlainText().Of(Simplified(source)));
    }

    static Source Random(Random random, int depth)
    {
        if (depth == 0) return random.Next(4) switch { 0 => x, 1 => y, 2 => z, _ => (Source)(random.Next(3) == 0 ? 0.5 : random.Next(-3, 4)) };
        Source a = Random(random, depth - 1), b = Random(random, random.Next(depth));
        return random.Next(16) switch
        {
            0 or 1 => a + b,
            2 or 3 => a - b,
            4 or 5 => a * b,
            // Where a divisor is 0, real numbers have nothing to say.
            6 => a / (b * b + 0.5),
            7 => -a,
            8 => Source.Sin(a),
            9 => Source.Exp(Source.Tanh(a)),
            10 => Source.Where(a < b, a, b),
            11 => Source.Max(a, b),
            12 => Source.Sqrt(Source.Abs(a)),
            13 => a * a,
            14 => Source.Pow(random.Next(2) == 0 ? a : 1 / Source.Exp(Source.Tanh(a)), random.Next(4)) / Source.Pow(Source.Exp(Source.Sin(b)), random.Next(-2, 3)),
            _ => Source.Log1p(a * a) - a,
        };
    }

    [Fact]
    public void A_simplified_formula_has_the_same_value() => Gen.Select(Gen.Int[0, 1_000_000], Gen.Int[1, 6]).Sample((seed, depth) =>
    {
        var random = new Random(seed);
        var source = Random(random, depth);
        var simplified = Simplified(source);
        for (var i = 0; i < 4; i++)
        {
            Dictionary<string, Number> at = new() { ["x"] = 4 * random.NextDouble() - 2, ["y"] = 4 * random.NextDouble() - 2, ["z"] = 4 * random.NextDouble() - 2 };
            double wanted = SourceReader.Compute(source.Text, at).V, found = SourceReader.Compute(simplified.Text, at).V;
            if (double.IsFinite(wanted) && Math.Abs(wanted) < 1e6) Assert.True(Math.Abs(wanted - found) <= 1e-6 * Math.Max(1, Math.Abs(wanted)), $"{source} = {wanted}, but {simplified} = {found}");
        }
        Assert.True(Simplified(simplified).Text.Length <= simplified.Text.Length);
    });

    [Fact]
    public void Equal_parts_are_one_object_however_they_are_written()
    {
        var simplifier = new Simplifier();
        Assert.Same(simplifier.Simplify(x * y + z), simplifier.Simplify(x * (2 * y) / 2 - -z));
        Assert.Same(simplifier.Simplify(x * y + z), simplifier.Simplify(z + y * x));
        Assert.Equal("2 * x * y", simplifier.Simplify(x * y + y * x).Text);
    }

    [Fact]
    public void A_price_and_its_derivatives_are_formulas()
    {
        Tensor apple = 100.0, count = 2.0, tax = 1.1;
        Tape.Watch(apple, count, tax);
        var price = apple * count * tax;
        var formula = Explain.Formula(price, apple, count, tax);
        Assert.Equal("price = apple * count * tax\n", formula.ToString());
        Assert.Equal("\\begin{align*}\n\\text{price} &= \\text{apple} \\cdot \\text{count} \\cdot \\text{tax}\n\\end{align*}\n", formula.ToLatex());
        Assert.Equal("static double Price(double apple, double count, double tax) => apple * count * tax;\n", formula.ToCSharp());
        Assert.StartsWith("```math\n\\begin{align*}", formula.ToMarkdown(), StringComparison.Ordinal);
        var derivative = Explain.DerivativeFormula(price, apple, count, tax);
        Assert.Equal("∂price/∂apple", derivative.Name);
        Assert.Equal("∂price/∂apple = count * tax\n", derivative.ToString());
        Assert.Contains("\\frac{\\partial \\text{price}}{\\partial \\text{apple}} &= \\text{count} \\cdot \\text{tax}", derivative.ToLatex(), StringComparison.Ordinal);
        Assert.Equal("static double PriceByApple(double count, double tax) => count * tax;\n", derivative.ToCSharp());
        Assert.Null(apple.Grad);
    }

    [Fact]
    public void Every_operation_has_the_formula_it_is_made_of()
    {
        Tensor x = 0.5, w = 2.0;
        Tape.Watch(x, w);
        Assert.Equal("y = 1 / (1 + exp(-x))\n", Explain.Formula(x.Sigmoid(), x, resultName: "y").ToString());
        Assert.Equal("∂y/∂x = cos(x)\n", Explain.DerivativeFormula(x.Sin(), x, resultName: "y").ToString());
        Assert.Equal("∂y/∂x = w * x^(w - 1)\n", Explain.DerivativeFormula(x.Pow(w), x, w, resultName: "y").ToString());
        Assert.Equal("∂y/∂x = x > 0 ? 1 : 0\n", Explain.DerivativeFormula(x.Relu(), x, resultName: "y").ToString());
        Assert.Contains("\\begin{cases} 1 & \\text{if } x > 0 \\\\ 0 & \\text{otherwise} \\end{cases}", Explain.DerivativeFormula(x.Relu(), x, resultName: "y").ToLatex(), StringComparison.Ordinal);
        Assert.Equal("∂y/∂x = 0\n", Explain.DerivativeFormula(w.Exp(), x, resultName: "y").ToString());
        Assert.Equal("∂w/∂w = 1\n", Explain.DerivativeFormula(w, w).ToString());
        Assert.Equal("∂y/∂x = 2 * x + 3\n", Explain.DerivativeFormula(x * x + 3 * x, x, resultName: "y").ToString());
    }

    [Fact]
    public void What_is_long_and_occurs_again_gets_a_name()
    {
        Tensor x = 0.5;
        Tape.Watch(x);
        var t = (2 * x + 1).Tanh();
        Assert.Equal("t = tanh(2 * x + 1)\n∂y/∂x = 4 * t * (1 - t^2)\n", Explain.DerivativeFormula(t * t, x, t, resultName: "y").ToString());
        Assert.Equal("v1 = tanh(2 * x + 1)\n∂y/∂x = 4 * v1 * (1 - v1^2)\n", Explain.DerivativeFormula(t * t, x, resultName: "y").ToString());
        var code = Explain.DerivativeFormula(t * t, x, t, resultName: "y").ToCSharp();
        Assert.Equal("static double YByX(double x)\n{\n    double t = Math.Tanh(2 * x + 1);\n    return 4 * t * (1 - t * t);\n}\n", code);
    }

    [Fact]
    public void A_chain_that_doubles_stays_short()
    {
        Tensor x = 1.0;
        Tape.Watch(x);
        var y = x;
        for (var i = 0; i < 60; i++) y = (y * y).Sin();
        Assert.True(Explain.DerivativeFormula(y, x).ToString().Length < 20_000);
        for (var i = 0; i < 100; i++) y = y + 1;
        Assert.Contains("220 operations", Assert.Throws<ArgumentException>(() => Explain.Formula(y)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Tensors_are_taken_element_by_element_with_their_sums_and_means()
    {
        Tensor x = new[] { 1.0, 2.0 }, t = new[] { 0.5, 1.5 }, w = 3.0;
        Tape.Watch(w, x);
        var error = w * x - t;
        var loss = (error * error).Mean();
        Assert.Equal("loss = mean((w * x - t)^2)\n", Explain.Formula(loss, w, x, t).ToString());
        Assert.Equal("∂loss/∂x = (w * x - t) * w\n", Explain.DerivativeFormula(loss, x, w, t).ToString());
        Assert.Equal("∂loss/∂w = sum((w * x - t) * x)\n", Explain.DerivativeFormula(loss, w, x, t).ToString());
        Assert.Contains("static Tensor LossByW(Tensor w, Tensor x, Tensor t) => ((w * x - t) * x).Sum();", Explain.DerivativeFormula(loss, w, x, t).ToCSharp(), StringComparison.Ordinal);
        Assert.Equal("∂y/∂w = 2\n", Explain.DerivativeFormula((w + 0 * t).Sum(), w, t, resultName: "y").ToString());
        Tensor m = Tensor.Ones([2, 2], DType.Float64);
        Tape.Watch(m);
        var y = m.MatMul(x).Sum();
        Assert.Equal("y = sum(matMul(m, x))\n", Explain.Formula(y, m, x).ToString());
        Assert.Contains("MatMul, which is no formula", Assert.Throws<ShapeException>(() => Explain.DerivativeFormula(y, m)).Message, StringComparison.Ordinal);
        Assert.Contains("error has shape [2]", Assert.Throws<ShapeException>(() => Explain.DerivativeFormula(error, w)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_fused_function_is_read_as_its_calls()
    {
        Tensor x = 0.5, w = 2.0;
        Tape.Watch(x, w);
        var f = Tensor.Fuse((a, b) => (a * b + 1).Tanh());
        var y = f(x, w);
        Assert.Equal("y = tanh(x * w + 1)\n", Explain.Formula(y, x, w).ToString());
        Assert.Equal("∂y/∂x = (1 - tanh(x * w + 1)^2) * w\n", Explain.DerivativeFormula(y, x, w).ToString());
    }

    [Fact]
    public void The_formula_of_a_derivative_has_the_derivatives_value() => Gen.Select(Gen.Int[0, 1_000_000], Gen.Int[1, 8]).Sample((seed, steps) =>
    {
        var random = new Random(seed);
        Tensor x = random.NextDouble() + 0.5, w = random.NextDouble() + 0.5;
        Tape.Watch(x, w);
        var made = new List<Tensor> { x, w };
        for (var i = 0; i < steps; i++)
        {
            Tensor a = made[random.Next(made.Count)], b = made[^1];
            made.Add(random.Next(12) switch
            {
                0 => a + b,
                1 => a * b,
                2 => a - 2 * b,
                3 => b.Sin(),
                4 => a / (b * b + 1),
                5 => b.Sigmoid(),
                6 => b.Relu(),
                7 => b.Gelu(),
                8 => a.Maximum(b),
                9 => (b * b + 1).Pow(a.Tanh()),
                10 => b.Softplus(),
                _ => Tensor.Where(b > a, b, a * b),
            });
        }
        var y = made[^1] + x;
        var formula = Explain.DerivativeFormula(y, x, w, inputName: "x", aName: "w", resultName: "y");
        var names = new Dictionary<string, Number> { ["x"] = x.Item(), ["w"] = w.Item() };
        Assert.Equal(Gradient.Of(y, [x])[0].Item(), Value(formula.Lines, names), 1e-6 * Math.Max(1, Math.Abs(Gradient.Of(y, [x])[0].Item())));
        Assert.Equal(y.Item(), Value(Explain.Formula(y, x, w, aName: "x", bName: "w", resultName: "y").Lines, names), 1e-6 * Math.Max(1, Math.Abs(y.Item())));
    });

    static double Value(IEnumerable<(string Name, Source Value)> lines, Dictionary<string, Number> names)
    {
        Number last = 0;
        foreach (var (name, value) in lines) names[name] = last = SourceReader.Compute(value.Text, names);
        return last.V;
    }

    [Fact]
    public void The_csharp_compiles_and_computes_the_same()
    {
        Tensor x = 0.7, k = 3.0;
        Tape.Watch(x, k);
        var y = ((x * x + 1 / (1 + x.Exp())).Erf() + (x.Expm1() * k.Log1p()) + x.Relu() / 2 + (x > 0.5).As(DType.Float64) * x.Maximum(2) + x.Pow(k)).Sigmoid();
        string[] code =
        [
            Explain.Formula(y, x, k).ToCSharp(), Explain.DerivativeFormula(y, x, k).ToCSharp(), Explain.DerivativeFormula(y, k, x).ToCSharp(),
            Explain.Formula(x * 2, x, resultName: "class", aName: "a b; System.Console.Beep(); //").ToCSharp(),
        ];
        var printed = ProgramRunner.Run($"""
            using Backprop.Formulas;
            Console.WriteLine(Y({Operands(code[0])}).ToString("R", System.Globalization.CultureInfo.InvariantCulture));
            Console.WriteLine(YByX({Operands(code[1])}).ToString("R", System.Globalization.CultureInfo.InvariantCulture));
            Console.WriteLine(YByK({Operands(code[2])}).ToString("R", System.Globalization.CultureInfo.InvariantCulture));
            Console.WriteLine(Class(4));
            {string.Concat(code)}
            """).Split('\n');
        var gradients = Gradient.Of(y, [x, k]);
        Assert.Equal(y.Item(), double.Parse(printed[0], System.Globalization.CultureInfo.InvariantCulture), 1e-12);
        Assert.Equal(gradients[0].Item(), double.Parse(printed[1], System.Globalization.CultureInfo.InvariantCulture), 1e-12);
        Assert.Equal(gradients[1].Item(), double.Parse(printed[2], System.Globalization.CultureInfo.InvariantCulture), 1e-12);
        Assert.Equal("8", printed[3]);

        // By name, in whatever order the formula has them.
        static string Operands(string code) => string.Join(", ", System.Text.RegularExpressions.Regex.Matches(code.Split('\n')[0], @"double (\w+)[,)]").Select(m => $"{m.Groups[1].Value}: {(m.Groups[1].Value == "x" ? "0.7" : "3")}"));
    }

    [Fact]
    public void Names_cannot_become_markup_or_code()
    {
        const string hostile = "}\\input{x}$`</script>\n; Environment.Exit(1); //";
        Tensor x = Tensor.Scalar(2.0).Named(hostile);
        Tape.Watch(x);
        var formula = Explain.Formula((x * x).Named(hostile), resultName: "");
        Assert.DoesNotContain("\\input", formula.ToLatex().Replace("\\textbackslash{}input", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("`", formula.ToMarkdown().Replace("```", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("\n;", formula.ToString(), StringComparison.Ordinal);
        Assert.Matches(@"^static double \w+\(double \w+\) => \w+ \* \w+;\n$", formula.ToCSharp());
    }

    [Fact]
    public void In_latex_what_is_a_sign_is_no_text()
    {
        Tensor x1 = 2.0, rate = 3.0;
        Tape.Watch(x1, rate);
        var y = (x1 * rate - 1) / rate;
        Assert.Equal("\\begin{align*}\ny &= \\frac{x_{1} \\cdot \\text{rate} - 1}{\\text{rate}}\n\\end{align*}\n", Explain.Formula(y, x1, rate).ToLatex());
        Assert.Contains("-2 \\cdot x_{1}", Explain.Formula(-2 * x1, x1, resultName: "y").ToLatex(), StringComparison.Ordinal);
        Assert.DoesNotContain("ensuremath", Explain.Derivative(y, x1, rate).ToLatex(), StringComparison.Ordinal);
    }

    [Fact]
    public void Different_inputs_of_one_name_stay_different()
    {
        Tensor a = Tensor.Scalar(2.0).Named("x"), b = Tensor.Scalar(3.0).Named("x");
        Tape.Watch(a, b);
        Assert.Equal("y = x * x2\n", Explain.Formula(a * b, resultName: "y").ToString());
    }
}
