using System.Globalization;
using Backprop.Formulas;

namespace Backprop.Graphs;

/// <summary>
/// Writes expressions as a textbook would: sums and products without nested parentheses, like terms and like factors together, no 0, no 1, no double minus, quotients as
/// quotients. What it gives is equal for real numbers: x/x is 1, rounding may differ, and a guard against 0 · ∞ at one point is left out. Equal expressions are one object.
/// </summary>
sealed class Simplifier
{
    readonly Dictionary<string, Source> known = [];
    readonly Dictionary<Source, int> numbers = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<Source, Source> done = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<Source, Sum> sums = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<Source, Product> products = new(ReferenceEqualityComparer.Instance);
    readonly Source one, yes, no;

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

    public Simplifier()
    {
        one = Number(1);
        (yes, no) = (Intern("==", one, one), Intern("<", one, one));
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
        "&&" => x[0] == no || x[1] == no ? no : x[0] == yes ? x[1] : x[1] == yes || x[0] == x[1] ? x[0] : Intern(function, x),
        "||" => x[0] == yes || x[1] == yes ? yes : x[0] == no ? x[1] : x[1] == no || x[0] == x[1] ? x[0] : Intern(function, x),
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
        if (x.Number is { } number) sum[one] = number;
        else
        {
            var product = ProductOf(x);
            sum[product.Ratio.IsOne ? x : Written(product, 1)] = product.Ratio;
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
        // 1 - x rather than -x + 1.
        var first = sum.FirstOrDefault(pair => pair.Value.Top > 0, sum.GetAt(0));
        var written = Term(first);
        foreach (var (term, ratio) in sum)
            if (term != first.Key) written = ratio.Top < 0 ? Intern("-", written, Term(new(term, -ratio))) : Intern("+", written, Term(new(term, ratio)));
        sums[written] = sum;
        return written;
    }

    Source Term(KeyValuePair<Source, Ratio> term) => term.Key == one ? Written(new Product(1), term.Value) : Written(ProductOf(term.Key), term.Value);

    // The factors of a product, times a number.
    Source Written(Product product, Ratio ratio)
    {
        foreach (var factor in product.Where(pair => pair.Value == 0).Select(pair => pair.Key).ToArray()) product.Remove(factor);
        if (ratio.IsZero) return Number(0);
        if (product.Count == 1 && product.GetAt(0) is (var alone, 1))
        {
            if (ratio.IsOne) return alone;
            // -(a - b) is b - a.
            if (ratio == -1 && sums.TryGetValue(alone, out var sum) && sum.Count > 1 && sum.Values.Any(value => value.Top < 0)) return Turned(alone);
        }
        var size = ratio.Top < 0 ? -ratio : ratio;
        var top = Line(product.Where(pair => pair.Value > 0), size.Top);
        var bottom = Line(product.Where(pair => pair.Value < 0).Select(pair => KeyValuePair.Create(pair.Key, -pair.Value)), size.Bottom);
        var written = bottom == one ? top : Intern("/", top, bottom);
        if (ratio.Top < 0) written = written.Number is { } number ? Number(-number) : Intern("negate", written);
        if (written.Number is not null) return written;
        var copy = new Product(ratio);
        foreach (var (factor, exponent) in product) copy[factor] = exponent;
        products[written] = copy;
        return written;
    }

    Source Line(IEnumerable<KeyValuePair<Source, double>> factors, double number)
    {
        var line = number == 1 ? null : Number(number);
        foreach (var (factor, exponent) in factors)
        {
            var power = exponent == 1 ? factor : Intern("Pow", factor, Number(exponent));
            line = line is null ? power : Intern("*", line, power);
        }
        return line ?? one;
    }

    // ---- Powers, choices, truths, numbers.

    Source Power(Source x, Source exponent)
    {
        if (exponent.Number is not { } number) return Intern("Pow", x, exponent);
        if (number == 0.5) return Simplify(Source.Sqrt(x));
        // Only whole powers of negative numbers are numbers.
        if (Math.Floor(number) != number || Math.Abs(number) > 64 || (x.Number is { } based && (based == 0 || !double.IsFinite(Math.Pow(based, number))))) return Intern("Pow", x, exponent);
        var product = new Product(1);
        product.Multiply(ProductOf(x), number);
        return Written(product, product.Ratio);
    }

    Source Choice(Source condition, Source a, Source b)
    {
        if (condition == yes || a == b) return a;
        if (condition == no || IsGuard(condition, a, b)) return b;
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

    Source Negated(Source truth) => truth == yes ? no : truth == no ? yes : truth.Function switch
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
        return sign switch { "==" => x == y, "<" => x < y, "<=" => x <= y, ">" => x > y, _ => x >= y } ? yes : no;
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
