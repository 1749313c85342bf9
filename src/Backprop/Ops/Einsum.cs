namespace Backprop.Ops;

/// <summary>
/// Einstein's sum, composed of diagonals, sums, permutations and matrix products of two operands at a time. It is no operation of its
/// own, so its derivatives are those of its parts.
/// </summary>
static class Einsum
{
    /// <summary>An operand and the name of each of its axes; no name comes twice.</summary>
    readonly record struct Term(Tensor Value, int[] Names);

    public static Tensor Call(string equation, ReadOnlySpan<Tensor> operands)
    {
        ArgumentNullException.ThrowIfNull(equation);
        foreach (var x in operands) ArgumentNullException.ThrowIfNull(x);
        var (inputs, output) = EinsumEquation.Read(equation, operands);
        var terms = new List<Term>();
        for (var i = 0; i < inputs.Length; i++) terms.Add(Diagonals(equation, operands[i], inputs[i]));
        terms = Squeezed(equation, terms);
        while (terms.Count > 1)
        {
            var (i, j) = Cheapest(terms, output);
            var (a, b) = (terms[i], terms[j]);
            terms.RemoveAt(j);
            terms.RemoveAt(i);
            var needed = NeededBy(terms, output);
            terms.Add(Multiply(SumOut(a, [.. needed, .. b.Names]), SumOut(b, [.. needed, .. a.Names]), needed));
        }
        var last = SumOut(terms[0], output);
        return Ordered(last, output);
    }

    // A name that comes twice takes the diagonal of its axes.
    static Term Diagonals(string equation, Tensor x, int[] names)
    {
        for (var i = 0; i < names.Length; i++)
        {
            var twin = Array.IndexOf(names, names[i], i + 1);
            if (twin < 0) continue;
            if (x.Shape[i] != x.Shape[twin]) throw new ShapeException(
                $"Einsum: {EinsumEquation.NameOf(names[i])} of \"{equation}\" names axes of sizes {x.Shape[i]} and {x.Shape[twin]} in one operand; " +
                "a diagonal needs equal ones.");
            x = x.Diagonal(0, i, twin);
            var name = names[i];
            names = [.. names.Where((_, axis) => axis != i && axis != twin), name];
            i = -1;
        }
        return new(x, names);
    }

    // An axis of size 1 that meets a larger one says nothing, so it goes. Sizes that differ otherwise are refused.
    static List<Term> Squeezed(string equation, List<Term> terms)
    {
        var sizes = new Dictionary<int, int>();
        foreach (var (x, names) in terms)
            for (var i = 0; i < names.Length; i++)
            {
                var known = sizes.GetValueOrDefault(names[i], 1);
                if (known != 1 && x.Shape[i] != 1 && known != x.Shape[i]) throw new ShapeException(
                    $"Einsum: {EinsumEquation.NameOf(names[i])} of \"{equation}\" has size {known} in one operand and {x.Shape[i]} in another; " +
                    "they must be equal, or one of them 1.");
                if (known == 1) sizes[names[i]] = x.Shape[i];
            }
        var result = new List<Term>();
        foreach (var (x, names) in terms)
        {
            var kept = Enumerable.Range(0, names.Length).Where(i => x.Shape[i] == sizes[names[i]]).ToArray();
            result.Add(kept.Length == names.Length ? new(x, names)
                : new(Reshape.Call(x, new([.. kept.Select(i => x.Shape[i])])), [.. kept.Select(i => names[i])]));
        }
        return result;
    }

    static HashSet<int> NeededBy(List<Term> terms, int[] output)
    {
        var needed = new HashSet<int>(output);
        foreach (var term in terms) needed.UnionWith(term.Names);
        return needed;
    }

