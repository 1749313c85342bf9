using System.CommandLine;
using System.CommandLine.Parsing;
using Backprop.Cli.Commands;

namespace Backprop.Cli;

/// <summary>
/// The command line: one line on the error output and exit code 2 for what cannot be understood, 1 for what cannot be done, 130 for what was
/// interrupted.
/// </summary>
static class App
{
    public static int Run(string[] args, TextWriter output, TextWriter error, TextReader? input = null, CancellationToken stop = default)
    {
        var root = new RootCommand("Trains, tests and shows small networks; every derivative is C#'s own.")
        {
            ApplesCommand.Create(output),
            new Command("train", "Trains a network.") { TrainDigitsCommand.Create(output, stop) },
            new Command("test", "Scores a trained network.") { TestDigitsCommand.Create(output) },
            PredictCommand.Create(output),
            ExplainCommand.Create(output, error, input),
            GraphCommand.Create(output),
            InfoCommand.Create(output),
        };
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            error.WriteLine(parsed.UnmatchedTokens is [var token, ..]
                ? $"\"{token}\" is not understood here; see: backprop {Path(parsed.CommandResult)}--help"
                : parsed.CommandResult.Command.Subcommands.Count > 0
                    ? $"backprop {Path(parsed.CommandResult)}needs one of {string.Join(", ", parsed.CommandResult.Command.Subcommands.Select(c => c.Name))}; see: backprop {Path(parsed.CommandResult)}--help"
                    : parsed.Errors[0].Message);
            return 2;
        }
        var settings = new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = output, Error = error };
        try
        {
            return parsed.Invoke(settings);
        }
        catch (UsageException e)
        {
            error.WriteLine(e.Message);
            return 2;
        }
        catch (OperationCanceledException)
        {
            error.WriteLine("stopped; nothing was saved");
            return 130;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException or ArgumentException)
        {
            error.WriteLine(e.Message);
            return 1;
        }
    }

    // The commands on the way, without the program's own name.
    static string Path(CommandResult result) => result.Parent is CommandResult parent ? $"{Path(parent)}{result.Command.Name} " : "";
}

/// <summary>Something the user wrote that cannot be meant.</summary>
sealed class UsageException(string message) : Exception(message);
