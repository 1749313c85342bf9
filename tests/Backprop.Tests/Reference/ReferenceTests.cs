using System.Text;
using Backprop.Autograd;
using Backprop.Ops;
using Xunit;

namespace Backprop.Tests.Reference;

/// <summary>Every case of the reference: values and gradients, float64 and float32, within the case's tolerance.</summary>
public sealed class ReferenceTests
{
    public static TheoryData<string> Groups => [.. ReferenceFolder.Groups];

    [Theory]
    [MemberData(nameof(Groups))]
    public void Every_case_of_the_group_agrees(string group)
    {
        var failures = new StringBuilder();
        int run = 0, failed = 0;
        foreach (var c in ReferenceFolder.Cases(group))
        {
            run++;
            var problem = Judge(c);
            if (problem is not null && c.IsSpecial && ReferenceConventions.Reasons.ContainsKey(c.Operation)) continue;
            if (problem is null) continue;
            failed++;
            if (failed <= 40) failures.AppendLine($"{c.Id} ({c.Operation}{(c.IsSpecial ? ", special" : "")}): {problem}");
        }
        Assert.True(run > 0, $"The group {group} has no cases.");
        Assert.True(failed == 0, $"{failed} of {run} cases of {group} failed:\n{failures}");
    }

    [Fact]
    public void Every_group_of_the_format_is_covered() =>
        Assert.Empty(ReferenceFolder.Groups.Except(ReferenceOperations.Covered));

    [Fact]
    public void Every_convention_that_is_listed_still_differs()
    {
        var special = ReferenceOperations.Covered.Intersect(ReferenceFolder.Groups).SelectMany(ReferenceFolder.Cases).Where(c => c.IsSpecial);
        var differing = special.Where(c => ReferenceConventions.Reasons.ContainsKey(c.Operation) && Judge(c) is not null).Select(c => c.Operation);
        Assert.Equal(ReferenceConventions.Reasons.Keys.Order(), differing.Distinct().Order());
    }

    static string? Judge(ReferenceCase c)
    {
        try
        {
            return Compare(c);
        }
        catch (Exception e)
        {
            return $"{e.GetType().Name}: {e.Message}";
        }
    }

    static string? Compare(ReferenceCase c)
    {
        var leaves = c.InputNames.ToDictionary(name => name, name => c.Stored("in", name).Detach());
        foreach (var name in c.Gradients) leaves[name].RequiresGrad = true;
        c.Bind(leaves);
        var outputs = ReferenceOperations.Table.Run(c);
        if (outputs.Length != c.OutputNames.Length) return $"{outputs.Length} outputs, {c.OutputNames.Length} expected";
        for (var i = 0; i < outputs.Length; i++)
            if (ReferenceComparison.Difference(c, $"output {c.OutputNames[i]}", outputs[i], c.Stored("out", c.OutputNames[i])) is { } wrong) return wrong;
        if (c.Gradients.Length == 0) return null;
        Tensor? weighted = null;
        for (var i = 0; i < outputs.Length; i++)
        {
            if (!c.Cotangents.Contains(c.OutputNames[i])) continue;
            // Not (y·c).Sum(): an infinite or NaN output must not spoil the derivatives.
            var part = new Weighted(c.Stored("cot", c.OutputNames[i])).Apply(outputs[i]);
            weighted = weighted is null ? part : weighted + part;
        }
        var gradients = Gradient.Of(weighted!, [.. c.Gradients.Select(name => leaves[name])]);
        for (var i = 0; i < gradients.Length; i++)
            if (ReferenceComparison.Difference(c, $"gradient {c.Gradients[i]}", gradients[i], c.Stored("grad", c.Gradients[i])) is { } wrong) return wrong;
        return null;
    }

    /// <summary>Σ y·c with a value that does not matter and exactly c as its derivative.</summary>
    sealed record Weighted(Tensor Cotangent) : Op
    {
        public override Shape Infer(ReadOnlySpan<Tensor> x) => Shape.Scalar;
        public override Tensor Forward(ReadOnlySpan<Tensor> x) => Tensor.Zeros([], x[0].DType);
        public override void Backward(Node node, Tensor dy, Span<Tensor?> dx) => dx[0] = Cotangent;
    }
}
