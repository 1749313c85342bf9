namespace Backprop.Modules;

/// <summary>What a state and a module did not have in common, where <see cref="ModuleBase.LoadState(IReadOnlyDictionary{string, Tensor}, bool)"/> was not strict.</summary>
/// <param name="Missing">Parameters and buffers that the state did not have; they are as they were.</param>
/// <param name="Unknown">Entries of the state that the module has nothing for.</param>
public sealed record StateDifference(IReadOnlyList<string> Missing, IReadOnlyList<string> Unknown);

public abstract partial class ModuleBase
{
    // So many names a message lists.
    const int NamesShown = 12;

    /// <summary>
    /// A copy of every parameter and buffer by name: what <see cref="LoadState(IReadOnlyDictionary{string, Tensor}, bool)"/> takes back. Later steps of an
    /// optimiser leave it as it is. One that two parts share is there under each of its names.
    /// </summary>
    /// <exception cref="InvalidOperationException">Two parts have one name; the message tells it.</exception>
    public OrderedDictionary<string, Tensor> State()
    {
        var state = new OrderedDictionary<string, Tensor>();
        foreach (var (name, tensor) in NamedState)
            if (!state.TryAdd(name, tensor.Copy())) throw new InvalidOperationException($"State: two parts are called \"{name}\"; names within one Parts must differ.");
        return state;
    }

    // In the order of PyTorch's: each module's own parameters, its buffers, then its parts.
    IEnumerable<KeyValuePair<string, Tensor>> NamedState => Tensors(static part => part.Parameter ?? part.BufferTensor);

    /// <summary>
    /// Sets every parameter and buffer by name. All is checked before anything is changed. Values of another precision are converted. Of a tensor with several
    /// names, as tied weights have, one is enough.
    /// </summary>
    /// <param name="state">Values by name, as <see cref="State"/> gives them or a file has them.</param>
    /// <param name="strict">
    /// Whether the names must be the same on both sides. If not, what is missing stays as it is and what is unknown is passed over: so the body of a network
    /// takes over what another has learnt, and its head starts anew.
    /// </param>
    /// <returns>The names that only one side has; none where it is strict.</returns>
    /// <exception cref="ArgumentException">Names are missing or unknown, or a shape or kind of element differs; the message names all of them.</exception>
    public StateDifference LoadState(IReadOnlyDictionary<string, Tensor> state, bool strict = true)
    {
        ArgumentNullException.ThrowIfNull(state);
        var own = NamedState.ToArray();
        var known = own.Select(p => p.Key).ToHashSet();
        var given = own.Where(p => state.ContainsKey(p.Key)).Select(p => p.Value).ToHashSet();
        string[] missing = [.. own.Where(p => !given.Contains(p.Value)).Select(p => p.Key)], unknown = [.. state.Keys.Where(name => !known.Contains(name))];
        var wrong = own.Where(p => state.TryGetValue(p.Key, out var value) && (value.Shape != p.Value.Shape || value.DType.IsFloat() != p.Value.DType.IsFloat()))
            .Select(p => $"\"{p.Key}\" is {p.Value.DType.Name()} of shape {p.Value.Shape} here and {state[p.Key].DType.Name()} of shape {state[p.Key].Shape} in the state").ToArray();
        if (wrong.Length > 0 || (strict && missing.Length + unknown.Length > 0)) throw new ArgumentException(Misfit(strict ? missing : [], strict ? unknown : [], wrong));
        foreach (var (name, tensor) in own)
            if (state.TryGetValue(name, out var value)) tensor.Assign(value.As(tensor.DType));
        return new(missing, unknown);
    }

    string Misfit(string[] missing, string[] unknown, string[] wrong)
    {
        static string Listed(IEnumerable<string> items, int count) =>
            string.Join(", ", items.Take(NamesShown)) + (count > NamesShown ? $" and {count - NamesShown} more" : "");
        static string Quoted(string[] names) => Listed(names.Select(name => $"\"{name}\""), names.Length);
        var text = $"LoadState: the state does not fit this {GetType().Name.Split('`')[0]}; nothing was changed.";
        if (missing.Length > 0) text += $" Missing: {Quoted(missing)}.";
        if (unknown.Length > 0) text += $" Unknown: {Quoted(unknown)}.";
        if (wrong.Length > 0) text += $" Of another shape or kind: {Listed(wrong, wrong.Length)}.";
        return missing.Length + unknown.Length == 0 ? text
            : text + " LoadState(state, map) gives entries other names; with strict: false what only one side has is left alone.";
    }

    /// <summary>
    /// The same for a state whose names or layouts differ, as those of other libraries do.
    /// </summary>
    /// <example>
    /// A file of Keras has <c>first/kernel:0</c> of shape [inputs, outputs]:
    /// <code>
    /// model.LoadState(Safetensors.Load(path), (name, value) => name.EndsWith("kernel:0")
    ///     ? (name.Replace("/kernel:0", ".weight"), value.T) : (name.Replace("/bias:0", ".bias"), value));
    /// </code>
    /// </example>
    /// <param name="state">What is to be loaded.</param>
    /// <param name="map">The name here and the value for each entry; null for one that is not wanted.</param>
    /// <param name="strict">Whether the names must then be the same on both sides.</param>
    /// <returns>The names that only one side has, as they are here; none where it is strict.</returns>
    /// <exception cref="ArgumentException">
    /// Names are missing, unknown or mapped to twice, or a shape or kind of element differs; the message names them, and nothing was changed.
    /// </exception>
    public StateDifference LoadState(IReadOnlyDictionary<string, Tensor> state, Func<string, Tensor, (string Name, Tensor Value)?> map, bool strict = true)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(map);
        var mapped = new OrderedDictionary<string, Tensor>();
        foreach (var (name, value) in state)
            if (map(name, value) is var (here, converted) && !mapped.TryAdd(here, converted))
                throw new ArgumentException($"LoadState: \"{name}\" and another entry are both mapped to \"{here}\".");
        return LoadState(mapped, strict);
    }
}
