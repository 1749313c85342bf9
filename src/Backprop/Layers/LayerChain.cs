using System.Runtime.CompilerServices;

namespace Backprop.Layers;

/// <summary>
/// Runs layers forward and afterwards backward in exactly the reverse order, so that the order cannot be got wrong, and shows both.
/// Results may branch and join: derivatives that meet are added.
/// </summary>
/// <example>
/// <code>
/// var chain = new LayerChain();
/// var applePrice = chain.Forward(mulApple, apple, count);
/// var price = chain.Forward(mulTax, applePrice, tax);
/// chain.Backward(1);
/// chain.Derivative(apple);       // 2.2
/// </code>
/// </example>
public sealed class LayerChain
{
    readonly List<Call> calls = [];
    readonly Dictionary<Tensor, Tensor> derivatives = new(ReferenceEqualityComparer.Instance);

    sealed record Call(string Name, Layer Layer, Tensor[] Inputs, Tensor Output);

    /// <summary>The layers' names in the order in which they ran forward.</summary>
    public IReadOnlyList<string> ForwardOrder => [.. calls.Select(call => call.Name)];

    /// <summary>The layers' names in the order in which they run backward.</summary>
    public IReadOnlyList<string> BackwardOrder => [.. calls.Select(call => call.Name).Reverse()];

    /// <summary>Runs a layer of one operand.</summary>
    /// <exception cref="GradientException">The layer already ran in this chain; it remembers one call only.</exception>
    public Tensor Forward(UnaryLayer layer, Tensor x, [CallerArgumentExpression(nameof(layer))] string name = "") => Run(layer, name, x);

    /// <summary>Runs a layer of two operands.</summary>
    /// <exception cref="GradientException">The layer already ran in this chain; it remembers one call only.</exception>
    public Tensor Forward(BinaryLayer layer, Tensor x, Tensor y, [CallerArgumentExpression(nameof(layer))] string name = "") =>
        Run(layer, name, x, y);

    /// <summary>Runs a layer that ends a chain: the loss of x and its targets.</summary>
    /// <exception cref="GradientException">The layer already ran in this chain; it remembers one call only.</exception>
    public Tensor Forward(LossLayer layer, Tensor x, Tensor t, [CallerArgumentExpression(nameof(layer))] string name = "") =>
        Run(layer, name, x, t);

    Tensor Run(Layer layer, string name, params ReadOnlySpan<Tensor> x)
    {
        ArgumentNullException.ThrowIfNull(layer);
        if (calls.Exists(call => ReferenceEquals(call.Layer, layer))) throw new GradientException(
            $"LayerChain: {name} already ran in this chain, and a layer remembers its last call only. Use a second {layer.Name}.");
        var y = layer.Push(x);
        calls.Add(new(name, layer, x.ToArray(), y));
        return y;
    }

    /// <summary>Runs every layer backward, the last one first, from the derivative flowing into the last result.</summary>
    /// <exception cref="GradientException">No layer ran forward, or one was driven outside the chain since.</exception>
    /// <exception cref="ShapeException">dout has another shape than the last result.</exception>
    public void Backward(Tensor dout)
    {
        if (calls.Count == 0) throw new GradientException("LayerChain.Backward: no layer ran forward yet.");
        foreach (var call in calls)
            if (!call.Layer.Remembers(call.Output)) throw new GradientException(
                $"LayerChain.Backward: {call.Name} ran forward again outside this chain and remembers that call. Give the chain layers of its own.");
        derivatives.Clear();
        ArgumentNullException.ThrowIfNull(dout);
        if (dout.Shape != calls[^1].Output.Shape) throw new ShapeException(
            $"LayerChain.Backward: dout has shape {dout.Shape} and the last Forward returned {calls[^1].Output.Shape}; they must be equal.");
        derivatives[calls[^1].Output] = dout;
        foreach (var call in Enumerable.Reverse(calls))
        {
            if (!derivatives.TryGetValue(call.Output, out var dy)) continue;
            var dx = call.Layer.Pull(dy);
            for (var i = 0; i < dx.Length; i++)
                derivatives[call.Inputs[i]] = derivatives.TryGetValue(call.Inputs[i], out var sum) ? sum + dx[i] : dx[i];
        }
    }

    /// <summary>The derivative of the last result with respect to any tensor that went into or came out of a layer.</summary>
    /// <exception cref="GradientException">Backward has not run, or the last result does not depend on the tensor.</exception>
    public Tensor Derivative(Tensor x) => derivatives.TryGetValue(x, out var d) ? d : throw new GradientException(
        derivatives.Count == 0
            ? "LayerChain.Derivative: call Backward first."
            : "LayerChain.Derivative: the last result does not depend on this tensor (or it is another object with the same numbers).");

    /// <summary>Both orders, one a line.</summary>
    public override string ToString() =>
        $"forward:  {string.Join(" → ", ForwardOrder)}\nbackward: {string.Join(" → ", BackwardOrder)}";
}
