using System.Globalization;
using System.Text.RegularExpressions;
using Backprop.Cli;
using Backprop.Formats;
using Xunit;

namespace Backprop.Tests.Cli;

/// <summary>The command as a user meets it: what it prints, where, and its exit code.</summary>
public sealed partial class CliTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("backprop-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    string PathOf(string name) => Path.Combine(folder, name);

    static (int Code, string Output, string Error) Run(params string[] arguments)
    {
        using StringWriter output = new(CultureInfo.InvariantCulture), error = new(CultureInfo.InvariantCulture);
        var code = App.Run(arguments, output, error);
        return (code, output.ToString().ReplaceLineEndings("\n"), error.ToString().ReplaceLineEndings("\n"));
    }

    [GeneratedRegex(@"test accuracy (?<value>0\.\d{4})\n")]
    private static partial Regex Accuracy();

    static double LastAccuracy(string output) => double.Parse(Accuracy().Matches(output)[^1].Groups["value"].Value, CultureInfo.InvariantCulture);

    [Fact]
    public void Apples_prints_the_tutorials_output_byte_for_byte()
    {
        var (code, output, error) = Run("apples");
        Assert.Equal((0, ""), (code, error));
        Assert.Equal(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Reference", "seed", "stdout.txt")), output);
    }

    [Fact]
    public void Explain_tells_every_derivative_and_what_matters()
    {
        var (code, output, error) = Run("explain", "applePrice = apple * count; price = applePrice * tax", "apple=100", "count=2", "tax=1.1", "--language", "en");
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("  ∂price/∂apple = ∂price/∂applePrice · ∂applePrice/∂apple = 1.1 · 2 = 2.2\n", output, StringComparison.Ordinal);
        Assert.Contains("  ∂price/∂tax = 200\n", output, StringComparison.Ordinal);
        Assert.Contains("What price depends on most:", output, StringComparison.Ordinal);
        Assert.Contains("경로는 하나입니다", Run("explain", "x * y", "x=2", "y=3", "--language", "ko").Output, StringComparison.Ordinal);
        Assert.Contains("\\begin{align*}", Run("explain", "exp(-x ^ 2)", "x=1", "--format", "latex").Output, StringComparison.Ordinal);
        Assert.Equal("result = 14.0\n", Run("explain", "2 + 3 * 4").Output);
    }

    [Theory]
    [InlineData("apple * * tax", "apple * * tax\n        ^ \"*\", where a number, a name or \"(\" is expected\n")]
    [InlineData("apple +", "apple +\n       ^ the end, where a number, a name or \"(\" is expected\n")]
    [InlineData("max(apple", "max(apple\n         ^ the end, where an operator, \",\" or \")\" is expected\n")]
    [InlineData("a = apple\n1.2.3", "1.2.3\n^ \"1.2.3\" is no number\n")]
    [InlineData("exp(apple, 2)", "exp(apple, 2)\n^ exp takes 1 operand, not 2\n")]
    [InlineData("apple * taxx", "apple * taxx\n        ^ taxx has no value; give it one: taxx=1\n")]
    [InlineData("2", "apple has a value but does not occur in the expression.\n")]
    public void Bad_expressions_show_the_place_and_what_was_expected(string expression, string message) =>
        Assert.Equal((2, "", message), Run("explain", expression, "apple=1"));

    [Fact]
    public void Deep_nesting_is_refused_before_the_stack_ends()
    {
        var (code, _, error) = Run("explain", new string('(', 100_000) + "x" + new string(')', 100_000), "x=1");
        Assert.Equal(2, code);
        Assert.Contains("nested more than 200 deep", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("apples", "2.2")]
    [InlineData("oranges", "3.3")]
    [InlineData("mlp", "fc1")]
    [InlineData("lenet", "conv2")]
    [InlineData("attention", "scores")]
    public void Graphs_are_drawn_by_name(string name, string part)
    {
        var file = PathOf("graph.svg");
        Assert.Equal((0, "", ""), Run("graph", name, "-o", file));
        Assert.Contains(part, File.ReadAllText(file), StringComparison.Ordinal);
        Assert.StartsWith("<!DOCTYPE html>", Run("graph", name, "--to", "html").Output, StringComparison.OrdinalIgnoreCase);
        Assert.StartsWith("flowchart LR", Run("graph", name, "--to", "mermaid").Output, StringComparison.Ordinal);
        Assert.StartsWith("flowchart TB", Run("graph", name, "--to", "mermaid", "--direction", "down").Output, StringComparison.Ordinal);
        Assert.DoesNotContain("prefers-color-scheme", Run("graph", name, "--theme", "dark", "--picture", "histogram").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_statements_is_drawn_and_a_bad_one_changes_nothing()
    {
        File.WriteAllText(PathOf("price.txt"), "# two apples\napple = 100; count = 2\nprice = (apple\n * count)\n");
        Assert.Contains("price", Run("graph", PathOf("price.txt"), "--to", "dot").Output, StringComparison.Ordinal);
        // Every operation names its line.
        Assert.Contains("; price.txt:4</title>", Run("graph", PathOf("price.txt")).Output, StringComparison.Ordinal);
        File.WriteAllText(PathOf("bad.txt"), "apple = 100\nprice = apple ** \n");
        var (code, _, error) = Run("graph", PathOf("bad.txt"), "-o", PathOf("bad.svg"));
        Assert.Equal(2, code);
        Assert.Contains("price = apple ** \n                 ^", error, StringComparison.Ordinal);
        Assert.False(File.Exists(PathOf("bad.svg")));
        Assert.Equal(1, Run("graph", PathOf("none.txt")).Code);
        Assert.Equal(2, Run("graph", "apples", "-o", PathOf("x.png")).Code);
    }

    [Fact]
    public void Training_learns_saves_and_scores_the_same_again()
    {
        var file = PathOf("digits.safetensors");
        var (code, output, error) = Run("train", "digits", "--output", file);
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("epoch  30/30", output, StringComparison.Ordinal);
        Assert.Contains("digits (rows) and what they were taken for", output, StringComparison.Ordinal);
        Assert.InRange(LastAccuracy(output), 0.955, 1);
        var (_, score, _) = Run("test", "digits", "--model", file);
        Assert.Equal(LastAccuracy(output), LastAccuracy(score));
        Assert.Equal([file], Directory.GetFiles(folder));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Other_seeds_learn_as_well(int seed)
    {
        var (_, output, _) = Run("train", "digits", "--seed", $"{seed}", "--output", PathOf("digits.safetensors"));
        Assert.InRange(LastAccuracy(output), 0.955, 1);
    }

    [Fact]
    public void The_same_seed_gives_the_same_file_and_another_seed_another()
    {
        byte[] Train(string name, string seed)
        {
            Run("train", "digits", "--epochs", "1", "--seed", seed, "--output", PathOf(name));
            return File.ReadAllBytes(PathOf(name));
        }
        var first = Train("a", "7");
        Assert.Equal(first, Train("b", "7"));
        Assert.NotEqual(first, Train("c", "8"));
    }

    [Theory]
    [InlineData("adamw", "tanh")]
    [InlineData("sgd", "gelu")]
    [InlineData("momentum", "silu")]
    [InlineData("rmsprop", "leaky-relu")]
    [InlineData("adagrad", "elu")]
    [InlineData("adam", "sigmoid")]
    public void Every_optimiser_and_activation_learns(string optimizer, string activation)
    {
        var (code, output, _) = Run(
            "train", "digits", "--epochs", "5", "--batch", "16", "--hidden", "48,32", "--optimizer", optimizer, "--activation", activation,
            "--output", PathOf("digits.safetensors"));
        Assert.Equal(0, code);
        Assert.Contains("64-48-32-10", output, StringComparison.Ordinal);
        var losses = Regex.Matches(output, @"loss (\d+\.\d+)").Select(m => double.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture)).ToArray();
        Assert.True(losses[^1] < losses[0]);
    }

    [Fact]
    public void Predict_tells_the_digit_of_a_row_or_of_a_file_of_rows()
    {
        const string zero = "0,0,5,13,9,1,0,0,0,0,13,15,10,15,5,0,0,3,15,2,0,11,8,0,0,4,12,0,0,8,8,0,0,5,8,0,0,9,8,0,0,4,11,0,1,12,7,0,0,2,14,5,10,12,0,0,0,0,6,13,10,0,0,0";
        var model = PathOf("digits.safetensors");
        Run("train", "digits", "--epochs", "10", "--output", model);
        var (code, output, _) = Run("predict", zero, "--model", model);
        Assert.Equal(0, code);
        Assert.StartsWith("0  (", output, StringComparison.Ordinal);
        File.WriteAllText(PathOf("rows.csv"), $"{zero}\n{zero}\n");
        Assert.Equal(2, Run("predict", PathOf("rows.csv"), "--model", model).Output.Count(c => c == '\n'));
    }

    [Theory]
    [InlineData("--epochs: \"0\" is not a whole number from 1 to 100000.", "train", "digits", "--epochs", "0")]
    [InlineData("--epochs: \"many\" is not a whole number from 1 to 100000.", "train", "digits", "--epochs", "many")]
    [InlineData("--batch: \"2000\" is not a whole number from 1 to 1437.", "train", "digits", "--batch", "2000")]
    [InlineData("--hidden: \"64,x\" is not whole numbers from 1 to 4096 with commas between, as 64 or 128,64.", "train", "digits", "--hidden", "64,x")]
    [InlineData("--learning-rate: \"-1\" is not a number above 0.", "train", "digits", "--learning-rate", "-1")]
    [InlineData("--optimizer: \"best\" is not one of adam, adamw, sgd, momentum, rmsprop, adagrad.", "train", "digits", "--optimizer", "best")]
    [InlineData("--activation: \"step\" is not one of relu, sigmoid, tanh, gelu, silu, leaky-relu, elu.", "train", "digits", "--activation", "step")]
    [InlineData("predict: row has 2 values; an 8x8 image has 64, with commas between.", "predict", "1,2")]
    [InlineData("predict: \"none.csv\" is neither a file nor 64 numbers with commas between.", "predict", "none.csv")]
    [InlineData("\"dogs\" is not understood here; see: backprop train --help", "train", "dogs")]
    [InlineData("backprop train needs one of digits; see: backprop train --help", "train")]
    public void What_cannot_be_meant_gets_one_line_and_exit_code_2(string expected, params string[] arguments) =>
        Assert.Equal((2, "", expected + "\n"), Run(arguments));

    [Fact]
    public void A_folder_that_does_not_exist_is_noticed_before_the_training()
    {
        var (code, output, error) = Run("train", "digits", "--output", Path.Combine(folder, "none", "x.safetensors"));
        Assert.Equal((2, ""), (code, output));
        Assert.Contains("does not exist", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_learning_rate_that_bursts_the_network_is_told_and_nothing_saved()
    {
        var (code, _, error) = Run("train", "digits", "--learning-rate", "1e30", "--output", PathOf("x.safetensors"));
        Assert.Equal((2, "--learning-rate: with 1E+30 the loss is not finite in epoch 1; a smaller one is needed.\n"), (code, error));
        Assert.Empty(Directory.GetFiles(folder));
    }

    [Fact]
    public void What_is_interrupted_leaves_no_file()
    {
        using StringWriter output = new(CultureInfo.InvariantCulture), error = new(CultureInfo.InvariantCulture) { NewLine = "\n" };
        var code = App.Run(["train", "digits", "--output", PathOf("x.safetensors")], output, error, stop: new CancellationToken(canceled: true));
        Assert.Equal((130, "stopped; nothing was saved\n"), (code, error.ToString()));
        Assert.Empty(Directory.GetFiles(folder));
    }

    [Theory]
    [InlineData("64", 64, 64)]
    [InlineData("no number", 64, 64)]
    [InlineData("64", 0, 64)]
    [InlineData("64", 64, 1_000_000)]
    public void A_model_whose_parts_do_not_fit_is_told_in_one_line(string hidden, int outputs, int inputs)
    {
        var file = PathOf("broken");
        Dictionary<string, string> metadata = new() { ["format"] = "backprop-digits", ["activation"] = "relu", ["hidden"] = hidden };
        var weight = new KeyValuePair<string, Tensor>("0.weight", Tensor.Zeros([outputs, inputs]));
        Safetensors.Save(file, [weight, new("2.weight", Tensor.Zeros([10, outputs]))], metadata);
        var (code, output, error) = Run("test", "digits", "--model", file);
        Assert.Equal((1, ""), (code, output));
        Assert.StartsWith($"{file}: ", error, StringComparison.Ordinal);
        Assert.Equal(1, error.Count(c => c == '\n'));
    }

    [Fact]
    public void A_missing_or_foreign_model_is_told_by_name()
    {
        var (code, _, error) = Run("test", "digits", "--model", PathOf("none"));
        Assert.Equal(1, code);
        Assert.Contains("there is no file", error, StringComparison.Ordinal);
        File.WriteAllText(PathOf("text"), "not a network");
        (code, _, error) = Run("test", "digits", "--model", PathOf("text"));
        Assert.Equal(1, code);
        Assert.Contains(PathOf("text"), error, StringComparison.Ordinal);
    }

    [Fact]
    public void Help_tells_every_option_and_its_default()
    {
        var (code, output, _) = Run("train", "digits", "--help");
        Assert.Equal(0, code);
        foreach (var option in new[] { "--epochs", "--batch", "--hidden", "--learning-rate", "--optimizer", "--activation", "--seed", "--output", "[default: 30]" })
            Assert.Contains(option, output, StringComparison.Ordinal);
    }
}
