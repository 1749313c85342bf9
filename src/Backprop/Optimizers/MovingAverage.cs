using System.Runtime.CompilerServices;
using Backprop.Devices;
using Backprop.Devices.Memory;
using Backprop.Formulas;

namespace Backprop.Optimizers;

/// <summary>
/// An exponential moving average of parameters, a ← δa + (1 − δ)w after every step (Polyak, Juditsky 1992): it often does better in use than the last weights.
/// </summary>
/// <example><c>average.Update();</c> after each step, and <c>using (average.Applied()) Test(model);</c></example>
public sealed class MovingAverage
{
    readonly Tensor[] parameters, averages;

    /// <summary>An average that begins with the parameters as they are.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The decay is not within [0, 1).</exception>
    public MovingAverage(IEnumerable<Tensor> parameters, double decay = 0.999)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        if (!(decay is >= 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(decay), $"MovingAverage: the decay {decay} is not a number from 0 to below 1.");
        Decay = decay;
        this.parameters = [.. parameters];
        averages = Array.ConvertAll(this.parameters, p => p.Copy());
    }

    /// <summary>δ, how much of the average stays at an update.</summary>
    public double Decay { get; }

    /// <summary>The averages, in the order of the parameters.</summary>
    public IReadOnlyList<Tensor> Averages => averages;

    /// <summary>Takes the parameters as they are now into the average.</summary>
    public void Update()
    {
        using var active = Activity.Begin();
        for (var i = 0; i < averages.Length; i++)
        {
            averages[i].BeginUpdate(nameof(MovingAverage));
            Cpu.Update(new Rule(Decay), averages[i], parameters[i], []);
        }
    }

    /// <summary>Puts the averages into the parameters until the result is disposed of.</summary>
    public IDisposable Applied()
    {
        var trained = Array.ConvertAll(parameters, p => p.Copy());
        Put(averages);
        return new Restoration(this, trained);
    }

    void Put(Tensor[] values)
    {
        for (var i = 0; i < parameters.Length; i++) parameters[i].Assign(values[i]);
    }

    sealed class Restoration(MovingAverage average, Tensor[] trained) : IDisposable
    {
        Tensor[]? values = trained;

        public void Dispose()
        {
            if (values is not null) average.Put(values);
            values = null;
        }
    }

    readonly record struct Rule(double Decay) : IUpdateRule
    {
        public static int Memories => 0;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Next<V>(V average, V w, ref V a, ref V b, ref V c) where V : IReal<V> => Decay * average + (1 - Decay) * w;
    }
}
