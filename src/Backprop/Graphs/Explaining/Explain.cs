using System.Numerics;
using System.Runtime.CompilerServices;
using Backprop.Formulas;

namespace Backprop.Graphs;

/// <summary>Tells how a derivative comes about.</summary>
/// <example>
/// <code>
/// Console.WriteLine(Explain.Derivative(price, apple, applePrice));
/// // ∂price/∂apple = ∂price/∂applePrice · ∂applePrice/∂apple = 1.1 · 2 = 2.2
/// </code>
/// </example>
public static class Explain
{
    /// <summary>
    /// The derivative of one number with respect to another by the chain rule, in words and numbers: each path, its local derivatives, their products, the sum. Tensors
    /// given besides are named as the call names them; a result without a name is called u1, u2, …
    /// </summary>
    /// <param name="result">The number that is differentiated; calls on the way to it were recorded.</param>
    /// <param name="input">The number with respect to which: an input, or a result on the way.</param>
    /// <param name="a">A further tensor to be called by its name, as are the next.</param>
    /// <param name="b">Another.</param>
    /// <param name="c">Another.</param>
    /// <param name="d">Another.</param>
    /// <param name="language">The language of the sentences.</param>
    /// <param name="mostPaths">How many paths are told; of more, those that bring most.</param>
    /// <param name="resultName">Filled in by the compiler, as are the next.</param>
    /// <param name="inputName">Filled in.</param>
    /// <param name="aName">Filled in.</param>
    /// <param name="bName">Filled in.</param>
    /// <param name="cName">Filled in.</param>
    /// <param name="dName">Filled in.</param>
    /// <exception cref="ShapeException">One is not a single number, or a path leads through a tensor of several; the message names it.</exception>
    /// <exception cref="GradientException">Nothing was recorded on the way to the result.</exception>
    public static DerivativeExplanation Derivative(
        Tensor result, Tensor input, Tensor? a = null, Tensor? b = null, Tensor? c = null, Tensor? d = null, Language language = Language.English, int mostPaths = 16,
        [CallerArgumentExpression(nameof(result))] string resultName = "", [CallerArgumentExpression(nameof(input))] string inputName = "",
        [CallerArgumentExpression(nameof(a))] string aName = "", [CallerArgumentExpression(nameof(b))] string bName = "",
        [CallerArgumentExpression(nameof(c))] string cName = "", [CallerArgumentExpression(nameof(d))] string dName = "")
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(input);
        ArgumentOutOfRangeException.ThrowIfLessThan(mostPaths, 1);
        foreach (var (tensor, name) in new[] { (result, resultName), (input, inputName) })
            if (tensor.Count != 1) throw new ShapeException(
                $"Explain.Derivative: {SafeText.OneLine(name)} has shape {tensor.Shape}; the chain rule is told of single numbers. Take one element (x[0]) before computing, or draw the graph.");
        var graph = Graph.Of(result, input, a, b, c, d, resultName: resultName, aName: Mark, bName: aName, cName: bName, dName: cName, eName: dName);
        return new PathFinder(graph, Called(input, inputName), mostPaths).Explain(Called(result, resultName), language);
    }

    /// <summary>
    /// The formula by which a result comes from its inputs, simplified: <c>price = apple * count * tax</c>, also as LaTeX and as C#. Tensors given besides are named as the call
    /// names them.
    /// </summary>
    /// <param name="result">The result; calls on the way to it were recorded.</param>
    /// <param name="a">A tensor to be called by its name, as are the next.</param>
    /// <param name="b">Another.</param>
    /// <param name="c">Another.</param>
    /// <param name="d">Another.</param>
    /// <param name="e">Another.</param>
    /// <param name="resultName">Filled in by the compiler, as are the next.</param>
    /// <param name="aName">Filled in.</param>
    /// <param name="bName">Filled in.</param>
    /// <param name="cName">Filled in.</param>
    /// <param name="dName">Filled in.</param>
    /// <param name="eName">Filled in.</param>
    /// <exception cref="GradientException">Nothing was recorded on the way to the result.</exception>
    /// <exception cref="ArgumentException">It takes more operations than anybody reads.</exception>
    public static FormulaExplanation Formula(
        Tensor result, Tensor? a = null, Tensor? b = null, Tensor? c = null, Tensor? d = null, Tensor? e = null,
        [CallerArgumentExpression(nameof(result))] string resultName = "",
        [CallerArgumentExpression(nameof(a))] string aName = "", [CallerArgumentExpression(nameof(b))] string bName = "",
        [CallerArgumentExpression(nameof(c))] string cName = "", [CallerArgumentExpression(nameof(d))] string dName = "",
        [CallerArgumentExpression(nameof(e))] string eName = "")
    {
        ArgumentNullException.ThrowIfNull(result);
        var graph = Graph.Of(
            result, a, b, c, d, e, options: new() { Gradients = false }, resultName: resultName, aName: aName, bName: bName, cName: cName, dName: dName, eName: eName);
        return Written(graph, Called(result, resultName), null, null);
    }

    /// <summary>
    /// The formula of a derivative, by every operation's own rule, simplified: <c>∂price/∂apple = count * tax</c>, also as LaTeX and as C#. Tensors are taken element by element, and
    /// their sums and means.
    /// </summary>
    /// <param name="result">The number that is differentiated; calls on the way to it were recorded.</param>
    /// <param name="input">With respect to which: an input, or a result on the way.</param>
    /// <param name="a">A further tensor to be called by its name, as are the next.</param>
    /// <param name="b">Another.</param>
    /// <param name="c">Another.</param>
    /// <param name="d">Another.</param>
    /// <param name="resultName">Filled in by the compiler, as are the next.</param>
    /// <param name="inputName">Filled in.</param>
    /// <param name="aName">Filled in.</param>
    /// <param name="bName">Filled in.</param>
    /// <param name="cName">Filled in.</param>
    /// <param name="dName">Filled in.</param>
    /// <exception cref="ShapeException">The result is not a single number, or the way leads through an operation that is no formula, as a matrix product; the message names it.</exception>
    /// <exception cref="GradientException">Nothing was recorded on the way to the result.</exception>
    /// <exception cref="ArgumentException">It takes more operations than anybody reads.</exception>
    public static FormulaExplanation DerivativeFormula(
        Tensor result, Tensor input, Tensor? a = null, Tensor? b = null, Tensor? c = null, Tensor? d = null,
        [CallerArgumentExpression(nameof(result))] string resultName = "", [CallerArgumentExpression(nameof(input))] string inputName = "",
        [CallerArgumentExpression(nameof(a))] string aName = "", [CallerArgumentExpression(nameof(b))] string bName = "",
        [CallerArgumentExpression(nameof(c))] string cName = "", [CallerArgumentExpression(nameof(d))] string dName = "")
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(input);
        if (result.Count != 1) throw new ShapeException(
            $"Explain.DerivativeFormula: {SafeText.OneLine(resultName)} has shape {result.Shape}; what is differentiated must be a single number, as its Sum() or Mean() is.");
        var graph = Graph.Of(
            result, input, a, b, c, d, options: new() { Gradients = false }, resultName: resultName, aName: Mark, bName: aName, cName: bName, dName: cName, eName: dName);
        return Written(graph, Called(result, resultName), Called(input, inputName), graph.Nodes.FirstOrDefault(node => node.Name == Mark));
    }

    static FormulaExplanation Written(Graph graph, string result, string? input, GraphNode? target)
    {
        var reader = new FormulaReader(graph, node => node.Name == Mark ? input : node.Name);
        var simplifier = new Simplifier(reader.Order);
        var formula = simplifier.Simplify(input is null ? reader.Result : reader.Derivative(target));
        var called = new Dictionary<Source, string>(ReferenceEqualityComparer.Instance);
        foreach (var node in graph.Nodes)
            if (node.Call is not null && node.Name is { } name) called.TryAdd(simplifier.Simplify(reader[node]), name == Mark ? input! : name);
        return new(result, input, formula, called, reader.HasTensors);
    }

    /// <summary>Which of some inputs matters most to a result: derivative and elasticity of each, a bar for each, the one that matters most first.</summary>
    /// <param name="result">The number that depends on them; calls on the way to it were recorded.</param>
    /// <param name="inputs">Single numbers.</param>
    /// <param name="language">The language of the sentences.</param>
    /// <param name="resultName">Filled in by the compiler, as is the next.</param>
    /// <param name="inputNames">Filled in.</param>
    /// <exception cref="ShapeException">One is not a single number.</exception>
    /// <exception cref="GradientException">Nothing was recorded on the way to the result.</exception>
    public static SensitivityExplanation Sensitivity(
        Tensor result, Tensor[] inputs, Language language = Language.English,
        [CallerArgumentExpression(nameof(result))] string resultName = "", [CallerArgumentExpression(nameof(inputs))] string inputNames = "")
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(inputs);
        var called = CallNames.OfList(inputNames, inputs.Length);
        var names = inputs.Select((x, i) => Called(x, called[i] ?? x.Name ?? $"x{i}")).ToArray();
        foreach (var (x, name) in inputs.Zip(names).Prepend((result, Called(result, resultName))))
            if (x.Count != 1) throw new ShapeException($"Explain.Sensitivity: {name} has shape {x.Shape}; it must be a single number.");
        var gradients = Autograd.Gradient.Of(result, inputs);
        var y = result.Item();
        var sensitivities = inputs.Select((x, i) =>
        {
            var d = gradients[i].Item();
            return new InputSensitivity(names[i], x.Item(), d, y == 0 ? double.NaN : d * x.Item() / y);
        });
        return new()
        {
            Result = Called(result, resultName),
            Value = y,
            Inputs = [.. sensitivities.OrderByDescending(SensitivityExplanation.Weight)],
            Language = language,
        };
    }

    // By this name the input is found among the nodes, whatever others are called.
    const string Mark = "\u0001input";

    static string Called(Tensor x, string? text) => SafeText.OneLine(CallNames.Of(text) ?? x.Name ?? "x");

    /// <summary>The paths of one graph that lead from its result back to a node.</summary>
    sealed class PathFinder(Graph graph, string input, int most)
    {
        readonly Dictionary<int, string> names = [];
        readonly Dictionary<int, (BigInteger Count, List<DerivativePath> Paths)> found = [];

        public DerivativeExplanation Explain(string result, Language language)
        {
            var output = graph.Outputs.First();
            var root = graph.Into(output).Select(edge => graph[edge.From]).FirstOrDefault() ?? output;
            var target = graph.Nodes.FirstOrDefault(node => node.Name == Mark);
            var reached = target is null ? [] : graph.Between(target, root);
            foreach (var node in graph.Nodes)
                names[node.Id] = node.Id == target?.Id ? input : node.Id == root.Id ? result : SafeText.OneLine(node.Label);
            Name(reached, root, target);
            found[root.Id] = (1, [new([], 1)]);
            foreach (var node in graph.Nodes.Reverse())
                if (reached.Contains(node.Id) && node.Id != root.Id) found[node.Id] = Back(node, reached);
            var (count, paths) = target is not null && found.TryGetValue(target.Id, out var there) ? there : (0, []);
            return new()
            {
                Result = result,
                Input = input,
                Value = target is null || count.IsZero ? 0 : target.Id == root.Id ? 1 : target.Gradient?.Number ?? paths.Sum(path => path.Product),
                Steps = [.. graph.Nodes.Where(node => reached.Contains(node.Id) && node.Id != target!.Id).Select(Step)],
                Paths = paths,
                PathCount = count,
                Language = language,
            };
        }

        // Results on the way that the user gave no name; beside the way such a result is its number.
        void Name(HashSet<int> reached, GraphNode root, GraphNode? target)
        {
            var next = 1;
            foreach (var node in graph.Nodes)
            {
                if (node.IsLeaf || node.Name is not null || node.Id == root.Id || node.Id == target?.Id) continue;
                if (reached.Contains(node.Id)) names[node.Id] = $"u{next++}";
                else if (node.Value.Number is { } number) names[node.Id] = NumberText.Of(number);
            }
        }

        // Every use of a node continues the paths that lead to the call which uses it; the largest are kept.
        (BigInteger, List<DerivativePath>) Back(GraphNode node, HashSet<int> reached)
        {
            var count = BigInteger.Zero;
            var paths = new List<DerivativePath>();
            foreach (var edge in graph.OutOf(node))
            {
                if (!reached.Contains(edge.To) || !found.TryGetValue(edge.To, out var user)) continue;
                if (edge.LocalDerivative is not { } local) throw new ShapeException(
                    $"Explain.Derivative: the way from {names[node.Id]} to {names[edge.To]} ({graph[edge.To].Operation}) leads through a tensor of shape " +
                    $"{(edge.Value.Number is null ? edge.Value.Shape : graph[edge.To].Value.Shape)}; the chain rule is told of single numbers. Draw the graph, which shows tensors too.");
                count += user.Count;
                foreach (var path in user.Paths)
                    paths.Add(new([.. path.Factors, new(names[edge.To], names[node.Id], local)], path.Product * local));
            }
            return (count, [.. paths.OrderByDescending(path => Math.Abs(path.Product)).Take(most)]);
        }

        ExplainedStep Step(GraphNode node)
        {
            var operands = graph.Into(node).Select(edge => names[edge.From]).ToArray();
            var symbol = node.Symbol.Length > 0 ? node.Symbol : node.Label;
            var formula = operands.Length == 2 && !char.IsLetter(symbol[0]) ? $"{operands[0]} {symbol} {operands[1]}"
                : operands.Length == 1 && symbol == "−" ? $"−{operands[0]}" : $"{symbol}({string.Join(", ", operands)})";
            return new(names[node.Id], SafeText.OneLine(formula), node.Value.Number ?? double.NaN);
        }
    }
}