    // The pair whose product has the fewest elements beyond those of its factors; the first at a tie.
    static (int, int) Cheapest(List<Term> terms, int[] output)
    {
        var best = (0, 1);
        if (terms.Count == 2) return best;
        var least = double.PositiveInfinity;
        for (var i = 0; i < terms.Count; i++)
            for (var j = i + 1; j < terms.Count; j++)
            {
                var needed = NeededBy([.. terms.Where((_, k) => k != i && k != j)], output);
                var sizes = new Dictionary<int, int>();
                foreach (var (x, names) in new[] { terms[i], terms[j] })
                    for (var k = 0; k < names.Length; k++)
                        if (needed.Contains(names[k])) sizes[names[k]] = x.Shape[k];
                var cost = sizes.Values.Aggregate(1.0, (product, size) => product * size) - terms[i].Value.Count - terms[j].Value.Count;
                if (cost < least) (least, best) = (cost, (i, j));
            }
        return best;
    }

    // Sums over the axes that no one else names.
    static Term SumOut(Term term, IReadOnlyCollection<int> needed)
    {
        int[] axes = [.. Enumerable.Range(0, term.Names.Length).Where(i => !needed.Contains(term.Names[i]))];
        return axes.Length == 0 ? term : new(term.Value.Sum(axes), [.. term.Names.Where(needed.Contains)]);
    }

    // Common names that are still needed are a batch, the other common ones are summed over by the matrix product.
    static Term Multiply(Term a, Term b, HashSet<int> needed)
    {
        int[] batch = [.. a.Names.Where(name => b.Names.Contains(name) && needed.Contains(name))];
        int[] summed = [.. a.Names.Where(name => b.Names.Contains(name) && !needed.Contains(name))];
        int[] left = [.. a.Names.Except(b.Names)], right = [.. b.Names.Except(a.Names)];
        Tensor x = Ordered(a, [.. batch, .. left, .. summed]), y = Ordered(b, [.. batch, .. summed, .. right]);
        int[] names = [.. batch, .. left, .. right];
        var xs = x.Shape.AsSpan();
        var ys = y.Shape.AsSpan();
        var batchSizes = xs[..batch.Length];
        var leftSizes = xs.Slice(batch.Length, left.Length);
        var summedSizes = xs[(batch.Length + left.Length)..];
        var rightSizes = ys[(batch.Length + summed.Length)..];
        var shape = Shape.Own([.. batchSizes, .. leftSizes, .. rightSizes]);
        if (summed.Length == 0)
        {
            // Nothing to sum over: a product element by element.
            int[] ones = [.. leftSizes];
            ones.AsSpan().Fill(1);
            var apart = Reshape.Call(x, Shape.Own([.. xs, .. Enumerable.Repeat(1, right.Length)]));
            return new(apart * Reshape.Call(y, Shape.Own([.. batchSizes, .. ones, .. rightSizes])), names);
        }
        int rows = Count(leftSizes), inner = Count(summedSizes), columns = Count(rightSizes);
        int[] together = batch.Length == 0 ? [] : [Count(batchSizes)];
        var product = Reshape.Call(x, new([.. together, rows, inner])).MatMul(Reshape.Call(y, new([.. together, inner, columns])));
        return new(Reshape.Call(product, shape), names);
    }

    static int Count(ReadOnlySpan<int> sizes)
    {
        var count = 1;
        foreach (var size in sizes) count *= size;
        return count;
    }

    static Tensor Ordered(Term term, int[] names) =>
        term.Names.AsSpan().SequenceEqual(names) ? term.Value : term.Value.Permute([.. names.Select(name => Array.IndexOf(term.Names, name))]);
}

