namespace Backprop.Optimizers;

public abstract partial class Optimizer
{
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
            var slot = slots[i];
            state[$"{i}.steps"] = Tensor.Scalar((long)slot.Step);
            if (slot.Step == 0) continue;
            foreach (var name in MemoriesOf(slot.Parameter)) state[$"{i}.{name}"] = slot[name].Copy();
            foreach (var name in Numbers)
                if (slot.Remembered.TryGetValue(name, out var number)) state[$"{i}.{name}"] = number.Copy();
        }
        return state;
    }

    /// <summary>Takes back what <see cref="State"/> gave, for the same parameters and groups. All is checked before anything is changed.</summary>
    /// <exception cref="ArgumentException">A name is missing or unknown, or a value does not fit; the message names it.</exception>
    public virtual void LoadState(IReadOnlyDictionary<string, Tensor> state)
    {
        var saved = new SavedState(state, Name);
        var steps = saved.Count("steps");
        var options = groups.Select((_, i) => (Rate: saved.NotNegative($"group.{i}.learning_rate"), Decay: saved.NotNegative($"group.{i}.weight_decay"))).ToArray();
        var remembered = slots.Select((slot, i) =>
        {
            var step = saved.Count($"{i}.steps");
            return (
                Step: step,
                Memories: step == 0 ? [] : MemoriesOf(slot.Parameter).Select(name => KeyValuePair.Create(name, saved.Float($"{i}.{name}", slot.Parameter.Shape))).ToArray(),
                Numbers: Numbers.Where(name => saved.Has($"{i}.{name}")).Select(name => KeyValuePair.Create(name, saved.Float($"{i}.{name}", []))).ToArray());
        }).ToArray();
        saved.RefuseOthers();

        Steps = steps;
        for (var i = 0; i < groups.Count; i++) (groups[i].LearningRate, groups[i].WeightDecay) = options[i];
        for (var i = 0; i < slots.Count; i++) slots[i].Restore(remembered[i].Step, remembered[i].Memories, remembered[i].Numbers);
    }
}
