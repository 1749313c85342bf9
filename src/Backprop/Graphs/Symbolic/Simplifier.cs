using System.Globalization;
using Backprop.Formulas;

namespace Backprop.Graphs;

/// <summary>
/// Writes expressions as a textbook would: sums and products without nested parentheses, like terms and like factors together, no 0, no 1, no double minus, quotients as
/// quotients. What it gives is equal for real numbers: x/x is 1, rounding may differ, and a guard against 0 · ∞ at one point is left out. Equal expressions are one object.
/// </summary>
/// <param name="order">In which order names stand in products of names.</param>
sealed class Simplifier(IReadOnlyDictionary<string, int>? order = null)
{
    readonly Dictionary<string, Source> known = [];
    readonly Dictionary<Source, int> numbers = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<Source, Source> done = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<Source, Sum> sums = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<Source, Product> products = new(ReferenceEqualityComparer.Instance);
    Source One => Number(1);

    Source Yes => Intern("==", One, One);

    Source No => Intern("<", One, One);

    // Both keep the order in which their parts came. The number in a sum is a multiple of the term 1.
    sealed class Sum : OrderedDictionary<Source, Ratio>
    {
        public Sum() : base(ReferenceEqualityComparer.Instance)
        {
        }

        public void Add(Sum other, Ratio times)
        {
            foreach (var (term, ratio) in other) this[term] = TryGetValue(term, out var others) ? others + ratio * times : ratio * times;
        }
    }

    sealed class Product(Ratio ratio) : OrderedDictionary<Source, double>(ReferenceEqualityComparer.Instance)
    {
        public Ratio Ratio { get; private set; } = ratio;

        public void Multiply(Product other, double exponent)
        {
            Ratio *= other.Ratio.Power(exponent);
            foreach (var (factor, power) in other) this[factor] = this.GetValueOrDefault(factor) + power * exponent;
        }
    }

    /// <summary>The same, simpler. The result shares what is equal in it, and with other results of this.</summary>
    public Source Simplify(Source source)
    {
        if (done.TryGetValue(source, out var result)) return result;
        result = source.Name is { } name ? Intern(name) : source.Number is { } number ? Number(number)
            : Call(source.Function, Array.ConvertAll(source.Operands, Simplify));
        done[source] = result;
        return done[result] = result;
    }

    Source Call(string function, Source[] x) => function switch
    {
        "+" => Added(x[0], x[1], 1),
        "-" => Added(x[0], x[1], -1),
        "negate" => Multiplied(Number(-1), x[0], 1),
        "*" => Multiplied(x[0], x[1], 1),
        "/" when x[1].Number != 0 => Multiplied(x[0], x[1], -1),
        "Pow" => Power(x[0], x[1]),
        "?" => Choice(x[0], x[1], x[2]),
        "&&" => x[0] == No || x[1] == No ? No : x[0] == Yes ? x[1] : x[1] == Yes || x[0] == x[1] ? x[0] : Intern(function, x),
        "||" => x[0] == Yes || x[1] == Yes ? Yes : x[0] == No ? x[1] : x[1] == No || x[0] == x[1] ? x[0] : Intern(function, x),
        "!" => Negated(x[0]),
        "==" or "<" or "<=" or ">" or ">=" => Compared(function, x[0], x[1]),
        _ => Folded(function, x) is { } value ? Number(value) : Intern(function, x),
    };

    // ---- Equal expressions are one object.

    Source Intern(string name) => Known("n" + name, () => new(name));

    Source Number(double value) => Known("v" + value.ToString("R", CultureInfo.InvariantCulture), () => value);

    Source Intern(string function, params Source[] x) => Known($"{function} {string.Join(' ', x.Select(operand => numbers[operand]))}", () => Source.Call(function, x));

    Source Known(string key, Func<Source> make)
    {
        if (known.TryGetValue(key, out var same)) return same;
        var made = make();
        numbers[made] = known.Count;
        return known[key] = made;
    }

    // ---- Sums and products.

