using System.Runtime.CompilerServices;
using Backprop.Autograd;
using Xunit;

namespace Backprop.Tests.Autograd;

/// <summary>The debug mode that names the call which first made a NaN or an infinity.</summary>
public sealed class AnomalyTests
{
    static int Line([CallerLineNumber] int line = 0) => line;

    static void Names(AnomalyException e, int line, params string[] words)
    {
        foreach (var word in words) Assert.Contains(word, e.Message, StringComparison.Ordinal);
        Assert.Contains($"{nameof(AnomalyTests)}.cs:{line}", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_NaN_forward_is_named_with_its_place_file_and_line()
    {
        using var scope = Tape.DetectAnomalies();
        Tensor x = new[] { 1.0, 4, -9 };
        var line = 0;
        var e = Assert.Throws<AnomalyException>(() =>
        {
            line = Line(); var y = x.Sqrt();
            return y;
        });
        Names(e, line, "Sqrt", "NaN", "[2]", "[3]");
    }

    [Fact]
    public void Scalars_are_watched_too()
    {
        using var scope = Tape.DetectAnomalies();
        var line = 0;
        Names(Assert.Throws<AnomalyException>(() => { line = Line(); return ((Tensor)(-1.0)).Log(); }), line, "Log", "NaN");
        Names(Assert.Throws<AnomalyException>(() => { line = Line(); return (Tensor)1.0 / 0.0; }), line, "Divide", "infinity");
        Names(Assert.Throws<AnomalyException>(() => { line = Line(); return (Tensor)(-1.0) / 0.0; }), line, "negative infinity");
    }

    [Fact]
    public void The_call_that_made_it_is_blamed_and_not_those_that_pass_it_on()
    {
        Tensor bad = new[] { double.NaN, 1 };
        using var scope = Tape.DetectAnomalies();
        Assert.True(double.IsNaN((bad * 2.0 + 1.0).Sum().Item()));
    }

    [Fact]
    public void A_NaN_backward_is_named_with_the_line_of_the_forward_call()
    {
        using var scope = Tape.DetectAnomalies(infinity: false);
        Tensor x = new[] { 4.0, 0 };
        x.RequiresGrad = true;
        var line = Line(); var root = x.Sqrt();
        // 0 · ∞ in the square root's rule.
        var y = (root * Tensor.From(new[] { 1.0, 0 })).Sum();
        Names(Assert.Throws<AnomalyException>(() => y.Backward()), line, "Backward of Sqrt", "NaN", "[1]");
    }

    [Fact]
    public void An_infinity_backward_is_found_if_asked_for()
    {
        Tensor x = new[] { 4.0, 0 };
        x.RequiresGrad = true;
        using (Tape.DetectAnomalies(infinity: false)) x.Sqrt().Sum().Backward();
        using (Tape.DetectAnomalies())
            Assert.Contains("infinity", Assert.Throws<AnomalyException>(() => x.Sqrt().Sum().Backward()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void It_is_off_by_default_and_ends_with_its_scope()
    {
        Tensor x = -1.0;
        Assert.True(double.IsNaN(x.Sqrt().Item()));
        using (Tape.DetectAnomalies())
        {
            using (Tape.DetectAnomalies(nan: false, infinity: false)) Assert.True(double.IsNaN(x.Sqrt().Item()));
            Assert.Throws<AnomalyException>(() => x.Sqrt());
        }
        Assert.True(double.IsNaN(x.Sqrt().Item()));
        x.RequiresGrad = true;
        Assert.Null(x.Exp().Node!.Source);
    }

    [Fact]
    public void Infinities_are_optional_and_NaN_too()
    {
        using (Tape.DetectAnomalies(infinity: false)) Assert.Equal(double.PositiveInfinity, ((Tensor)1.0 / 0.0).Item());
        using (Tape.DetectAnomalies(nan: false))
        {
            Assert.True(double.IsNaN(((Tensor)(-1.0)).Sqrt().Item()));
            Assert.Throws<AnomalyException>(() => (Tensor)1.0 / 0.0);
        }
    }

    [Fact]
    public void Sources_are_kept_if_asked_for()
    {
        Tensor x = new[] { 1.0, 2 };
        x.RequiresGrad = true;
        using (Tape.KeepSources())
        {
            var line = Line(); var y = x.Exp();
            Assert.Equal(line, y.Node!.Source!.Line);
            Assert.EndsWith($"{nameof(AnomalyTests)}.cs", y.Node.Source.File, StringComparison.Ordinal);
        }
        Assert.Null(x.Exp().Node!.Source);
    }

    [Fact]
    public void The_inside_of_gradients_is_watched()
    {
        using var scope = Tape.DetectAnomalies();
        Assert.Throws<AnomalyException>(() => Gradient.Of(x => x.Sqrt().Sum())(Tensor.From(new[] { 0.0, 1 })));
    }
}
