using System.Runtime.CompilerServices;
using Backprop.Devices;
using Backprop.Devices.Memory;
using Backprop.Formulas;

namespace Backprop.Optimizers;

/// <summary>
/// A moving average of parameters, a ← δa + (1 − δ)w after every step (Polyak, Juditsky 1992): it often does better in use than the last weights. Without a decay it
/// is the plain mean of all updates, as in stochastic weight averaging (Izmailov et al. 2018).
/// </summary>
/// <example><c>average.Update();</c> after each step, and <c>using (average.Applied()) Test(model);</c></example>
public sealed class MovingAverage
{
    readonly Tensor[] parameters, averages;
    readonly bool warmUp;
    Tensor[]? trained;

    /// <summary>An average that begins with the parameters as they are.</summary>
    /// <param name="parameters">What is averaged; buffers, as the running statistics of a batch norm, may be among them.</param>
    /// <param name="decay">δ; null for the mean of all updates.</param>
    /// <param name="warmUp">Whether δ is at most (1 + n)/(10 + n) at update n, so that the beginning is soon forgotten.</param>
    /// <exception cref="ArgumentException">A tensor is no leaf of float32 or float64, is a view with gaps, or is given twice.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The decay is not within [0, 1).</exception>
    public MovingAverage(IEnumerable<Tensor> parameters, double? decay = 0.999, bool warmUp = false)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        if (decay is not (null or (>= 0 and < 1)))
            throw new ArgumentOutOfRangeException(nameof(decay), $"MovingAverage: the decay {decay} is not a number from 0 to below 1.");
        (Decay, this.warmUp) = (decay, warmUp);
        this.parameters = [.. parameters];
        for (var i = 0; i < this.parameters.Length; i++)
            if (this.parameters[i] is not { IsLeaf: true, IsContiguous: true } p || !p.DType.IsFloat() || Array.IndexOf(this.parameters, p) < i)
                throw new ArgumentException($"MovingAverage: tensor {i} is no leaf of float32 or float64, is a view with gaps, or is given twice.");
        averages = Array.ConvertAll(this.parameters, p => p.Copy());
    }

    /// <summary>δ, how much of the average stays at an update; null for the mean of all updates.</summary>
    public double? Decay { get; }

    /// <summary>How many updates there have been.</summary>
    public int Updates { get; private set; }

    /// <summary>Copies of the averages, in the order of the parameters.</summary>
    public IReadOnlyList<Tensor> Averages => Array.ConvertAll(averages, average => average.Copy());

    /// <summary>Takes the parameters as they are now into the average.</summary>
    /// <exception cref="InvalidOperationException">The averages are in the parameters' place.</exception>
    public void Update()
    {
        if (trained is not null) throw new InvalidOperationException("MovingAverage.Update: the averages are in the parameters' place; dispose of what Applied returned.");
        using var active = Activity.Begin();
        Updates++;
        var decay = Decay is not { } d ? 1 - 1.0 / Updates : warmUp ? Math.Min(d, (1.0 + Updates) / (10 + Updates)) : d;
        for (var i = 0; i < averages.Length; i++)
        {
            // The module may have been converted since.
            averages[i] = averages[i].As(parameters[i].DType);
            Cpu.Update(new Rule(1 - decay), averages[i], parameters[i], []);
        }
    }

    /// <summary>Puts the averages into the parameters until the result is disposed of, which brings back what was trained bit by bit.</summary>
    /// <exception cref="InvalidOperationException">They are there already.</exception>
    public IDisposable Applied()
    {
        if (trained is not null) throw new InvalidOperationException("MovingAverage.Applied: the averages are in the parameters' place already.");
        trained = Array.ConvertAll(parameters, p => p.Copy());
        Put(averages);
        return new Restoration(this);
    }

    void Put(Tensor[] values)
    {
        for (var i = 0; i < parameters.Length; i++) parameters[i].Assign(values[i].As(parameters[i].DType));
    }

    /// <summary>Copies of the averages by their place (<c>0</c>, <c>1</c>, …), and <c>updates</c>.</summary>
    public OrderedDictionary<string, Tensor> State()
    {
        var state = new OrderedDictionary<string, Tensor> { ["updates"] = Tensor.Scalar((long)Updates) };
        for (var i = 0; i < averages.Length; i++) state[$"{i}"] = averages[i].Copy();
        return state;
    }

    /// <summary>Takes back what <see cref="State"/> gave. All is checked before anything is changed.</summary>
    /// <exception cref="ArgumentException">A name is missing or unknown, or a value does not fit; the message names it.</exception>
    public void LoadState(IReadOnlyDictionary<string, Tensor> state)
    {
        var saved = new SavedState(state, nameof(MovingAverage));
        var updates = saved.Count("updates");
        var loaded = averages.Select((average, i) => saved.Float($"{i}", average.Shape).As(average.DType).Copy()).ToArray();
        saved.RefuseOthers();
        Updates = updates;
        loaded.CopyTo(averages, 0);
    }

    sealed class Restoration(MovingAverage average) : IDisposable
    {
        bool done;

        public void Dispose()
        {
            if (done) return;
            done = true;
            average.Put(average.trained!);
            average.trained = null;
        }
    }

    readonly record struct Rule(double Share) : IUpdateRule
    {
        public static int Memories => 0;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Next<V>(V average, V w, ref V a, ref V b, ref V c) where V : IReal<V> => average + Share * (w - average);
    }
}