    Sum SumOf(Source x)
    {
        if (sums.TryGetValue(x, out var sum)) return sum;
        sum = [];
        if (x.Number is { } number) sum[One] = number;
        else
        {
            var product = ProductOf(x);
            // -(a + b) in a sum needs no brackets.
            if (product.Ratio == -1 && product.Count == 1 && product.GetAt(0) is (var inner, 1) && sums.TryGetValue(inner, out var parts) && parts.Count > 1) sum.Add(parts, -1);
            else sum[product.Ratio.IsOne ? x : Written(product, 1)] = product.Ratio;
        }
        return sums[x] = sum;
    }

    Product ProductOf(Source x)
    {
        if (products.TryGetValue(x, out var product)) return product;
        return products[x] = x.Number is { } number ? new(number) : new(1) { [x] = 1 };
    }

    Source Added(Source a, Source b, Ratio times)
    {
        var sum = new Sum();
        sum.Add(SumOf(a), 1);
        sum.Add(SumOf(b), times);
        return Written(sum);
    }

    Source Turned(Source x)
    {
        var sum = new Sum();
        sum.Add(SumOf(x), -1);
        return Written(sum);
    }

    Source Multiplied(Source a, Source b, double exponent)
    {
        var product = new Product(1);
        product.Multiply(ProductOf(a), 1);
        product.Multiply(ProductOf(b), exponent);
        return Written(product, product.Ratio);
    }

    Source Written(Sum sum)
    {
        foreach (var term in sum.Where(pair => pair.Value.IsZero).Select(pair => pair.Key).ToArray()) sum.Remove(term);
        if (sum.Count == 0) return Number(0);
        if (sum.Count == 1) return Term(sum.GetAt(0));
        var key = "+" + Key(sum.Select(pair => $"{numbers[pair.Key]}*{pair.Value.Top:R}/{pair.Value.Bottom:R}"));
        if (known.TryGetValue(key, out var same)) return same;
        // 1 - x rather than -x + 1.
        var first = sum.FirstOrDefault(pair => pair.Value.Top > 0, sum.GetAt(0));
        var written = Term(first);
        foreach (var (term, ratio) in sum)
            if (term != first.Key) written = ratio.Top < 0 ? Intern("-", written, Term(new(term, -ratio))) : Intern("+", written, Term(new(term, ratio)));
        sums[written] = sum;
        return known[key] = written;
    }

    Source Term(KeyValuePair<Source, Ratio> term) => term.Key == One ? Written(new Product(1), term.Value) : Written(ProductOf(term.Key), term.Value);

    // The factors of a product, times a number.
    Source Written(Product product, Ratio ratio)
    {
        foreach (var factor in product.Where(pair => pair.Value == 0).Select(pair => pair.Key).ToArray()) product.Remove(factor);
        if (ratio.IsZero) return Number(0);
        if (product.Count == 1 && product.GetAt(0) is (var alone, 1))
        {
            if (ratio.IsOne) return alone;
            // -(a - b) is b - a.
            if (ratio == -1 && HasMinus(alone)) return Turned(alone);
        }
        var key = "*" + Key(product.Select(pair => $"{numbers[pair.Key]}^{pair.Value:R}").Append($"{ratio.Top:R}/{ratio.Bottom:R}"));
        if (known.TryGetValue(key, out var same)) return same;
        var top = Line(product.Where(pair => pair.Value > 0), ratio.Top);
        var bottom = Line(product.Where(pair => pair.Value < 0).Select(pair => KeyValuePair.Create(pair.Key, -pair.Value)), ratio.Bottom);
        var written = known[key] = bottom == One ? top : Intern("/", top, bottom);
        if (written.Number is not null) return written;
        var copy = new Product(ratio);
        foreach (var (factor, exponent) in product) copy[factor] = exponent;
        products[written] = copy;
        return written;
    }

    bool HasMinus(Source x) => sums.TryGetValue(x, out var sum) && sum.Count > 1 && sum.Values.Any(value => value.Top < 0);

