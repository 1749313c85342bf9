using System.Text;

namespace Backprop.Modules;

/// <summary>A named part of a module: a parameter or another module.</summary>
public readonly record struct ModulePart
{
    ModulePart(string name, Tensor? parameter, Module? child) => (Name, Parameter, Child) = (name, parameter, child);

    /// <summary>Its name within the module.</summary>
    public string Name { get; }

    /// <summary>The parameter, or null where it is a module.</summary>
    public Tensor? Parameter { get; }

    /// <summary>The module, or null where it is a parameter.</summary>
    public Module? Child { get; }

    /// <summary>A parameter under its name.</summary>
    public static implicit operator ModulePart((string Name, Tensor Parameter) part) => new(part.Name, part.Parameter, null);

    /// <summary>A module under its name.</summary>
    public static implicit operator ModulePart((string Name, Module Child) part) => new(part.Name, null, part.Child);
}

/// <summary>
/// A part of a network: a function with parameters. It is plain data, fields and a constructor; <see cref="Parts"/> lists what it is made of.
/// </summary>
public abstract class Module
{
    /// <summary>The parameters and modules it is made of, by name, in order. No reflection finds them: list them.</summary>
    protected virtual IEnumerable<ModulePart> Parts => [];

    /// <summary>Computes the result of x.</summary>
    public abstract Tensor Forward(Tensor x);

    /// <summary>What a summary calls it.</summary>
    public virtual string Name => GetType().Name;

    /// <summary>Every parameter under its path, as <c>0.weight</c>: the names of PyTorch's state dictionaries.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> NamedParameters
    {
        get
        {
            foreach (var part in Parts)
            {
                if (part.Parameter is { } parameter) yield return new(part.Name, parameter);
                if (part.Child is not { } child) continue;
                foreach (var (name, inner) in child.NamedParameters) yield return new($"{part.Name}.{name}", inner);
            }
        }
    }

    /// <summary>Every parameter, once: what an optimiser takes. One that two parts share has two names and is still one.</summary>
    public IReadOnlyList<Tensor> Parameters => [.. NamedParameters.Select(p => p.Value).Distinct()];

    /// <summary>Whether it is being trained; at first it is. Parts that behave differently when only used, as dropout does, ask for it.</summary>
    public bool IsTraining { get; private set; } = true;

    /// <summary>Makes it and all its parts behave as in training.</summary>
    public void Train() => SetTraining(true);

    /// <summary>Makes it and all its parts behave as in use.</summary>
    public void Eval() => SetTraining(false);

    void SetTraining(bool training)
    {
        IsTraining = training;
        foreach (var part in Parts) part.Child?.SetTraining(training);
    }

    /// <summary>A copy of every parameter by name: what <see cref="LoadState"/> takes back. Later steps of an optimiser leave it as it is.</summary>
    public OrderedDictionary<string, Tensor> State()
    {
        var state = new OrderedDictionary<string, Tensor>();
        foreach (var (name, parameter) in NamedParameters)
        {
            var copy = new Tensor(parameter.Shape, parameter.DType);
            copy.Assign(parameter);
            state.Add(name, copy);
        }
        return state;
    }

    /// <summary>
    /// Sets every parameter by name. All is checked before anything is changed.
    /// </summary>
    /// <exception cref="ArgumentException">A name is missing or unknown, or a shape or element type differs; the message names it.</exception>
    public void LoadState(IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        var parameters = NamedParameters.ToArray();
        var known = parameters.Select(p => p.Key).ToHashSet();
        if (state.Keys.FirstOrDefault(name => !known.Contains(name)) is { } unknown)
            throw new ArgumentException($"LoadState: \"{unknown}\" is no parameter of this {Name}; it has {string.Join(", ", known)}.");
        foreach (var (name, parameter) in parameters)
        {
            if (!state.TryGetValue(name, out var value)) throw new ArgumentException($"LoadState: the parameter \"{name}\" is missing.");
            if (value.Shape != parameter.Shape || value.DType != parameter.DType) throw new ArgumentException(
                $"LoadState: \"{name}\" is {parameter.DType.Name()} of shape {parameter.Shape} and the value given {value.DType.Name()} of shape {value.Shape}.");
        }
        foreach (var (name, parameter) in parameters) parameter.Assign(state[name]);
    }

    /// <summary>The module and its parts as a tree.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        Write(text, "");
        return text.ToString();
    }

    void Write(StringBuilder text, string indent)
    {
        text.Append(Name);
        foreach (var part in Parts)
        {
            if (part.Child is not { } child) continue;
            text.Append('\n').Append(indent).Append("  ").Append(part.Name).Append(": ");
            child.Write(text, indent + "  ");
        }
    }
}
