using System.CommandLine;
using System.Globalization;

namespace Backprop.Cli.Commands;

/// <summary>Tells the digit of an image given as 64 numbers.</summary>
static class PredictCommand
{
    public static Command Create(TextWriter output)
    {
        var model = Models.Option();
        var row = new Argument<string>("row")
        {
            Description = "64 brightnesses from 0 to 16 with commas between, row by row; a CSV file of such rows; or - for the standard input.",
        };
        var command = new Command("predict", "Tells the digit of an 8x8 image.") { row, model };
        command.SetAction(parsed =>
        {
            // What the user wrote is refused before anything is loaded.
            var images = Rows(parsed.GetValue(row)!).Select(Parse).ToArray();
            if (images.Length == 0) throw new UsageException("predict: there is no row to tell.");
            var network = Models.Load(parsed.GetValue(model)!);
            foreach (var image in images) Tell(output, network, image);
        });
        return command;
    }

    static IEnumerable<(string Name, string Text)> Rows(string given)
    {
        if (given != "-" && !File.Exists(given)) return given.Contains(',', StringComparison.Ordinal)
            ? [("row", given)]
            : throw new UsageException($"predict: \"{given}\" is neither a file nor {Digits.Pixels} numbers with commas between.");
        var lines = given == "-" ? Console.In.ReadToEnd().Split('\n') : File.ReadAllLines(given);
        return lines.Select((line, i) => ($"line {i + 1}", line.Trim())).Where(line => line.Item2.Length > 0);
    }

    static Tensor Parse((string Name, string Text) row)
    {
        var parts = row.Text.Split(',', StringSplitOptions.TrimEntries);
        if (parts.Length != Digits.Pixels)
            throw new UsageException($"predict: {row.Name} has {parts.Length} values; an 8x8 image has {Digits.Pixels}, with commas between.");
        var pixels = new float[Digits.Pixels];
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = float.TryParse(parts[i], NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value is >= 0 and <= Digits.Brightest
                ? value / Digits.Brightest
                : throw new UsageException($"predict: value {i + 1} of {row.Name} is \"{parts[i]}\"; brightnesses are numbers from 0 to {Digits.Brightest}.");
        return Tensor.From(pixels, [1, Digits.Pixels]);
    }

    static void Tell(TextWriter output, DigitsModel network, Tensor image)
    {
        var probabilities = network.Network.Forward(image).Detach().Softmax(1);
        var (values, digits) = probabilities.TopK(3, 1);
        var runnersUp = Enumerable.Range(1, 2).Select(i => string.Create(CultureInfo.InvariantCulture, $"{(long)digits[0, i]}: {(double)values[0, i]:P1}"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{(long)digits[0, 0]}  ({(double)values[0, 0]:P1}; {string.Join(", ", runnersUp)})"));
    }
}
