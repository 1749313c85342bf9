using System.CommandLine;
using System.Globalization;

namespace Backprop.Cli.Commands;

/// <summary>Scores a saved network on the test images.</summary>
static class TestDigitsCommand
{
    public static Command Create(TextWriter output)
    {
        var model = Models.Option();
        var command = new Command("digits", "The test part of the handwritten digits.") { model };
        command.SetAction(parsed =>
        {
            var network = Models.Load(parsed.GetValue(model)!);
            var (_, test) = Digits.Load();
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"network {network.Architecture}, {test.Count} images, test accuracy {network.Accuracy(test):F4}"));
        });
        return command;
    }
}

/// <summary>The option that names a saved network.</summary>
static class Models
{
    public static Option<string> Option() => new("--model") { Description = "A network that \"train digits\" saved.", DefaultValueFactory = _ => "digits.safetensors" };

    public static DigitsModel Load(string path) => File.Exists(path)
        ? DigitsModel.Load(path)
        : throw new FileNotFoundException($"--model: there is no file {path}; train one with: backprop train digits --output {path}");
}
