namespace Backprop.Optimizers;

/// <summary>A state to be taken back: every entry is checked as it is asked for, and at last nothing may be left over.</summary>
/// <param name="state">The entries by name.</param>
/// <param name="owner">Who asks, for the messages.</param>
sealed class SavedState(IReadOnlyDictionary<string, Tensor> state, string owner)
{
    readonly IReadOnlyDictionary<string, Tensor> state = state ?? throw new ArgumentNullException(nameof(state));
    readonly HashSet<string> asked = [];

    public bool Has(string name) => state.ContainsKey(name);

    /// <summary>An entry that may be anything.</summary>
    public Tensor Entry(string name)
    {
        asked.Add(name);
        return state.TryGetValue(name, out var value) ? value : throw new ArgumentException($"{owner}.LoadState: \"{name}\" is missing.");
    }

    /// <summary>Float numbers of a known shape.</summary>
    public Tensor Float(string name, Shape shape)
    {
        var value = Entry(name);
        return value.Shape == shape && value.DType.IsFloat() ? value : throw Unfit(name, $"floats of shape {shape}");
    }

    /// <summary>A count.</summary>
    public int Count(string name)
    {
        var value = Entry(name);
        return value.Rank == 0 && value.DType == DType.Int64 && value.Item<long>() is >= 0 and <= int.MaxValue and var count
            ? (int)count
            : throw Unfit(name, "a count as int64");
    }

    /// <summary>A number ≥ 0.</summary>
    public double NotNegative(string name)
    {
        var number = Number(name);
        return number >= 0 && double.IsFinite(number) ? number : throw Unfit(name, "a number ≥ 0");
    }

    /// <summary>A number.</summary>
    public double Number(string name) => Float(name, []).As(DType.Float64).Item();

    /// <summary>Refuses entries that nobody asked for.</summary>
    public void RefuseOthers()
    {
        foreach (var name in state.Keys)
            if (!asked.Contains(name)) throw new ArgumentException($"{owner}.LoadState: \"{name}\" is nothing that it remembers; it knows {string.Join(", ", asked)}.");
    }

    ArgumentException Unfit(string name, string wanted) => new(
        $"{owner}.LoadState: \"{name}\" is {state[name].DType.Name()} of shape {state[name].Shape}" +
        $"{(state[name].Count == 1 ? $", {state[name]}," : "")} and must be {wanted}.");
}
