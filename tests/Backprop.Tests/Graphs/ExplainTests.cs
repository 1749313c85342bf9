using Backprop.Autograd;
using Backprop.Graphs;
using CsCheck;
using Xunit;

namespace Backprop.Tests.Graphs;

/// <summary>Derivatives told path by path.</summary>
public sealed class ExplainTests
{
    static Tensor[] Watched(params double[] values)
    {
        var tensors = values.Select(v => Tensor.Scalar(v)).ToArray();
        Tape.Watch(tensors);
        return tensors;
    }

    [Fact]
    public void The_price_of_apples_is_the_books_chain()
    {
        Tensor apple = 100.0, count = 2.0, tax = 1.1;
        Tape.Watch(apple, count, tax);
        var applePrice = apple * count;
        var price = applePrice * tax;
        var explanation = Explain.Derivative(price, apple, applePrice, count, tax);
        Assert.Equal("""
            Forward:
              applePrice = apple × count = 200
              price = applePrice × tax = 220
            One path leads from price back to apple; the local derivatives along it are multiplied:
              ∂price/∂apple = ∂price/∂applePrice · ∂applePrice/∂apple = 1.1 · 2 = 2.2

            """, explanation.ToString(), ignoreLineEndingDifferences: true);
        Assert.Equal(2.2, explanation.Value, 1e-12);
        Assert.Contains("`∂price/∂apple = ∂price/∂applePrice · ∂applePrice/∂apple = 1.1 · 2 = 2.2`", explanation.ToMarkdown(), StringComparison.Ordinal);
        Assert.Contains("\\frac{\\partial \\text{price}}{\\partial \\text{applePrice}} \\cdot", explanation.ToLatex(), StringComparison.Ordinal);
        var korean = Explain.Derivative(price, apple, applePrice, language: Language.Korean).ToString();
        Assert.Contains("순전파:", korean, StringComparison.Ordinal);
        Assert.Contains("∂price/∂applePrice · ∂applePrice/∂apple = 1.1 · 2 = 2.2", korean, StringComparison.Ordinal);
        Assert.Equal(100, price.Node!.Inputs[0].Node!.Inputs[0].Item());
        Assert.Null(apple.Grad);
    }