/// <summary>
/// Reads an equation of <see cref="Einsum"/>. Letters are named by their code, the axes of <c>...</c> by −1 for the last, −2 for the one before.
/// </summary>
ref struct EinsumEquation
{
    readonly string text;
    readonly ReadOnlySpan<Tensor> operands;
    int at;

    EinsumEquation(string text, ReadOnlySpan<Tensor> operands)
    {
        this.text = text;
        this.operands = operands;
    }

    public static (int[][] Inputs, int[] Output) Read(string text, ReadOnlySpan<Tensor> operands) => new EinsumEquation(text, operands).Read();

    public static string NameOf(int name) => name < 0 ? $"axis {name} of '...'" : $"'{(char)name}'";

    (int[][], int[]) Read()
    {
        var inputs = new List<int[]>();
        var ellipsis = 0;      // how many axes `...` stands for at most
        while (true)
        {
            var start = at;
            var names = Names(out var dots);
            if (inputs.Count == operands.Length) throw Wrong(start, operands.Length == 0
                ? "there are no operands"
                : $"this names an operand more than the {operands.Length} given");
            inputs.Add(Widened(names, dots, operands[inputs.Count].Shape, start, inputs.Count));
            if (dots >= 0) ellipsis = Math.Max(ellipsis, operands[inputs.Count - 1].Rank - names.Count);
            if (at == text.Length || text[at] != ',') break;
            at++;
        }
        if (inputs.Count < operands.Length) throw Wrong(at, $"{inputs.Count} operands are named and {operands.Length} given");
        return (inputs.ToArray(), at == text.Length ? Implicit(inputs, ellipsis) : Explicit(inputs, ellipsis));
    }

    // Letters up to a comma, an arrow or the end; `dots` is where among them the ellipsis stood, or −1.
    List<int> Names(out int dots)
    {
        var names = new List<int>();
        dots = -1;
        for (; at < text.Length; at++)
        {
            var c = text[at];
            if (c is ',' or '-') break;
            if (char.IsAsciiLetter(c)) names.Add(c);
            else if (c == '.')
            {
                if (dots >= 0) throw Wrong(at, "'...' may come only once in an operand");
                if (!text.AsSpan(at).StartsWith("...")) throw Wrong(at, "an ellipsis is three dots");
                dots = names.Count;
                at += 2;
            }
            else if (c != ' ') throw Wrong(at, $"'{c}' has no meaning here; axes are named by letters a to z and A to Z");
        }
        return names;
    }

    readonly int[] Widened(List<int> names, int dots, Shape shape, int start, int operand)
    {
        var missing = shape.Rank - names.Count;
        if (missing != 0 && dots < 0) throw new ShapeException(Message(start,
            $"operand {operand} has shape {shape} with {shape.Rank} axes, and {names.Count} are named here"));
        if (missing < 0) throw new ShapeException(Message(start,
            $"operand {operand} has shape {shape} with {shape.Rank} axes, and at least {names.Count} are named here"));
        return dots < 0 ? names.ToArray() : [.. names[..dots], .. Enumerable.Range(-missing, missing), .. names[dots..]];
    }

    static int[] Implicit(List<int[]> inputs, int ellipsis)
    {
        var all = inputs.SelectMany(names => names).Where(name => name >= 0);
        return [.. Enumerable.Range(-ellipsis, ellipsis), .. all.GroupBy(name => name).Where(same => same.Count() == 1).Select(same => same.Key).Order()];
    }

    int[] Explicit(List<int[]> inputs, int ellipsis)
    {
        if (!text.AsSpan(at).StartsWith("->")) throw Wrong(at, "the arrow before the result is written '->'");
        at += 2;
        var start = at;
        var names = Names(out var dots);
        if (at < text.Length) throw Wrong(at, "nothing may follow the result");
        for (var i = 0; i < names.Count; i++)
        {
            var place = text.AsSpan(start).IndexOf((char)names[i]) + start;
            if (names.IndexOf(names[i]) < i) throw Wrong(text.LastIndexOf((char)names[i]), $"{NameOf(names[i])} comes twice in the result");
            if (!inputs.Exists(input => input.Contains(names[i]))) throw Wrong(place, $"{NameOf(names[i])} is in the result and in no operand");
        }
        return dots < 0 ? names.ToArray() : [.. names[..dots], .. Enumerable.Range(-ellipsis, ellipsis), .. names[dots..]];
    }

    readonly FormatException Wrong(int place, string problem) => new(Message(place, problem));

    readonly string Message(int place, string problem) => $"Einsum: {problem}:\n    {text}\n    {new string(' ', place)}^";
}
