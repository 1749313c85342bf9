using System.Runtime.CompilerServices;
using Backprop.Devices.Memory;

namespace Backprop.Ops;

/// <summary>
/// One call of an operation: what the seed's <c>MulLayer</c> remembers as <c>self.x</c> and <c>self.y</c>. Nodes are plain data; following
/// <see cref="Inputs"/> from a result is the computational graph.
/// </summary>
public sealed class Node
{
    // Most calls have one or two operands; those need no array. What is kept besides comes last in the array.
    Pair few;
    Tensor[]? many;
    Tensor? output;
    byte count;
    readonly bool all, keeps;
    readonly int createdAt;

    internal Node(Op op, ReadOnlySpan<Tensor> inputs, Tensor output, bool all = false, Tensor? kept = null)
    {
        Op = op;
        this.output = output;
        this.all = all;
        createdAt = Tensor.Updates;
        if (kept is not null)
        {
            keeps = true;
            many = [.. inputs, kept];
        }
        else if (inputs.Length <= 2)
        {
            count = (byte)inputs.Length;
            inputs.CopyTo(few);
        }
        else
        {
            many = inputs.ToArray();
        }
        if (Recorder.KeepsSources) Note();
    }

    internal Node(Op op, Tensor a, Tensor b, Tensor output)
    {
        Op = op;
        this.output = output;
        few[0] = a;
        few[1] = b;
        count = 2;
        createdAt = Tensor.Updates;
        if (Recorder.KeepsSources) Note();
    }

    /// <summary>Which operation was called.</summary>
    public Op Op { get; }

    /// <summary>Its operands.</summary>
    public ReadOnlySpan<Tensor> Inputs =>
        many is null ? ((ReadOnlySpan<Tensor>)few)[..count] : keeps ? many.AsSpan(..^1) : many;

    /// <summary>
    /// What <see cref="Op.Forward(ReadOnlySpan{Tensor}, out Tensor?)"/> handed out beside the result; null where it did not, and where the call was put
    /// together by hand.
    /// </summary>
    public Tensor? Kept => keeps ? many?[^1] : null;

    /// <summary>Its result.</summary>
    /// <exception cref="GradientException">A backward pass released the graph.</exception>
    public Tensor Output => output ?? throw Released();

    /// <summary>Lets go of operands and result, so that their memory may be used again while the walk goes on.</summary>
    internal void Release() => (few, many, count, output) = (default, null, 0, null);

    GradientException Released() => new(
        $"Backward of {Op.Name}: an earlier Backward(release: true) let go of what this call remembered. Forward again, or do not release.");

    void Note()
    {
        Source = Recorder.Place ?? CallSite.Find();
        Recorder.Recorded?.Invoke(this);
    }

    /// <summary>File and line of the caller; known only while <see cref="Autograd.Tape.KeepSources()"/> or a debug mode is on.</summary>
    public CallSite? Source { get; private set; }

    /// <summary>Whether a derivative with respect to operand <paramref name="i"/> is wanted.</summary>
    public bool Needs(int i) => all || Inputs[i].RequiresGrad;

    /// <summary>
    /// This call's derivatives, each of its operand's shape: what the seed's <c>MulLayer.backward(dout)</c> returns. Operands that
    /// need none are null.
    /// </summary>
    public Tensor?[] Backward(Tensor dy)
    {
        var dx = new Tensor?[Inputs.Length];
        Backward(dy, dx);
        return dx;
    }

    internal void Backward(Tensor dy, Span<Tensor?> dx)
    {
        if (output is null) throw Released();
        var inputs = Inputs;
        foreach (var x in inputs)
            if (x.ChangedSince(createdAt)) throw new GradientException(
                $"Backward of {Op.Name}: an operand of shape {x.Shape} was changed after the forward pass that used it. " +
                "Run backward before the optimiser's step, or forward again.");
        using var active = Activity.Begin();
        Op.Backward(this, dy, dx);
        for (var i = 0; i < dx.Length; i++)
        {
            if (dx[i] is not { } d) continue;
            if (!Needs(i)) dx[i] = null;
            else dx[i] = ToSource(d, inputs[i]);
        }
    }

    // The one place where a gradient is summed over what was broadcast, and converted where element types met.
    static Tensor ToSource(Tensor d, Tensor x)
    {
        if (d.Shape != x.Shape) d = SumTo.Call(d, x.Shape);
        return d.DType != x.DType && x.DType.IsFloat() && d.DType.IsFloat() ? Cast.Call(d, x.DType) : d;
    }

    /// <summary>Backward passes mark what they have seen, and gather here what flows in.</summary>
    internal int Mark;
    internal Tensor? Pending;

    [InlineArray(2)]
    struct Pair
    {
        Tensor first;
    }
}
