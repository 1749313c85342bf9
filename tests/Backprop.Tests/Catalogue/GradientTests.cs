using Backprop.Autograd;
using Backprop.Formulas;
using Backprop.Ops;
using Xunit;

namespace Backprop.Tests.Catalogue;

/// <summary>Derivatives of every operation in the catalogue.</summary>
public sealed class GradientTests
{
    public static TheoryData<string> Names => [.. OperationCatalogue.Rows.Select(row => row.Name)];

    static CatalogueRow Find(string name) => OperationCatalogue.Rows.Single(row => row.Name == name);

    [Theory]
    [MemberData(nameof(Names))]
    public void First_derivatives_agree_with_central_differences(string name)
    {
        var row = Find(name);
        Gradient.Check(row.Function, row.At).ThrowIfFailed();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Second_derivatives_agree_with_central_differences(string name)
    {
        var row = Find(name);
        // The gradient of a weighted sum is itself a function to be differentiated; the weights keep errors from cancelling.
        Tensor Weighted(Tensor[] x)
        {
            var y = row.Function(x);
            return (y * (y + 0.3)).Sum();
        }
        for (var k = 0; k < row.At.Length; k++)
        {
            var argument = k;
            Gradient.Check(x => Gradient.Of(Weighted)(x)[argument], row.At, step: 1e-5, tolerance: 2e-6).ThrowIfFailed();
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Forward_and_reverse_mode_agree(string name)
    {
        var row = Find(name);
        var directions = Array.ConvertAll(row.At, x => x * 0.5 + 0.25);
        var (value, tangent) = Gradient.Jvp(row.Function, row.At, directions);
        var cotangent = value * 0.7 + 0.1;
        var pulled = Gradient.Vjp(row.Function, row.At).Pullback(cotangent);
        var along = directions.Select((v, k) => (v * pulled[k]).Sum().Item()).Sum();
        var across = (cotangent * tangent).Sum().Item();
        Assert.Equal(across, along, 1e-9 * Math.Max(1, Math.Abs(across)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Single_precision_follows_double_precision(string name)
    {
        var row = Find(name);
        var single = Array.ConvertAll(row.At, x => x.As(DType.Float32));
        var (value, pullback) = Gradient.Vjp(row.Function, row.At);
        var (value32, pullback32) = Gradient.Vjp(row.Function, single);
        Assert.Equal(DType.Float32, value32.DType);
        Assert.True(value32.AllClose(value, 1e-4, 1e-5), $"{value32}\n{value}");
        var dx = pullback(Tensor.OnesLike(value));
        var dx32 = pullback32(Tensor.OnesLike(value32));
        for (var k = 0; k < dx.Length; k++)
        {
            Assert.Equal(DType.Float32, dx32[k].DType);
            Assert.Equal(row.At[k].Shape, dx32[k].Shape);
            Assert.True(dx32[k].AllClose(dx[k], 1e-3, 1e-4), $"argument {k}: {dx32[k]}\n{dx[k]}");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Operands_are_left_as_they_were(string name)
    {
        var row = Find(name);
        var before = Array.ConvertAll(row.At, x => x.ToArray<double>());
        var (value, pullback) = Gradient.Vjp(row.Function, row.At);
        var dy = Tensor.OnesLike(value);
        pullback(dy);
        for (var k = 0; k < before.Length; k++) Assert.Equal(before[k], row.At[k].ToArray<double>());
        Assert.True(dy.SequenceEqual(Tensor.OnesLike(value)));
    }

    /// <summary>Operations that are no rows of their own; each with the reason.</summary>
    static readonly Dictionary<Type, string> exempt = new()
    {
        [typeof(Variable)] = "marks variables; every gradient test runs it",
        [typeof(Cast)] = "rounds, which differences cannot follow; the dtype tests check it",
        [typeof(Unary<>)] = "its formulas are listed one by one",
        [typeof(Binary<>)] = "its formulas are listed one by one",
        [typeof(Ternary<>)] = "its formulas are listed one by one",
    };

    [Fact]
    public void Every_operation_and_formula_is_in_the_catalogue()
    {
        var seen = new HashSet<Type>();
        foreach (var row in OperationCatalogue.Rows)
        {
            var x = Array.ConvertAll(row.At, t => t.Detach());
            foreach (var t in x) t.RequiresGrad = true;
            Collect(row.Function(x), seen);
            // Derivatives are made of operations too.
            foreach (var d in Gradient.Of(row.Function(x).Sum(), x, createGraph: true)) Collect(d, seen);
        }
        var types = typeof(Op).Assembly.GetTypes();
        var operations = types.Where(t => t.IsSubclassOf(typeof(Op)) && t.IsVisible && !t.IsAbstract && !exempt.ContainsKey(t) && HasDerivative(t));
        var formulas = types.Where(t => t.IsValueType && t.IsPublic && t.GetInterfaces().Any(i => i.IsGenericType
            && i.GetGenericTypeDefinition() is var d && (d == typeof(IFormula<>) || d == typeof(IFormula2<>) || d == typeof(ITernary<>))
            && !IsTruth(t)));
        Assert.Empty(operations.Concat(formulas).Where(t => !seen.Contains(t)).Select(t => t.Name));
    }

    static bool HasDerivative(Type op) => op.GetMethod(nameof(Op.Backward))!.DeclaringType != typeof(Op);

    static bool IsTruth(Type formula) => truths.Contains(formula);

    static readonly HashSet<Type> truths =
    [
        typeof(Equal), typeof(NotEqual), typeof(Less), typeof(LessEqual), typeof(Greater), typeof(GreaterEqual),
        typeof(And), typeof(Or), typeof(Xor), typeof(Not), typeof(IsNaN), typeof(IsInfinite), typeof(IsFinite),
    ];

    static void Collect(Tensor root, HashSet<Type> seen)
    {
        var waiting = new Stack<Tensor>([root]);
        var visited = new HashSet<Node>();
        while (waiting.TryPop(out var x))
        {
            if (x.Node is not { } node || !visited.Add(node)) continue;
            var type = node.Op.GetType();
            seen.Add(type.IsGenericType ? type.GetGenericArguments()[0] : type);
            foreach (var input in node.Inputs) waiting.Push(input);
        }
    }
}
