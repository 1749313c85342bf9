using System.Numerics;
using Backprop.Devices.Memory;

namespace Backprop.Optimizers;

/// <summary>Changes parameters so that a loss becomes smaller, from the gradients that a backward pass left in them.</summary>
public abstract class Optimizer
{
    readonly Tensor[] parameters;

    /// <summary>An optimiser of the given parameters.</summary>
    /// <exception cref="ArgumentException">A parameter is no leaf that requires a gradient.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The learning rate is negative or not finite.</exception>
    protected Optimizer(IEnumerable<Tensor> parameters, double learningRate)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        this.parameters = [.. parameters];
        for (var i = 0; i < this.parameters.Length; i++)
            if (!this.parameters[i].RequiresGrad || !this.parameters[i].IsLeaf)
                throw new ArgumentException($"{GetType().Name}: parameter {i} is no leaf that requires a gradient.");
        LearningRate = learningRate;
    }

    /// <summary>The step size.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or not finite.</exception>
    public double LearningRate
    {
        get;
        set => field = double.IsFinite(value) && value >= 0
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), $"{GetType().Name}: the learning rate {value} is not a number ≥ 0.");
    }

    /// <summary>How many steps have been taken.</summary>
    public int Steps { get; private set; }

    /// <summary>Takes one step; a parameter without a gradient stays as it is.</summary>
    public void Step()
    {
        using var active = Activity.Begin();
        Steps++;
        for (var i = 0; i < parameters.Length; i++)
        {
            if (parameters[i].Grad is not { } gradient) continue;
            parameters[i].BeginUpdate(GetType().Name);
            if (parameters[i].DType == DType.Float32) Update<float>(i, parameters[i], gradient);
            else Update<double>(i, parameters[i], gradient);
        }
    }

    void Update<T>(int index, Tensor parameter, Tensor gradient) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Update(index, parameter.Elements<T>(), Ops.Cast.Raw(gradient, parameter.DType).Packed().Elements<T>());

    /// <summary>Changes one parameter in place.</summary>
    private protected abstract void Update<T>(int index, Span<T> w, ReadOnlySpan<T> g) where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>Forgets the gradients, so that the next backward pass does not add to them.</summary>
    public void ZeroGrad()
    {
        foreach (var parameter in parameters) parameter.Grad = null;
    }

    /// <summary>Memory for every element of every parameter, zero at first.</summary>
    private protected sealed class Memory
    {
        readonly Dictionary<int, Array> arrays = [];

        public Span<T> Of<T>(int index, int count)
        {
            if (!arrays.TryGetValue(index, out var array)) arrays[index] = array = new T[count];
            return (T[])array;
        }
    }
}
