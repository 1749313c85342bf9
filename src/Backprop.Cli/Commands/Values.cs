using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Backprop.Cli.Commands;

/// <summary>Options whose bad values are told in one line: the option, what was given, what is allowed.</summary>
static class Values
{
    public static Option<int> Whole(string name, string description, int standard, int low, int high) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => standard,
        CustomParser = result => int.TryParse(Text(result), NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) && value >= low && value <= high
            ? value
            : Refuse(result, name, $"a whole number from {low} to {high}", standard),
    };

    public static Option<double?> Positive(string name, string description) => new(name)
    {
        Description = description,
        CustomParser = result => double.TryParse(Text(result), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value > 0 && double.IsFinite(value)
            ? value
            : Refuse<double?>(result, name, "a number above 0", null),
    };

    public static Option<string> OneOf(string name, string description, string standard, IReadOnlyCollection<string> allowed) => new(name)
    {
        Description = $"{description}: {string.Join(", ", allowed)}",
        DefaultValueFactory = _ => standard,
        CustomParser = result => allowed.Contains(Text(result)) ? Text(result) : Refuse(result, name, $"one of {string.Join(", ", allowed)}", standard),
    };

    public static Option<int[]> Sizes(string name, string description, int[] standard, int high) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => standard,
        CustomParser = result =>
        {
            var sizes = new List<int>();
            foreach (var part in Text(result).Split(',', StringSplitOptions.TrimEntries))
            {
                if (!int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var size) || size < 1 || size > high)
                    return Refuse(result, name, $"whole numbers from 1 to {high} with commas between, as 64 or 128,64", standard);
                sizes.Add(size);
            }
            return [.. sizes];
        },
    };

    static string Text(ArgumentResult result) => result.Tokens.Count == 1 ? result.Tokens[0].Value : "";

    static T Refuse<T>(ArgumentResult result, string name, string allowed, T standard)
    {
        result.AddError($"{name}: \"{Text(result)}\" is not {allowed}.");
        return standard;
    }
}
