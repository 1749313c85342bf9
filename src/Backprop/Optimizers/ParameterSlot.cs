using System.Runtime.CompilerServices;
using Backprop.Devices;
using Backprop.Formulas;
using Backprop.Ops;

namespace Backprop.Optimizers;

/// <summary>A parameter with what its optimiser remembers of it: what <see cref="Optimizer.Update"/> gets.</summary>
public sealed class ParameterSlot
{
    readonly Optimizer optimizer;
    DType dtype;
    Tensor gradient = null!;
    internal readonly Dictionary<string, Tensor> Remembered = [];

    internal ParameterSlot(Optimizer optimizer, Tensor parameter, ParameterGroup group) =>
        (this.optimizer, Parameter, Group, dtype) = (optimizer, parameter, group, parameter.DType);

    /// <summary>The parameter. It changes through <see cref="Assign"/> or <see cref="Run{U}"/> only.</summary>
    public Tensor Parameter { get; }

    /// <summary>Its derivative in this step, of its own element type; for an optimiser that maximises, already negated.</summary>
    public Tensor Gradient
    {
        get
        {
            // Whoever reads it may keep it.
            gradient.Share();
            return gradient;
        }
    }

    /// <summary>The group it belongs to.</summary>
    public ParameterGroup Group { get; internal set; }

    /// <summary>How many steps have changed it, this one included.</summary>
    public int Step { get; private set; }

    /// <summary>The step size.</summary>
    public double LearningRate => Group.LearningRate;

    /// <summary>How strongly it is drawn to 0.</summary>
    public double WeightDecay => Group.WeightDecay;

    /// <summary>
    /// What is remembered under one of the optimiser's <see cref="Optimizer.Memories"/>: a tensor of the parameter's shape and element type. Setting keeps a copy.
    /// </summary>
    /// <exception cref="ArgumentException">The name is not among them, and would be lost with the state.</exception>
    public Tensor this[string memory]
    {
        get
        {
            if (Remembered.TryGetValue(memory, out var tensor)) return tensor;
            if (!optimizer.MemoryNames.Contains(memory)) throw new ArgumentException(
                $"{optimizer.Name}: \"{memory}\" is none of its Memories ({string.Join(", ", optimizer.MemoryNames)}); list it there.");
            return Remembered[memory] = Tensor.Full(Parameter.Shape, optimizer.Initial(memory), Parameter.DType);
        }
        set => this[memory].Assign(value);
    }

    /// <summary>A number that is remembered, as a running product is.</summary>
    public double Number(string name, double first) => Remembered.TryGetValue(name, out var tensor) ? tensor.Item() : first;

    /// <summary>Remembers a number under one of the optimiser's <see cref="Optimizer.Numbers"/>.</summary>
    /// <exception cref="ArgumentException">The name is not among them, and would be lost with the state.</exception>
    public void SetNumber(string name, double value) => Remembered[name] = optimizer.NumberNames.Contains(name)
        ? Tensor.Scalar(value)
        : throw new ArgumentException($"{optimizer.Name}: \"{name}\" is none of its Numbers ({string.Join(", ", optimizer.NumberNames)}); list it there.");

    /// <summary>Sets the parameter.</summary>
    public void Assign(Tensor value) => Parameter.Assign(value);

    /// <summary>Changes the parameter and the memories by a rule, in one pass over all of them.</summary>
    /// <exception cref="InvalidOperationException">The rule remembers more than three numbers, or more than the optimiser has names for.</exception>
    public void Run<U>(U rule) where U : struct, IUpdateRule
    {
        var memories = optimizer.MemoryNames;
        if (U.Memories > 3 || U.Memories > memories.Count) throw new InvalidOperationException(
            $"{optimizer.Name}: the rule {typeof(U).Name} remembers {U.Memories} numbers, Memories names {memories.Count}, and 3 is the most.");
        var tensors = new Three();
        for (var i = 0; i < U.Memories; i++) tensors[i] = this[memories[i]];
        Parameter.BeginUpdate(optimizer.Name);
        Cpu.Update(rule, Parameter, gradient.Packed(), ((ReadOnlySpan<Tensor>)tensors)[..U.Memories]);
    }

    [InlineArray(3)]
    struct Three
    {
        Tensor first;
    }

    /// <summary>Whether a step changes it: it is not frozen and has a gradient.</summary>
    internal bool IsReady => Parameter is { RequiresGrad: true, PassingGrad: not null };

    /// <summary>Begins a step.</summary>
    internal void Begin(bool maximize)
    {
        // The module may have been converted since: what is remembered goes with its parameter.
        if (dtype != Parameter.DType)
            foreach (var memory in optimizer.MemoryNames)
                if (Remembered.TryGetValue(memory, out var old)) Remembered[memory] = Cast.Raw(old, Parameter.DType);
        dtype = Parameter.DType;
        gradient = Cast.Raw(Parameter.PassingGrad!, dtype);
        if (maximize) gradient = -gradient;
        Step++;
    }

    /// <summary>Ends a step; the gradient may be let go of.</summary>
    internal void End() => gradient = null!;

    /// <summary>Takes what a state holds, checked before.</summary>
    internal void Restore(int step, IEnumerable<KeyValuePair<string, Tensor>> memories, IEnumerable<KeyValuePair<string, Tensor>> numbers)
    {
        (Step, dtype) = (step, Parameter.DType);
        Remembered.Clear();
        foreach (var (name, value) in memories) Remembered[name] = value.As(dtype).Copy();
        foreach (var (name, value) in numbers) Remembered[name] = value.Copy();
    }
}
