using Backprop.Autograd;
using Backprop.Devices.Memory;

namespace Backprop.Optimizers;

/// <summary>Changes parameters so that a loss becomes smaller, from the gradients that a backward pass left in them.</summary>
/// <example>
/// One of your own, in plain tensors, or as a rule that runs in one pass (<see cref="Formulas.IUpdateRule"/>):
/// <code>
/// sealed class SignDescent(IEnumerable&lt;Tensor&gt; parameters, double rate) : Optimizer(parameters, rate)
/// {
///     protected override void Update(ParameterSlot p) => p.Assign(p.Parameter - p.LearningRate * p.Gradient.Sign());
/// }
/// </code>
/// </example>
public abstract class Optimizer
{
    readonly List<ParameterSlot> slots = [];
    readonly List<ParameterGroup> groups;

    /// <summary>An optimiser of the given parameters.</summary>
    /// <exception cref="ArgumentException">A parameter is no leaf of float32 or float64, or is given twice.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The learning rate or the weight decay is negative or not finite.</exception>
    protected Optimizer(IEnumerable<Tensor> parameters, double learningRate, double weightDecay = 0)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        groups = [new(Name, learningRate, weightDecay)];
        foreach (var parameter in parameters)
        {
            ArgumentNullException.ThrowIfNull(parameter, nameof(parameters));
            if (!parameter.IsLeaf || !parameter.DType.IsFloat()) throw new ArgumentException(
                $"{Name}: parameter {slots.Count} of shape {parameter.Shape} is no leaf of float32 or float64 and cannot be optimised.");
            if (slots.Exists(slot => ReferenceEquals(slot.Parameter, parameter))) throw new ArgumentException(
                $"{Name}: parameter {slots.Count} of shape {parameter.Shape} is given twice; module.Parameters lists each once.");
            var added = new ParameterSlot(this, parameter, groups[0]);
            slots.Add(added);
            groups[0].Members.Add(added);
        }
        if (slots.Count > 0 && !slots.Exists(slot => slot.Parameter.RequiresGrad)) throw new ArgumentException(
            $"{Name}: none of the {slots.Count} parameters requires a gradient, so none would ever change.");
    }

    /// <summary>What messages call it.</summary>
    public string Name => GetType().Name;

    /// <summary>Whether it makes the loss larger instead.</summary>
    public bool Maximize { get; init; }

    /// <summary>
    /// The step size of the first group; setting it sets all groups'.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or not finite.</exception>
    public double LearningRate
    {
        get => groups[0].LearningRate;
        set
        {
            foreach (var group in groups) group.LearningRate = value;
        }
    }

    /// <summary>The groups of parameters; the first has those that no <see cref="Group"/> took out.</summary>
    public IReadOnlyList<ParameterGroup> Groups => groups;

    /// <summary>How many steps have been taken.</summary>
    public int Steps { get; private set; }

    /// <summary>
    /// Gives some of the parameters a learning rate or weight decay of their own: <c>optimizer.Group(biases, weightDecay: 0)</c>.
    /// </summary>
    /// <exception cref="ArgumentException">One of them is no parameter of this optimiser.</exception>
    public ParameterGroup Group(IEnumerable<Tensor> parameters, double? learningRate = null, double? weightDecay = null)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        var members = parameters.Select(parameter => slots.Find(slot => ReferenceEquals(slot.Parameter, parameter)) ?? throw new ArgumentException(
            $"{Name}.Group: the tensor of shape {parameter.Shape} is no parameter of this optimiser.")).ToArray();
        var group = new ParameterGroup(Name, learningRate ?? groups[0].LearningRate, weightDecay ?? groups[0].WeightDecay);
        foreach (var member in members)
        {
            member.Group.Members.Remove(member);
            member.Group = group;
            group.Members.Add(member);
        }
        groups.Add(group);
        return group;
    }

    /// <summary>
    /// Takes one step. A parameter that is frozen or has no gradient stays as it is. All gradients are looked at before anything is changed.
    /// </summary>
    /// <exception cref="DTypeException">A gradient is not of float32 or float64.</exception>
    /// <exception cref="GradientException">A parameter has become a view or a result, which cannot be changed.</exception>
    public virtual void Step()
    {
        var ready = slots.FindAll(static slot => slot.Parameter is { RequiresGrad: true, Grad: not null });
        foreach (var slot in ready)
        {
            if (!slot.Parameter.Grad!.DType.IsFloat()) throw DTypeException.NeedsFloat($"{Name}.Step", slot.Parameter.Grad.DType);
            slot.Parameter.BeginUpdate(Name);
        }
        using var off = Tape.NoGrad();
        using var active = Activity.Begin();
        Steps++;
        foreach (var slot in ready)
        {
            slot.SetGradient(slot.Parameter.Grad!, Maximize);
            slot.Step++;
            Update(slot);
            slot.Gradient = null!;
        }
    }

    /// <summary>Changes one parameter, by its <see cref="ParameterSlot.Gradient"/> and what is remembered of it. Nothing here is recorded.</summary>
    protected abstract void Update(ParameterSlot p);

    /// <summary>The names of what is remembered for each number of a parameter; a rule's first, in its order.</summary>
    protected virtual IReadOnlyList<string> Memories => [];

    /// <summary>The names of single numbers that are remembered for each parameter.</summary>
    protected virtual IReadOnlyList<string> Numbers => [];

    /// <summary>What a memory begins with.</summary>
    protected internal virtual double Initial(string memory) => 0;

    internal IReadOnlyList<string> MemoryNames => Memories;

    /// <summary>Sets the momentum, or what stands for it; schedules of one cycle do. An optimiser without any leaves it out.</summary>
    protected internal virtual void SetMomentum(double momentum)
    {
    }

    private protected IReadOnlyList<ParameterSlot> Slots => slots;

    /// <summary>Forgets the gradients, so that the next backward pass does not add to them.</summary>
    public void ZeroGrad()
    {
        foreach (var slot in slots) slot.Parameter.Grad = null;
    }

    /// <summary>
    /// What it remembers, by name: <c>steps</c>, <c>group.0.learning_rate</c>, and for each parameter by its place <c>0.steps</c>, <c>0.mean</c>, …
    /// Saved and loaded with the parameters, training goes on to the same bits.
    /// </summary>
    public virtual OrderedDictionary<string, Tensor> State()
    {
        var state = new OrderedDictionary<string, Tensor> { ["steps"] = Tensor.Scalar((long)Steps) };
        for (var i = 0; i < groups.Count; i++)
        {
            state[$"group.{i}.learning_rate"] = Tensor.Scalar(groups[i].LearningRate);
            state[$"group.{i}.weight_decay"] = Tensor.Scalar(groups[i].WeightDecay);
        }
        for (var i = 0; i < slots.Count; i++)
        {
            state[$"{i}.steps"] = Tensor.Scalar((long)slots[i].Step);
            foreach (var (name, tensor) in slots[i].Remembered) state[$"{i}.{name}"] = tensor.Copy();
        }
        return state;
    }

    /// <summary>Takes back what <see cref="State"/> gave, for the same parameters and groups. All is checked before anything is changed.</summary>
    /// <exception cref="ArgumentException">A name is missing or unknown, or a shape differs; the message names it.</exception>
    public virtual void LoadState(IReadOnlyDictionary<string, Tensor> state)
    {
        ArgumentNullException.ThrowIfNull(state);
        var known = new Dictionary<string, Shape> { ["steps"] = Shape.Scalar };
        for (var i = 0; i < groups.Count; i++) known[$"group.{i}.learning_rate"] = known[$"group.{i}.weight_decay"] = Shape.Scalar;
        for (var i = 0; i < slots.Count; i++)
        {
            known[$"{i}.steps"] = Shape.Scalar;
            foreach (var name in Memories) known[$"{i}.{name}"] = slots[i].Parameter.Shape;
            foreach (var name in Numbers) known[$"{i}.{name}"] = Shape.Scalar;
        }
        foreach (var (name, value) in state)
        {
            if (!known.TryGetValue(name, out var shape)) throw new ArgumentException(
                $"{Name}.LoadState: \"{name}\" is nothing that this optimiser of {slots.Count} parameters remembers.");
            if (value.Shape != shape) throw new ArgumentException($"{Name}.LoadState: \"{name}\" has shape {value.Shape}, not {shape}.");
        }
        // What is remembered comes with the first step, so a parameter that took none may lack it.
        foreach (var name in known.Keys.Where(name => name.EndsWith("steps", StringComparison.Ordinal) || name.StartsWith("group", StringComparison.Ordinal)))
            if (!state.ContainsKey(name)) throw new ArgumentException($"{Name}.LoadState: \"{name}\" is missing.");
        Restore(state);
    }

    void Restore(IReadOnlyDictionary<string, Tensor> state)
    {
        Steps = state["steps"].Item<int>();
        for (var i = 0; i < groups.Count; i++)
            (groups[i].LearningRate, groups[i].WeightDecay) = (state[$"group.{i}.learning_rate"].Item(), state[$"group.{i}.weight_decay"].Item());
        for (var i = 0; i < slots.Count; i++)
        {
            var slot = slots[i];
            slot.Step = state[$"{i}.steps"].Item<int>();
            slot.Remembered.Clear();
            foreach (var name in Memories)
                if (state.TryGetValue($"{i}.{name}", out var value)) slot.Remembered[name] = value.As(slot.Parameter.DType).Copy();
            foreach (var name in Numbers)
                if (state.TryGetValue($"{i}.{name}", out var value)) slot.Remembered[name] = value.Copy();
        }
    }
}
