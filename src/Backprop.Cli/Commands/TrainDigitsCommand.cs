using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using Backprop.Data;
using Backprop.Losses;
using Backprop.Optimizers;
using Backprop.Randomness;
using Spectre.Console;

namespace Backprop.Cli.Commands;

/// <summary>Trains a network on the handwritten digits, shows what it learnt, and saves it.</summary>
static class TrainDigitsCommand
{
    static readonly Dictionary<string, (double LearningRate, Func<IEnumerable<Tensor>, double, Optimizer> Create)> optimizers = new()
    {
        ["adam"] = (0.001, (parameters, rate) => new Adam(parameters, rate)),
        ["adamw"] = (0.001, (parameters, rate) => new AdamW(parameters, rate)),
        ["sgd"] = (0.1, (parameters, rate) => new Sgd(parameters, rate)),
        ["momentum"] = (0.05, (parameters, rate) => new Sgd(parameters, rate, momentum: 0.9)),
        ["rmsprop"] = (0.001, (parameters, rate) => new RmsProp(parameters, rate)),
        ["adagrad"] = (0.03, (parameters, rate) => new AdaGrad(parameters, rate)),
    };

    /// <summary>What to train, and how.</summary>
    sealed record Plan(int Epochs, int Batch, int[] Hidden, string Activation, string Optimizer, double? LearningRate, int Seed, string Output);

    public static Command Create(TextWriter output, CancellationToken stop)
    {
        var epochs = Values.Whole("--epochs", "How often all training images are seen.", 30, 1, 100_000);
        var batch = Values.Whole("--batch", "Images in a step.", 32, 1, 1437);
        var hidden = Values.Sizes("--hidden", "Sizes of the hidden layers, as 64 or 128,64.", [64], 4096);
        var activation = Values.OneOf("--activation", "The function between layers", "relu", DigitsModel.Activations.Keys);
        var optimizer = Values.OneOf("--optimizer", "The optimiser", "adam", optimizers.Keys);
        var rate = Values.Positive("--learning-rate", "The step size; the optimiser's own unless given.");
        var seed = Values.Whole("--seed", "The same seed gives the same network, bit for bit.", 0, 0, int.MaxValue);
        var file = new Option<string>("--output") { Description = "Where the network is saved.", DefaultValueFactory = _ => "digits.safetensors" };
        var command = new Command("digits", "1,797 handwritten digits of 8x8 pixels (UCI), carried by the tool.")
        {
            epochs, batch, hidden, activation, optimizer, rate, seed, file,
        };
        command.SetAction(parsed =>
        {
            var plan = new Plan(
                parsed.GetValue(epochs), parsed.GetValue(batch), parsed.GetValue(hidden)!, parsed.GetValue(activation)!,
                parsed.GetValue(optimizer)!, parsed.GetValue(rate), parsed.GetValue(seed), parsed.GetValue(file)!);
            RequireWritable(plan.Output);
            var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
            // A file has no width at which lines would have to break.
            if (!console.Profile.Out.IsTerminal) console.Profile.Width = 160;
            using var stopping = CancellationTokenSource.CreateLinkedTokenSource(stop);
            using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
            using var termination = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
            Run(plan, console, stopping.Token);

            // Not in the midst of it: the terminal gets its cursor back, and no half file is left.
            void Stop(PosixSignalContext signal)
            {
                signal.Cancel = true;
                stopping.Cancel();
            }
        });
        return command;
    }

    // Better to hear of it now than after the training.
    static void RequireWritable(string path)
    {
        if (path.Length == 0) throw new UsageException("--output: a file name is needed.");
        if (Directory.Exists(path)) throw new UsageException($"--output: {path} is a folder; give a file name.");
        var folder = Path.GetDirectoryName(Path.GetFullPath(path));
        if (!Directory.Exists(folder)) throw new UsageException($"--output: the folder {folder} does not exist.");
    }

    static void Run(Plan plan, IAnsiConsole console, CancellationToken stop)
    {
        var (train, test) = Digits.Load();
        var generator = new Generator(plan.Seed);
        var model = new DigitsModel(plan.Hidden, plan.Activation, generator);
        var (standard, create) = optimizers[plan.Optimizer];
        var rate = plan.LearningRate ?? standard;
        var optimizer = create(model.Network.Parameters, rate);
        console.WriteLine($"{train.Count} images to learn from, {test.Count} to be tested with");
        console.WriteLine(FormattableString.Invariant(
            $"network {model.Architecture}, {plan.Activation}; {plan.Optimizer} {rate}, batches of {plan.Batch}, seed {plan.Seed}"));
        if (console.Profile.Out.IsTerminal)
            console.Progress().Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn()).Start(context =>
            {
                var task = context.AddTask("training", maxValue: plan.Epochs);
                Train(plan, model, optimizer, train, test, generator, line =>
                {
                    console.WriteLine(line);
                    task.Increment(1);
                }, stop);
            });
        else Train(plan, model, optimizer, train, test, generator, console.WriteLine, stop);
        Show(console, model, test);
        model.Save(plan.Output, plan.Seed);
        console.WriteLine($"saved; score it again: backprop test digits --model {plan.Output}");
    }

    static void Train(
        Plan plan, DigitsModel model, Optimizer optimizer, TensorDataSet train, TensorDataSet test, Generator generator, Action<string> tell,
        CancellationToken stop)
    {
        for (var epoch = 1; epoch <= plan.Epochs; epoch++)
        {
            var total = 0.0;
            foreach (var (images, labels) in train.Batches(plan.Batch, generator))
            {
                stop.ThrowIfCancellationRequested();
                var loss = Loss.CrossEntropy(model.Network.Forward(images), labels);
                optimizer.ZeroGrad();
                loss.Backward(release: true);
                optimizer.Step();
                total += loss.Item() * labels.Count;
            }
            if (!double.IsFinite(total)) throw new UsageException(FormattableString.Invariant(
                $"--learning-rate: with {optimizer.LearningRate} the loss is not finite in epoch {epoch}; a smaller one is needed."));
            tell(string.Create(CultureInfo.InvariantCulture,
                $"epoch {epoch,3}/{plan.Epochs}  loss {total / train.Count:F4}  test accuracy {model.Accuracy(test):F4}"));
        }
    }

    static void Show(IAnsiConsole console, DigitsModel model, TensorDataSet test)
    {
        var predicted = model.Predict(test.Inputs);
        Drawing.Confusion(console, predicted.AsSpan<long>(), test.Labels.AsSpan<long>());
        // The first images that were told right, and the first that were not.
        var isRight = predicted.Equal(test.Labels);
        long[] shown = [.. First(4, isRight), .. First(3, !isRight)];
        Drawing.Images(
            console, test.Inputs.IndexSelect(0, shown), predicted.IndexSelect(0, shown).AsSpan<long>(), test.Labels.IndexSelect(0, shown).AsSpan<long>());
        console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"test accuracy {model.Accuracy(test):F4}"));

        static long[] First(int count, Tensor truths) => [.. truths.NonZero().ToArray<long>().Take(count)];
    }
}
