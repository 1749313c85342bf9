using System.Globalization;
using Backprop.Autograd;
using Backprop.Data;
using Backprop.Formats;
using Backprop.Modules;
using Backprop.Randomness;

namespace Backprop.Cli;

/// <summary>The network that reads digits: fully connected layers with an activation between them; saved with what it takes to build it again.</summary>
sealed class DigitsModel
{
    public static readonly Dictionary<string, Func<Tensor, Tensor>> Activations = new()
    {
        ["relu"] = x => x.Relu(),
        ["sigmoid"] = x => x.Sigmoid(),
        ["tanh"] = x => x.Tanh(),
        ["gelu"] = x => x.Gelu(),
        ["silu"] = x => x.Silu(),
        ["leaky-relu"] = x => x.LeakyRelu(),
        ["elu"] = x => x.Elu(),
    };

    const string Format = "backprop-digits";

    readonly int[] hidden;
    readonly string activation;

    public DigitsModel(int[] hidden, string activation, Generator generator)
    {
        (this.hidden, this.activation) = (hidden, activation);
        var modules = new List<Module>();
        int[] sizes = [Digits.Pixels, .. hidden, Digits.Classes];
        for (var i = 1; i < sizes.Length; i++)
        {
            if (i > 1) modules.Add(new Function(Activations[activation], activation));
            modules.Add(new Linear(sizes[i - 1], sizes[i], generator));
        }
        Network = new Sequential([.. modules]);
    }

    public Sequential Network { get; }

    public string Architecture => string.Join("-", [Digits.Pixels, .. hidden, Digits.Classes]);

    /// <summary>The class with the highest score, for each row.</summary>
    public Tensor Predict(Tensor inputs)
    {
        using var off = Tape.NoGrad();
        return Network.Forward(inputs).ArgMax(1);
    }

    /// <summary>How many of the examples are told right, from 0 to 1.</summary>
    public double Accuracy(TensorDataSet data) => (double)Predict(data.Inputs).Equal(data.Labels).As(DType.Float64).Mean();

    public void Save(string path, int seed) => Safetensors.Save(path, Network.NamedParameters, new Dictionary<string, string>
    {
        ["format"] = Format,
        ["hidden"] = string.Join(",", hidden),
        ["activation"] = activation,
        ["seed"] = seed.ToString(CultureInfo.InvariantCulture),
    });

    public static DigitsModel Load(string path)
    {
        var state = Safetensors.Load(path, out var metadata);
        var activation = metadata.GetValueOrDefault("activation", "");
        if (metadata.GetValueOrDefault("format") != Format || !Activations.ContainsKey(activation) || Hidden(state) is not { } hidden)
            throw new InvalidDataException($"{path}: this file does not hold a network that \"train digits\" saved.");
        var model = new DigitsModel(hidden, activation, new Generator(0));
        try
        {
            model.Network.LoadState(state);
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
        return model;
    }

    // Read off the weights, [outputs, inputs] each, so that a broken file cannot ask for a network larger than the file.
    static int[]? Hidden(OrderedDictionary<string, Tensor> state)
    {
        List<int> sizes = [Digits.Pixels];
        while (state.TryGetValue($"{2 * (sizes.Count - 1)}.weight", out var weight))
        {
            if (weight.Rank != 2 || weight.Shape[1] != sizes[^1] || weight.Count == 0) return null;
            sizes.Add(weight.Shape[0]);
        }
        return sizes.Count > 1 && sizes[^1] == Digits.Classes ? [.. sizes[1..^1]] : null;
    }
}
