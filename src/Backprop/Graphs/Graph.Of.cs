using System.Runtime.CompilerServices;
using Backprop.Modules;

namespace Backprop.Graphs;

public sealed partial class Graph
{
    /// <summary>
    /// Captures the graph behind a result. The tensors given after it are named as the call names them: <c>Graph.Of(price, apple, count, tax)</c>. Any
    /// tensor may be named, inputs and results on the way; one that takes no part is left out. Others have the name that
    /// <see cref="Tensor.Named(string)"/> gave them.
    /// </summary>
    /// <remarks>
    /// Derivatives are those of the result where it is a single number; they are computed for the graph alone, so every <see cref="Tensor.Grad"/>
    /// stays as it is and no hook is called.
    /// </remarks>
    /// <exception cref="GradientException">
    /// Nothing was recorded on the way to the result, a backward pass released it, an operand was changed since, or an operation has no derivative rule
    /// (<see cref="GraphOptions.Gradients"/> switched off helps against the last two).
    /// </exception>
    public static Graph Of(
        Tensor result, Tensor? a = null, Tensor? b = null, Tensor? c = null, Tensor? d = null, Tensor? e = null, Tensor? f = null, Tensor? g = null, Tensor? h = null,
        GraphOptions? options = null,
        [CallerArgumentExpression(nameof(result))] string resultName = "",
        [CallerArgumentExpression(nameof(a))] string aName = "", [CallerArgumentExpression(nameof(b))] string bName = "",
        [CallerArgumentExpression(nameof(c))] string cName = "", [CallerArgumentExpression(nameof(d))] string dName = "",
        [CallerArgumentExpression(nameof(e))] string eName = "", [CallerArgumentExpression(nameof(f))] string fName = "",
        [CallerArgumentExpression(nameof(g))] string gName = "", [CallerArgumentExpression(nameof(h))] string hName = "")
    {
        ArgumentNullException.ThrowIfNull(result);
        var names = Names((a, aName), (b, bName), (c, cName), (d, dName), (e, eName), (f, fName), (g, gName), (h, hName));
        return GraphCapture.Run([(result, CallNames.Of(resultName))], names, null, options ?? GraphOptions.Default);
    }

    /// <summary>
    /// The same for a result of a module: parameters are named by their paths, and modules are groups: frames that can be folded.
    /// </summary>
    /// <remarks>
    /// Which module an operation belongs to is known where <see cref="Record"/> was on; else it is deduced: an operation belongs to the module whose
    /// parameters it uses, one that uses none to the innermost module that holds all around it.
    /// </remarks>
    /// <exception cref="GradientException">As above.</exception>
    public static Graph Of(
        Tensor result, ModuleBase module, Tensor? a = null, Tensor? b = null, Tensor? c = null, Tensor? d = null, GraphOptions? options = null,
        [CallerArgumentExpression(nameof(result))] string resultName = "",
        [CallerArgumentExpression(nameof(a))] string aName = "", [CallerArgumentExpression(nameof(b))] string bName = "",
        [CallerArgumentExpression(nameof(c))] string cName = "", [CallerArgumentExpression(nameof(d))] string dName = "")
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(module);
        var names = Names((a, aName), (b, bName), (c, cName), (d, dName));
        return GraphCapture.Run([(result, CallNames.Of(resultName))], names, module, options ?? GraphOptions.Default);
    }

    /// <summary>
    /// The graph behind several results, with names from the call: <c>Graph.Of([price, discount], [apple, count, tax])</c>. The derivatives are those of
    /// the sum of all results that are single numbers.
    /// </summary>
    /// <exception cref="ArgumentException">There is no result.</exception>
    /// <exception cref="GradientException">As above.</exception>
    public static Graph Of(
        Tensor[] results, Tensor[]? named = null, ModuleBase? module = null, GraphOptions? options = null,
        [CallerArgumentExpression(nameof(results))] string resultNames = "",
        [CallerArgumentExpression(nameof(named))] string names = "")
    {
        ArgumentNullException.ThrowIfNull(results);
        var called = CallNames.OfList(resultNames, results.Length);
        var others = named is null ? [] : named.Zip(CallNames.OfList(names, named.Length), (tensor, name) => ((Tensor?)tensor, name ?? "")).ToArray();
        return GraphCapture.Run([.. results.Select((tensor, i) => (tensor, called[i]))], Names(others), module, options ?? GraphOptions.Default);
    }

    static Dictionary<Tensor, string> Names(params ReadOnlySpan<(Tensor? Tensor, string Text)> given)
    {
        var names = new Dictionary<Tensor, string>(ReferenceEqualityComparer.Instance);
        foreach (var (tensor, text) in given)
            if (tensor is not null && CallNames.Of(text) is { } name) names.TryAdd(tensor, name);
        return names;
    }
}
