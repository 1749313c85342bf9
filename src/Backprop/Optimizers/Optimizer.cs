using Backprop.Autograd;
using Backprop.Devices;
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
/// <remarks>
/// A parameter without a gradient, or frozen, stays as it is and does not count the step. Gradients of several backward passes add up until
/// <see cref="ZeroGrad"/>: to step once for several batches needs nothing else. A NaN or an infinity in a gradient goes into the parameter, and into what is
/// remembered of it, unless <see cref="RefusesNonFinite"/> has such a step refused.
/// </remarks>
public abstract partial class Optimizer
{
    readonly List<ParameterSlot> slots = [];
    readonly List<ParameterGroup> groups;

    /// <summary>An optimiser of the given parameters.</summary>
    /// <exception cref="ArgumentException">
    /// There is none, a parameter is no leaf of float32 or float64 or a view with gaps or is given twice, or none requires a gradient.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">The learning rate or the weight decay is negative or not finite.</exception>
    protected Optimizer(IEnumerable<Tensor> parameters, double learningRate, double weightDecay = 0)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        groups = [new(Name, learningRate, weightDecay)];
        var seen = new HashSet<Tensor>();
        foreach (var parameter in parameters)
        {
            ArgumentNullException.ThrowIfNull(parameter, nameof(parameters));
            if (!parameter.IsLeaf || !parameter.DType.IsFloat()) throw new ArgumentException(
                $"{Name}: parameter {slots.Count} of shape {parameter.Shape} is no leaf of float32 or float64 and cannot be optimised.");
            if (!parameter.IsContiguous) throw new ArgumentException(
                $"{Name}: parameter {slots.Count} of shape {parameter.Shape} is a view with gaps and cannot be changed; give the tensor that it looks at.");
            if (!seen.Add(parameter)) throw new ArgumentException(
                $"{Name}: parameter {slots.Count} of shape {parameter.Shape} is given twice; module.Parameters lists each once.");
            var added = new ParameterSlot(this, parameter, groups[0]);
            slots.Add(added);
            groups[0].Members.Add(added);
        }
        if (slots.Count == 0) throw new ArgumentException($"{Name}: there are no parameters. A module's are those that its Parts lists.");
        if (!slots.Exists(slot => slot.Parameter.RequiresGrad)) throw new ArgumentException(
            $"{Name}: none of the {slots.Count} parameters requires a gradient, so none would ever change.");
    }

    /// <summary>What messages call it.</summary>
    public string Name => GetType().Name;

    /// <summary>Whether it makes the loss larger instead.</summary>
    public bool Maximize { get; init; }

    /// <summary>Whether a step is refused, before anything is changed, when a gradient holds a NaN or an infinity.</summary>
    public bool RefusesNonFinite { get; set; }

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
    public virtual ParameterGroup Group(IEnumerable<Tensor> parameters, double? learningRate = null, double? weightDecay = null)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        var members = parameters.Select(parameter => parameter is null ? throw new ArgumentNullException(nameof(parameters)) : slots.Find(slot => ReferenceEquals(slot.Parameter, parameter)) ?? throw new ArgumentException(
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
    /// <exception cref="DTypeException">A gradient has another element type than its parameter; nothing was changed.</exception>
    /// <exception cref="AnomalyException">A gradient is not finite and <see cref="RefusesNonFinite"/> is on; nothing was changed.</exception>
    public virtual void Step()
    {
        using var off = Tape.NoGrad();
        using var active = Activity.Begin();
        for (var i = 0; i < slots.Count; i++)
            if (slots[i].IsReady) Check(slots[i].Parameter, slots[i].Parameter.PassingGrad!, i);
        Steps++;
        foreach (var slot in slots)
        {
            if (!slot.IsReady) continue;
            slot.Begin(Maximize);
            Update(slot);
            slot.End();
        }
    }

    private protected void CountStep() => Steps++;

    void Check(Tensor parameter, Tensor gradient, int place)
    {
        if (gradient.DType != parameter.DType && !gradient.IsWeak) throw new DTypeException(
            $"{Name}.Step: parameter {place} of shape {parameter.Shape} is {parameter.DType.Name()} and its gradient {gradient.DType.Name()}; " +
            $"convert it with As(DType.{parameter.DType}). Nothing was changed.");
        if (RefusesNonFinite && Cpu.FindAnomaly(gradient.Packed(), nan: true, infinity: true, out var value) >= 0) throw new AnomalyException(
            FormattableString.Invariant($"{Name}.Step: the gradient of parameter {place} of shape {parameter.Shape} holds {value}. Nothing was changed."));
    }

    /// <summary>
    /// Changes one parameter, by its <see cref="ParameterSlot.Gradient"/> and what is remembered of it. Nothing here is recorded. The gradients were checked
    /// before; one of your own that throws nevertheless leaves the parameters before this one stepped, so refuse what you refuse in the constructor.
    /// </summary>
    protected abstract void Update(ParameterSlot p);

    /// <summary>The names of what is remembered for each number of a parameter; a rule's first, in its order.</summary>
    protected virtual IReadOnlyList<string> Memories => [];

    /// <summary>The names of single numbers that are remembered for each parameter.</summary>
    protected virtual IReadOnlyList<string> Numbers => [];

    /// <summary>What a memory begins with.</summary>
    protected internal virtual double Initial(string memory) => 0;

    internal IReadOnlyList<string> MemoryNames => Memories;
    internal IReadOnlyList<string> NumberNames => Numbers;

    /// <summary>Those of the <see cref="Memories"/> that a parameter has once it was stepped.</summary>
    private protected virtual IReadOnlyList<string> MemoriesOf(Tensor parameter) => Memories;

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
}
