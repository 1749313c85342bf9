using Backprop.Autograd;
using Backprop.Devices.Memory;
using Backprop.Formulas;

namespace Backprop.Ops;

/// <summary>
/// An operation: an immutable value whose attributes are its properties, so that equality, printing and graph labels follow.
/// Derive from it to add one; elementwise operations are shorter as formulas (<see cref="Formulas.IFormula{F}"/>).
/// </summary>
public abstract record Op
{
    /// <summary>What graphs and messages call it.</summary>
    public virtual string Name => GetType().Name;

    /// <summary>
    /// The shape rule, with the error that says what would have fitted. An operation that leaves it out is asked by computing.
    /// </summary>
    /// <exception cref="ShapeException">The operands do not fit.</exception>
    public virtual Shape Infer(ReadOnlySpan<Tensor> x) => Forward(x).Shape;

    /// <summary>Computes the result, without recording; it must leave the operands as they are.</summary>
    public abstract Tensor Forward(ReadOnlySpan<Tensor> x);

    /// <summary>
    /// The same for a call that is recorded. It may also hand out what <see cref="Backward"/> would otherwise have to compute again, such as the gates
    /// of a recurrent layer or the mask of a dropout; the call keeps it as <see cref="Node.Kept"/>.
    /// </summary>
    public virtual Tensor Forward(ReadOnlySpan<Tensor> x, out Tensor? kept)
    {
        kept = null;
        return Forward(x);
    }

    /// <summary>
    /// The derivative rule: sets <c>dx[i]</c> for every operand that <see cref="Node.Needs"/> it, in the shape of the result or of the
    /// operand (the engine sums over what was broadcast). Written in tensors, it has derivatives itself. An operation whose result is
    /// no float (truths, places, counts) is never asked and leaves it out.
    /// </summary>
    /// <param name="node">The call: its operands and its result.</param>
    /// <param name="dy">The derivative flowing in, of the result's shape.</param>
    /// <param name="dx">One place for each operand; null means zero.</param>
    /// <exception cref="GradientException">The operation has no such rule.</exception>
    public virtual void Backward(Node node, Tensor dy, Span<Tensor?> dx) => throw new GradientException(
        $"{Name} has no derivative rule; override Backward, or Detach() its result.");

    /// <summary>
    /// How many floating-point operations one call takes, for summaries: a multiplication with its addition counts as two. Unless overridden, one
    /// for each element of the largest operand or the result, and none where the result is a view.
    /// </summary>
    public virtual long Flops(ReadOnlySpan<Tensor> x, Tensor y)
    {
        long most = y.Count;
        foreach (var operand in x)
        {
            if (y.LooksAt(operand)) return 0;
            most = Math.Max(most, operand.Count);
        }
        return most;
    }

    /// <summary>The operation as text, its operands given as text; null where it is no formula. Drawn graphs and explanations read it.</summary>
    public virtual Source? Read(ReadOnlySpan<Source> x) => null;

    /// <summary>
    /// What flows back to one operand as text, dy flowing in and the operands and the result given as text: the derivative rule of what <see cref="Read"/> reads;
    /// null where there is none.
    /// </summary>
    public virtual Source? ReadPull(int operand, Source dy, ReadOnlySpan<Source> x, Source y) => null;

    /// <summary>Its kernels, where it works element by element and may be fused with others; else null.</summary>
    internal virtual Elementwise? Elements => null;

    /// <summary>Computes the result and, where a gradient is wanted, records the call.</summary>
    public Tensor Apply(params ReadOnlySpan<Tensor> x)
    {
        for (var i = 0; i < x.Length; i++)
            if (x[i] is null) throw new ArgumentNullException(nameof(x), $"{Name}: operand {i} is null.");
        Tensor y;
        Tensor? kept = null;
        // A rule written in tensors computes its result in one piece: its inner steps are not recorded.
        var recording = Recorder.Enabled;
        var tracked = recording && AnyRequiresGrad(x);
        Recorder.Enabled = false;
        var active = Activity.Begin();
        try
        {
            y = tracked ? Forward(x, out kept) : Forward(x);
        }
        finally
        {
            Recorder.Enabled = recording;
            active.Dispose();
        }
        // A rule may return an operand as it is; what the call remembers of its result is no matter of the operand's.
        if (y.RequiresGrad || Contains(x, y)) y = y.Alias();
        if (tracked && y.DType.IsFloat()) y.Node = new Node(this, x, y, kept: kept);
        if (Anomalies.Watching) Anomalies.AfterForward(this, x, y);
        Recorder.Observer?.Called(this, x, y);
        return y;
    }

    static bool Contains(ReadOnlySpan<Tensor> x, Tensor y)
    {
        foreach (var t in x)
            if (ReferenceEquals(t, y)) return true;
        return false;
    }

    static bool AnyRequiresGrad(ReadOnlySpan<Tensor> x)
    {
        foreach (var t in x)
            if (t.RequiresGrad) return true;
        return false;
    }
}