    [Fact]
    public void What_lies_beside_the_way_is_called_by_its_name_or_its_number()
    {
        Tensor x = 3.0, w = 2.0;
        Tape.Watch(x, w);
        var y = w.Square() - -x;
        Assert.StartsWith("Forward:\n  u1 = −x = -3\n  y = 4 − u1 = 7\n", Explain.Derivative(y, x).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Several_paths_add_up()
    {
        Tensor x = 3.0;
        Tape.Watch(x);
        var y = x * x + 2 * x;
        var explanation = Explain.Derivative(y, x);
        Assert.Equal(8, explanation.Value);
        Assert.Equal(3, explanation.PathCount);
        Assert.Equal([3, 3, 2], explanation.Paths.Select(p => p.Product));
        Assert.EndsWith("  ∂y/∂x = 3 + 3 + 2 = 8\n", explanation.ToString(), StringComparison.Ordinal);
        Assert.Contains("3 paths lead from y back to x", explanation.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_does_not_depend_or_is_the_result_itself_is_told_so()
    {
        Tensor x = 3.0, other = 5.0;
        Tape.Watch(x, other);
        var y = x.Exp();
        Assert.Equal(0, Explain.Derivative(y, other).Value);
        Assert.Contains("y does not depend on other", Explain.Derivative(y, other).ToString(), StringComparison.Ordinal);
        Assert.Equal(1, Explain.Derivative(y, y).Value);
        Assert.Contains("one to one", Explain.Derivative(y, y).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_million_million_paths_are_counted_not_walked()
    {
        Tensor x = 1.0;
        Tape.Watch(x);
        var y = x;
        for (var i = 0; i < 40; i++) y = 0.5 * y + 0.25 * y;
        var explanation = Explain.Derivative(y, x, mostPaths: 4);
        Assert.Equal(System.Numerics.BigInteger.One << 40, explanation.PathCount);
        Assert.Equal(4, explanation.Paths.Count);
        Assert.Equal(Math.Pow(0.5, 40), explanation.Paths[0].Product, 1e-18);
        Assert.Equal(Math.Pow(0.75, 40), explanation.Value, 1e-12);
        Assert.Contains("1,099,511,627,776 paths", explanation.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Products_along_all_paths_add_up_to_the_derivative() => Gen.Select(Gen.Int[0, 1000], Gen.Int[2, 9]).Sample((seed, steps) =>
    {
        var random = new Random(seed);
        var made = new List<Tensor>(Watched(random.NextDouble() + 0.5, random.NextDouble() + 0.5));
        var x = made[0];
        for (var i = 0; i < steps; i++)
        {
            Tensor a = made[random.Next(made.Count)], b = made[random.Next(made.Count)];
            made.Add(random.Next(5) switch { 0 => a + b, 1 => a * b, 2 => a - b, 3 => a.Sin(), _ => a / (b * b + 1) });
        }
        var y = made[^1] + x;
        var explanation = Explain.Derivative(y, x, mostPaths: 100_000);
        Assert.Equal(explanation.PathCount, explanation.Paths.Count);
        Assert.Equal(Gradient.Of(y, [x])[0].Item(), explanation.Paths.Sum(p => p.Product), 1e-9);
        Assert.Equal(explanation.Value, explanation.Paths.Sum(p => p.Product), 1e-9);
        Assert.All(explanation.Paths, p => Assert.Equal(p.Product, p.Factors.Aggregate(1.0, (product, f) => product * f.Value), 1e-9));
    });

    [Fact]
    public void Tensors_of_several_numbers_are_refused_with_what_would_do()
    {
        Tensor x = new[] { 1.0, 2.0 }, w = 3.0;
        Tape.Watch(x, w);
        var y = (x * w).Sum();
        Assert.Contains("x has shape [2]", Assert.Throws<ShapeException>(() => Explain.Derivative(y, x)).Message, StringComparison.Ordinal);
        Assert.Contains("tensor of shape [2]", Assert.Throws<ShapeException>(() => Explain.Derivative(y, w)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_cannot_become_markup()
    {
        Tensor x = Tensor.Scalar(2.0).Named("`</code><script>$\\input{x}$\n# |");
        Tape.Watch(x);
        var y = (x * x).Named("y");
        var explanation = Explain.Derivative(y, x, inputName: "");
        Assert.DoesNotContain("`<", explanation.ToMarkdown(), StringComparison.Ordinal);
        Assert.DoesNotContain("\n# ", explanation.ToMarkdown(), StringComparison.Ordinal);
        Assert.DoesNotContain("$", explanation.ToLatex().Replace("\\$", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("\\input", explanation.ToLatex(), StringComparison.Ordinal);
        var table = Explain.Sensitivity(y, [x], inputNames: "").ToMarkdown();
        Assert.DoesNotContain("<script>", table.Replace("\\<", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void Sensitivity_puts_first_what_matters_most()
    {
        Tensor apple = 100.0, count = 2.0, tax = 1.1, extra = 5.0;
        Tape.Watch(apple, count, tax, extra);
        var price = apple * count * tax + extra;
        var sensitivity = Explain.Sensitivity(price, [extra, apple, count]);
        Assert.Equal(["apple", "count", "extra"], sensitivity.Inputs.Select(i => i.Name).Order(StringComparer.Ordinal));
        Assert.Equal("extra", sensitivity.Inputs[^1].Name);
        Assert.Equal(220.0 / 225, sensitivity.Inputs[0].Elasticity, 1e-12);
        Assert.Equal(1, sensitivity.Inputs[^1].Derivative);
        var text = sensitivity.ToString();
        Assert.Contains("What price depends on most:", text, StringComparison.Ordinal);
        Assert.Contains("████████████████████████", text, StringComparison.Ordinal);
        Assert.Contains("grows by 1 %, price changes by about 0.97778 %", text, StringComparison.Ordinal);
        Assert.Contains("탄력성", Explain.Sensitivity(price, [apple], Language.Korean).ToString(), StringComparison.Ordinal);
    }
}
