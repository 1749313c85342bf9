using Backprop.Autograd;
using Backprop.Ops;

namespace Backprop.Cli.Expressions;

/// <summary>Statements with values for their names, computed with every step recorded.</summary>
sealed class Computation
{
    static readonly Dictionary<string, double> constants = new() { ["pi"] = Math.PI, ["e"] = Math.E };

    readonly string text;
    readonly string? file;
    readonly Dictionary<string, Tensor> values = [];

    Computation(string text, string? file) => (this.text, this.file) = (text, file);

    /// <summary>The names that were given values, and the tensors that hold them.</summary>
    public OrderedDictionary<string, Tensor> Inputs { get; } = [];

    /// <summary>What the last statement is called.</summary>
    public string ResultName { get; private set; } = "result";

    /// <summary>What it came to.</summary>
    public Tensor Result { get; private set; } = null!;

    /// <summary>The names that a statement may use, inputs and results.</summary>
    public IEnumerable<string> Names => values.Keys;

    /// <summary>The names that need no value.</summary>
    public static IEnumerable<string> Constants => constants.Keys;

    /// <summary>What a name came to.</summary>
    public Tensor Value(string name) => values[name];

    /// <summary>Computes statements; all names and functions are looked up before anything is computed. Calls are said to come from the file's lines, if there is one.</summary>
    /// <exception cref="ExpressionException">A name has no value, or there is no such function; the message shows the place.</exception>
    /// <exception cref="UsageException">A value is given that no statement uses.</exception>
    public static Computation Run(string text, IReadOnlyDictionary<string, double> given, string? file = null)
    {
        var statements = ExpressionParser.Parse(text);
        var computation = new Computation(text, file);
        var known = new HashSet<string>(given.Keys);
        var used = new HashSet<string>();
        foreach (var statement in statements)
        {
            computation.Check(statement.Value, known, used);
            if (statement.Name is not { } name) continue;
            if (given.ContainsKey(name)) throw new UsageException($"{name} is computed by the expression; no value can be given for it.");
            known.Add(name);
        }
        if (given.Keys.FirstOrDefault(name => !used.Contains(name)) is { } unused)
            throw new UsageException($"{unused} has a value but does not occur in the expression{Suggestion(unused, used)}.");
        foreach (var (name, value) in given) computation.Give(name, value);
        foreach (var statement in statements) computation.Take(statement);
        return computation;
    }

    void Check(Expression expression, HashSet<string> known, HashSet<string> used)
    {
        switch (expression)
        {
            case Name name when known.Contains(name.Text):
                used.Add(name.Text);
                break;
            case Name name when !constants.ContainsKey(name.Text):
                throw new ExpressionException(text, name.Place, $"{name.Text} has no value{Suggestion(name.Text, known)}; give it one: {name.Text}=1");
            case Call call:
                if (Functions.Operands(call.Function) is not { } wanted) throw new ExpressionException(
                    text, call.Place, $"there is no function {call.Function}{Suggestion(call.Function, Functions.Names)}; there are {string.Join(", ", Functions.Names)}");
                if (wanted != call.Operands.Count)
                    throw new ExpressionException(text, call.Place, $"{call.Function} takes {wanted} operand{(wanted == 1 ? "" : "s")}, not {call.Operands.Count}");
                foreach (var operand in call.Operands) Check(operand, known, used);
                break;
        }
    }

    void Give(string name, double value)
    {
        var x = Tensor.Scalar(value).Named(name);
        x.RequiresGrad = true;
        Inputs[name] = values[name] = Result = x;
        ResultName = name;
    }

    void Take(Statement statement)
    {
        // A name for a bare number is an input too.
        if (statement is { Name: { } input, Value: Number number })
        {
            Give(input, number.Value);
            return;
        }
        var result = Evaluate(statement.Value);
        if (statement.Name is { } name)
        {
            // A second name for the same number leaves it its own.
            if (result.Name is null) result.Named(name);
            values[name] = result;
        }
        (Result, ResultName) = (result, result.Name ?? "result");
    }

    Tensor Evaluate(Expression expression) => expression switch
    {
        Number number => number.Value,
        Name name => values.TryGetValue(name.Text, out var value) ? value : constants[name.Text],
        Call call => Evaluate(call),
        _ => throw new InvalidOperationException(),
    };

    Tensor Evaluate(Call call)
    {
        Tensor[] operands = [.. call.Operands.Select(Evaluate)];
        if (file is null) return Functions.Call(call.Function, operands);
        using var place = Tape.KeepSources(new CallSite("", file, 1 + text.AsSpan(0, call.Place).Count('\n')));
        return Functions.Call(call.Function, operands);
    }

    static string Suggestion(string word, IEnumerable<string> names) =>
        names.OrderBy(name => Distance(word, name)).FirstOrDefault(name => Distance(word, name) <= Math.Min(word.Length - 1, 1 + word.Length / 4)) is { } near ? $" (did you mean {near}?)" : "";

    // How many letters must be changed, put in or left out.
    static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0]++;
            for (var j = 1; j <= b.Length; j++)
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1)));
        }
        return row[b.Length];
    }
}
