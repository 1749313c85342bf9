using Backprop.Tests.Documents;
using Xunit;

namespace Backprop.Tests.Steps;

/// <summary>The single-file programs of steps/ run and print what they should.</summary>
public sealed class StepTests
{
    static string Run(string name)
    {
        var path = Repository.PathOf("steps", $"{name}.cs");
        return ProgramRunner.Run(File.ReadAllText(path), path);
    }

    static string[] Seed => File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Reference", "seed", "stdout.txt"));

    static string Lines(params ReadOnlySpan<string> lines) => string.Concat(lines.ToArray().Select(line => line + "\n"));

    [Fact]
    public void Apples_print_the_tutorials_lines() => Assert.Equal(Lines(Seed.AsSpan(0, 5)), Run("01-apples"));

    [Fact]
    public void Oranges_print_the_tutorials_lines() => Assert.Equal(Lines(Seed.AsSpan(5)), Run("02-oranges"));

    [Fact]
    public void Relu_shows_its_mask() => Assert.Equal(
        Lines(
            "x", "[[ 1.  -0.5]", " [-2.   3. ]]",
            "forward", "[[1. 0.]", " [0. 3.]]",
            "mask: where nothing passes", "[[False  True]", " [ True False]]",
            "backward", "[[-0.1  0. ]", " [ 0.  -1.1]]",
            "dout is as it was", "[[-0.1  3. ]", " [ 1.3 -1.1]]"),
        Run("03-relu"));

    [Fact]
    public void Sigmoid_remembers_its_output() => Assert.Equal(
        Lines(
            "x        [-2.  0.  2.]",
            "forward  [0.11920292 0.5        0.88079708]",
            "output   [0.11920292 0.5        0.88079708]",
            "backward [0.10499359 0.25       0.10499359]",
            "Sigmoid: nothing is remembered yet. Call Forward first; Backward uses what Forward remembers."),
        Run("04-sigmoid"));

    [Fact]
    public void A_layer_of_ones_own_is_checked_and_a_slip_is_found() => Assert.Equal(
        Lines(
            "swish      [-0.26894142  0.31122967  1.76159416]",
            "its slope  [0.07232949 0.73996119 1.09078425]",
            "checked    True",
            "with slope True",
            "wrong      False: at [0] the rule says -0.8614, differences say 0.8614"),
        Run("05-your-own-layer"));

    [Fact]
    public void The_tape_gives_the_same_numbers() => Assert.Equal(
        Lines(
            "price              715.0000000000001",
            "∂price/∂apple      2.2",
            "∂price/∂apples     110.00000000000001",
            "∂price/∂orange     3.3000000000000003",
            "∂price/∂oranges    165.0",
            "∂price/∂tax        650.0",
            "∂²price/∂apple∂n   1.1"),
        Run("06-the-tape"));

    [Fact]
    public void Digits_are_learnt() => Assert.Equal(Lines("more than 95 of 100 digits told right: True"), Run("07-digits"));

    [Fact]
    public void Every_step_is_tested() => Assert.Equal(7, Directory.GetFiles(Repository.PathOf("steps"), "*.cs").Length);
}
