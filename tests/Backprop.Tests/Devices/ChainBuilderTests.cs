using System.Runtime.CompilerServices;
using Backprop.Devices;
using Backprop.Formulas;
using Backprop.Ops;
using Xunit;

namespace Backprop.Tests.Devices;

/// <summary>Which steps of a chain become one loop; that results keep their bits is what the tests of fused functions show.</summary>
public sealed class ChainBuilderTests
{
    static readonly BlockKernel multiply = new BlockKernel<ValueKernel2<Multiply>>(default), add = new BlockKernel<ValueKernel2<Add>>(default);
    static readonly BlockKernel relu = new BlockKernel<ValueKernel<Relu>>(default), exp = new BlockKernel<ValueKernel<Exp>>(default);
    static readonly BlockKernel tanh = new BlockKernel<ValueKernel<Tanh>>(default), log1p = new BlockKernel<ValueKernel<Log1p>>(default);

    static Chain Build(Func<ChainBuilder, int[]> results)
    {
        Assert.SkipUnless(RuntimeFeature.IsDynamicCodeSupported, "Nothing can be composed at run time here.");
        var builder = new ChainBuilder(3);
        return builder.Build(results(builder));
    }

    [Fact]
    public void What_one_step_alone_reads_is_computed_in_its_loop()
    {
        var chain = Build(b => [b.Step(relu, b.Step(add, b.Step(multiply, 0, 1), 2))]);
        Assert.Equal((1, 0), (chain.Steps.Length, chain.Blocks));
        Assert.Equal((0, 1, 2), (chain.Steps[0].A, chain.Steps[0].B, chain.Steps[0].C));
    }

    [Fact]
    public void Operands_of_the_inner_step_come_first()
    {
        var chain = Build(b => [b.Step(add, 2, b.Step(multiply, 0, 1))]);
        Assert.Equal(1, chain.Steps.Length);
        Assert.Equal((0, 1, 2), (chain.Steps[0].A, chain.Steps[0].B, chain.Steps[0].C));
    }

    [Fact]
    public void What_is_read_twice_or_is_a_result_stays()
    {
        int Product(ChainBuilder b) => b.Step(multiply, 0, 1);
        Assert.Equal(2, Build(b => Product(b) is var p ? [b.Step(add, p, p)] : []).Steps.Length);
        Assert.Equal(2, Build(b => Product(b) is var p ? [p, b.Step(relu, p)] : []).Steps.Length);
    }

    [Fact]
    public void Loops_do_not_grow_beyond_four_operands()
    {
        var chain = Build(b => [b.Step(add, b.Step(multiply, 0, 1), b.Step(multiply, b.Step(multiply, 1, 2), 0))]);
        Assert.All(chain.Steps.ToArray(), step => Assert.InRange(step.Kernel.Arity, 1, 4));
        Assert.Equal(2, chain.Steps.Length);
    }

    [Fact]
    public void Loops_do_not_grow_beyond_what_the_compiler_takes()
    {
        Assert.Equal(1, Build(b => [b.Step(multiply, b.Step(log1p, b.Step(exp, 0)), 1)]).Steps.Length);
        Assert.Equal(2, Build(b => [b.Step(tanh, b.Step(log1p, 0))]).Steps.Length);
        Assert.Equal(2, Build(b => [b.Step(tanh, b.Step(tanh, b.Step(tanh, 0)))]).Steps.Length);
        var negate = new BlockKernel<ValueKernel<Negate>>(default);
        var chain = Build(b => [Enumerable.Range(0, 20).Aggregate(0, (value, _) => b.Step(negate, value))]);
        Assert.Equal((3, 1), (chain.Steps.Length, chain.Blocks));
    }
}