    Source Line(IEnumerable<KeyValuePair<Source, double>> factors, double number)
    {
        var all = factors.ToArray();
        if (order is not null && all.All(pair => pair.Key.Name is { } name && order.ContainsKey(name))) Array.Sort(all, (a, b) => order[a.Key.Name!].CompareTo(order[b.Key.Name!]));
        var line = number == 1 || (number == -1 && all.Length > 0) ? null : Number(number);
        foreach (var (factor, exponent) in all)
        {
            var power = exponent == 1 ? factor : Intern("Pow", factor, Number(exponent));
            line = line is not null ? Intern("*", line, power) : number != -1 ? power : HasMinus(power) ? Turned(power) : Intern("negate", power);
        }
        return line ?? One;
    }

    static string Key(IEnumerable<string> parts) => string.Join(' ', parts.Order(StringComparer.Ordinal));

    // ---- Powers, choices, truths, numbers.

    Source Power(Source x, Source exponent)
    {
        if (exponent.Number is not { } number) return Intern("Pow", x, exponent);
        if (number == 0.5) return Simplify(Source.Sqrt(x));
        if (number == -0.5) return Simplify(1 / Source.Sqrt(x));
        // Only whole powers of negative numbers are numbers.
        if (Math.Floor(number) != number || Math.Abs(number) > 64 || (x.Number is { } based && (based == 0 || !double.IsFinite(Math.Pow(based, number))))) return Intern("Pow", x, exponent);
        var product = new Product(1);
        product.Multiply(ProductOf(x), number);
        return Written(product, product.Ratio);
    }

    Source Choice(Source condition, Source a, Source b)
    {
        if (condition == Yes || a == b) return a;
        if (condition == No || IsGuard(condition, a, b)) return b;
        return Intern("?", condition, a, b);
    }

    // b = 0 ? 0 : b · …, which is 0 there anyway, or would be if ∞ were a number.
    bool IsGuard(Source condition, Source a, Source b)
    {
        if (condition.Function == "&&") return IsGuard(condition.Operands[0], a, b);
        if (a.Number != 0 || condition.Function != "==" || condition.Operands[1].Number != 0) return false;
        var zero = condition.Operands[0];
        return ProductOf(b).Any(pair => pair.Value > 0 && (pair.Key == zero || (pair.Key.Function == "Pow" && pair.Key.Operands[0] == zero)));
    }

    Source Negated(Source truth) => truth == Yes ? No : truth == No ? Yes : truth.Function switch
    {
        "!" => truth.Operands[0],
        "<" => Intern(">=", truth.Operands),
        "<=" => Intern(">", truth.Operands),
        ">" => Intern("<=", truth.Operands),
        ">=" => Intern("<", truth.Operands),
        _ => Intern("!", truth),
    };

    Source Compared(string sign, Source a, Source b)
    {
        if (a.Number is not { } x || b.Number is not { } y) return Intern(sign, a, b);
        return sign switch { "==" => x == y, "<" => x < y, "<=" => x <= y, ">" => x > y, _ => x >= y } ? Yes : No;
    }

    // Numbers that are written as short as the call: √4 is 2, but √2 stays.
    static double? Folded(string function, Source[] x)
    {
        if (x.Any(operand => operand.Number is null)) return null;
        var (a, b) = (x[0].Number!.Value, x[^1].Number!.Value);
        double? value = function switch
        {
            "Abs" => Math.Abs(a),
            "Sqrt" => Math.Sqrt(a),
            "Exp" => Math.Exp(a),
            "Log" or "Log2" or "Log10" => a == 1 ? 0 : null,
            "Sin" or "Tan" or "Sinh" or "Tanh" or "Asin" or "Atan" or "Asinh" or "Atanh" or "Erf" or "Expm1" or "Log1p" => a == 0 ? 0 : null,
            "Cos" or "Cosh" or "Erfc" or "Exp2" => a == 0 ? 1 : null,
            "Floor" => Math.Floor(a),
            "Ceiling" => Math.Ceiling(a),
            "Truncate" => Math.Truncate(a),
            "Round" => Math.Round(a),
            "Max" => Math.Max(a, b),
            "Min" => Math.Min(a, b),
            _ => null,
        };
        return function is "Max" or "Min" or "Abs" || (value is { } v && Math.Floor(v) == v && double.IsFinite(v)) ? value : null;
    }
}
