using System.Text;

namespace Backprop.Modules;

/// <summary>
/// What every part of a network has: parameters with names, a state that is saved and loaded, training and use. It is plain data, fields and a
/// constructor; <see cref="Parts"/> lists what it is made of. One that takes a tensor and returns one derives from <see cref="Module"/>;
/// one with another signature derives from this and has a <c>Forward</c> of its own.
/// </summary>
/// <remarks>
/// Operands and parameters of different precisions meet as in any operation: the result has the wider one. <see cref="To"/> converts a module. A batch of 0
/// gives a result of 0; what would need statistics of several numbers and has one says so.
/// </remarks>
public abstract partial class ModuleBase
{
    /// <summary>The parameters, buffers and modules it is made of, by name, in order. No reflection finds them: list them.</summary>
    protected virtual IEnumerable<ModulePart> Parts => [];

    /// <summary>What a summary calls it.</summary>
    public virtual string Name => GetType().Name;

    /// <summary>Whether it only holds other modules and is never called itself: no part of a drawn graph.</summary>
    internal virtual bool IsContainer => false;

    /// <summary>Every parameter under its path, as <c>0.weight</c>: the names of PyTorch's state dictionaries.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> NamedParameters => Tensors(static part => part.Parameter);

    /// <summary>Every buffer under its path: state that is saved and not trained.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> NamedBuffers => Tensors(static part => part.BufferTensor);

    /// <summary>This module under the empty name and every module within it under its path, outer ones first.</summary>
    public IEnumerable<KeyValuePair<string, ModuleBase>> NamedModules
    {
        get
        {
            yield return new("", this);
            foreach (var (name, child) in Children)
                foreach (var (path, inner) in child.NamedModules) yield return new(path.Length == 0 ? name : $"{name}.{path}", inner);
        }
    }

    /// <summary>The modules it is made of, by name.</summary>
    public IEnumerable<KeyValuePair<string, ModuleBase>> Children
    {
        get
        {
            foreach (var part in Parts)
                if (part.Child is { } child) yield return new(part.Name, child);
        }
    }

    /// <summary>Every parameter, once: what an optimiser takes. One that two parts share has two names and is still one.</summary>
    public IReadOnlyList<Tensor> Parameters => [.. NamedParameters.Select(p => p.Value).Distinct()];

    IEnumerable<KeyValuePair<string, Tensor>> Tensors(Func<ModulePart, Tensor?> choose)
    {
        foreach (var (path, module) in NamedModules)
            foreach (var part in module.Parts)
                if (choose(part) is { } tensor) yield return new(path.Length == 0 ? part.Name : $"{path}.{part.Name}", tensor);
    }

    /// <summary>Whether it is being trained; at first it is. Parts that behave differently when only used, as dropout does, ask for it.</summary>
    public bool IsTraining { get; private set; } = true;

    /// <summary>Makes it and all its parts behave as in training.</summary>
    public void Train() => SetTraining(true);

    /// <summary>Makes it and all its parts behave as in use.</summary>
    public void Eval() => SetTraining(false);

    void SetTraining(bool training)
    {
        foreach (var (_, module) in NamedModules) module.SetOwnTraining(training);
    }

    internal void SetOwnTraining(bool training) => IsTraining = training;

    /// <summary>Leaves its parameters as they are from now on: they get no gradient and an optimiser passes them by.</summary>
    public void Freeze() => SetRequiresGrad(false);

    /// <summary>Trains its parameters again.</summary>
    public void Unfreeze() => SetRequiresGrad(true);

    /// <summary>Forgets the gradients of its parameters, as <see cref="Optimizers.Optimizer.ZeroGrad"/> does for an optimiser's.</summary>
    public void ZeroGrad()
    {
        foreach (var parameter in Parameters) parameter.Grad = null;
    }

    void SetRequiresGrad(bool required)
    {
        foreach (var parameter in Parameters)
        {
            parameter.RequiresGrad = required;
            if (!required) parameter.Grad = null;
        }
    }

    /// <summary>
    /// Converts its parameters and its buffers of float32 or float64 to another precision, in place: an optimiser made before keeps them. Gradients are dropped.
    /// </summary>
    /// <exception cref="DTypeException">The precision is neither float32 nor float64.</exception>
    public void To(DType precision)
    {
        if (!precision.IsFloat()) throw DTypeException.NeedsFloat(nameof(To), precision);
        foreach (var (_, tensor) in NamedParameters.Concat(NamedBuffers))
            if (tensor.DType.IsFloat()) tensor.Convert(precision);
    }

    /// <summary>Makes a tensor that was given a parameter.</summary>
    private protected static Tensor AsParameter(string owner, string what, Tensor value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (!value.IsLeaf || !value.IsContiguous || !value.DType.IsFloat()) throw new ArgumentException(
            $"{owner}: the {what} of shape {value.Shape}, {value.DType.Name()}, cannot be trained; it must be float32 or float64 and no result and no view with gaps. " +
            "Detach().Copy() gives such a tensor.");
        value.RequiresGrad = true;
        return value;
    }

    /// <summary>Announces a call to whoever watches: <c>using var call = Enter(x); … return call.Return(y);</c></summary>
    protected ModuleCall Enter(params scoped ReadOnlySpan<Tensor> inputs) => new(this, inputs);

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
        foreach (var (name, child) in Children)
        {
            text.Append('\n').Append(indent).Append("  ").Append(name).Append(": ");
            child.Write(text, indent + "  ");
        }
    }
}
