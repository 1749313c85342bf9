using Backprop.Devices;
using Backprop.Formulas;
using Backprop.Ops;

namespace Backprop.Optimizers;

/// <summary>A parameter with what its optimiser remembers of it: what <see cref="Optimizer.Update"/> gets.</summary>
public sealed class ParameterSlot
{
    readonly Optimizer optimizer;
    internal readonly OrderedDictionary<string, Tensor> Remembered = [];

    internal ParameterSlot(Optimizer optimizer, Tensor parameter, ParameterGroup group) => (this.optimizer, Parameter, Group) = (optimizer, parameter, group);

    /// <summary>The parameter. It changes through <see cref="Assign"/> or <see cref="Run{U}"/> only.</summary>
    public Tensor Parameter { get; }

    /// <summary>Its derivative in this step, of its own element type; for an optimiser that maximises, already negated.</summary>
    public Tensor Gradient { get; internal set; } = null!;

    /// <summary>The group it belongs to.</summary>
    public ParameterGroup Group { get; internal set; }

    /// <summary>How many steps have changed it, this one included.</summary>
    public int Step { get; internal set; }

    /// <summary>The step size.</summary>
    public double LearningRate => Group.LearningRate;

    /// <summary>How strongly it is drawn to 0.</summary>
    public double WeightDecay => Group.WeightDecay;

    /// <summary>What is remembered under one of the optimiser's <see cref="Optimizer.Memories"/>: a tensor of the parameter's shape.</summary>
    public Tensor this[string memory]
    {
        get => Remembered.TryGetValue(memory, out var tensor) ? tensor
            : Remembered[memory] = Tensor.Full(Parameter.Shape, optimizer.Initial(memory), Parameter.DType);
        set => this[memory].Assign(value);
    }

    /// <summary>A number that is remembered, as a running product is.</summary>
    public double Number(string name, double first) => Remembered.TryGetValue(name, out var tensor) ? tensor.Item() : first;

    /// <summary>Remembers a number.</summary>
    public void SetNumber(string name, double value) => Remembered[name] = Tensor.Scalar(value);

    /// <summary>Sets the parameter.</summary>
    public void Assign(Tensor value) => Parameter.Assign(value);

    /// <summary>Changes the parameter and the memories by a rule, in one pass over all of them.</summary>
    public void Run<U>(U rule) where U : struct, IUpdateRule
    {
        var memories = optimizer.MemoryNames;
        if (U.Memories > memories.Count) throw new InvalidOperationException(
            $"{optimizer.Name}: the rule {typeof(U).Name} remembers {U.Memories} numbers and Memories names {memories.Count}.");
        var tensors = new Tensor[U.Memories];
        for (var i = 0; i < tensors.Length; i++) tensors[i] = this[memories[i]];
        Parameter.BeginUpdate(optimizer.Name);
        Cpu.Update(rule, Parameter, Gradient, tensors);
    }

    internal void SetGradient(Tensor gradient, bool maximize)
    {
        gradient = Cast.Raw(gradient, Parameter.DType).Packed();
        Gradient = maximize ? -gradient : gradient;
    }
}
