using Backprop.Autograd;
using Backprop.Ops;

namespace Backprop.Layers;

/// <summary>
/// A computation that remembers its last call, so that it can be driven by hand, forward and then backward. What it keeps is the tape's
/// own <see cref="Node"/>: one implementation, two ways to drive it. A layer with parameters is a tape of one call.
/// </summary>
public abstract class Layer
{
    readonly Op? op;
    readonly Func<Tensor[], Tensor>? function;
    readonly Tensor[] parameters;
    Tensor[]? gradients;
    Node? call;

    /// <summary>A layer of one operation.</summary>
    protected Layer(Op op)
    {
        ArgumentNullException.ThrowIfNull(op);
        (this.op, parameters) = (op, []);
    }

    /// <summary>A layer of any function of tensors, recorded as it runs.</summary>
    /// <param name="function">What it computes from its operands, and from the parameters that it closes over.</param>
    /// <param name="parameters">Those parameters: from now on they require a gradient.</param>
    protected Layer(Func<Tensor[], Tensor> function, params Tensor[] parameters) : this(parameters)
    {
        ArgumentNullException.ThrowIfNull(function);
        this.function = function;
    }

    /// <summary>A layer that overrides <see cref="Compute"/>, as one with a state or a switch does.</summary>
    /// <param name="parameters">Its parameters: from now on they require a gradient.</param>
    protected Layer(params Tensor[] parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        foreach (var parameter in parameters) ArgumentNullException.ThrowIfNull(parameter, nameof(parameters));
        Tape.Watch(parameters);
        this.parameters = parameters;
    }

    /// <summary>What messages call it: its class.</summary>
    public virtual string Name => GetType().Name;

    /// <summary>Its parameters, the ones that an optimiser takes.</summary>
    public IReadOnlyList<Tensor> Parameters => parameters;

    /// <summary>
    /// The derivatives with respect to <see cref="Parameters"/> of the last Backward, each Backward anew. They are also added to the parameters'
    /// <see cref="Tensor.Grad"/>, where an optimiser finds them.
    /// </summary>
    /// <exception cref="GradientException">Backward has not been called.</exception>
    public IReadOnlyList<Tensor> Gradients => gradients ?? throw new GradientException($"{Name}: there are no gradients yet. Call Forward, then Backward.");

    /// <summary>How many operands the last call had; 0 before the first.</summary>
    protected int OperandCount => call?.Inputs.Length ?? 0;

    /// <summary>The last call: its operands and its result.</summary>
    /// <exception cref="GradientException">Forward has not been called.</exception>
    protected Node LastCall => call ?? throw new GradientException(
        $"{Name}: nothing is remembered yet. Call Forward first; Backward uses what Forward remembers.");

    /// <summary>Whether this is the result of the last call.</summary>
    internal bool Remembers(Tensor y) => call is not null && ReferenceEquals(call.Output, y);

    /// <summary>
    /// What the layer computes from its operands, unless it is one operation: recorded as it runs, once for every Forward.
    /// </summary>
    protected virtual Tensor Compute(Tensor[] x) => function is not null ? function(x) : throw new GradientException(
        $"{Name}: there is nothing to compute. Override Compute, or hand the constructor an operation or a function.");

    /// <summary>Computes the result and remembers operands and result for <see cref="Pull"/>. The call before is forgotten.</summary>
    protected internal virtual Tensor Push(params ReadOnlySpan<Tensor> x)
    {
        foreach (var operand in x) ArgumentNullException.ThrowIfNull(operand, nameof(x));
        using var off = Tape.NoGrad();
        var made = op ?? Recorded.Run(this, x);
        var y = made.Apply(x);
        call = new Node(made, x, y, all: true);
        return y;
    }

    /// <summary>The derivatives with respect to the operands of the last call. It may be asked again; the layer stays as it is.</summary>
    /// <exception cref="GradientException">Forward has not been called.</exception>
    /// <exception cref="ShapeException">dout has another shape than the last result.</exception>
    protected internal virtual Tensor[] Pull(Tensor dout)
    {
        ArgumentNullException.ThrowIfNull(dout);
        var node = LastCall;
        if (dout.Shape != node.Output.Shape) throw new ShapeException(
            $"{Name}.Backward: dout has shape {dout.Shape} and the last Forward returned {node.Output.Shape}; they must be equal.");
        using var off = Tape.NoGrad();
        var dx = node.Backward(dout);
        var result = new Tensor[dx.Length];
        for (var i = 0; i < result.Length; i++) result[i] = dx[i] ?? Tensor.ZerosLike(node.Inputs[i]);
        return result;
    }

    /// <summary>One run of a layer's function, with what the tape recorded of it.</summary>
    sealed record Recorded(Layer Owner, Tensor[] Variables, Tensor Result) : Op
    {
        public static Recorded Run(Layer owner, ReadOnlySpan<Tensor> x)
        {
            using var on = Tape.EnableGrad();
            var variables = new Tensor[x.Length];
            for (var i = 0; i < x.Length; i++)
            {
                variables[i] = x[i].Detach();
                variables[i].RequiresGrad = x[i].DType.IsFloat();
            }
            return new(owner, variables, owner.Compute(variables));
        }

        public override string Name => Owner.Name;

        public override Tensor Forward(ReadOnlySpan<Tensor> x) => Result.Detach();

        public override void Backward(Node node, Tensor dy, Span<Tensor?> dx)
        {
            var arrived = new ChosenGradients([.. Variables, .. Owner.parameters]);
            if (Result.RequiresGrad) Tape.Walk(Result, Cast.Call(dy, Result.DType), createGraph: false, arrived);
            for (var i = 0; i < Variables.Length; i++) dx[i] = arrived[Variables[i]];
            Owner.gradients = Array.ConvertAll(Owner.parameters, p => arrived[p] ?? Tensor.ZerosLike(p));
            foreach (var p in Owner.parameters)
                if (arrived[p] is { } d) p.AddToGrad(d);
        }
    }
}
