using System.Globalization;

namespace Backprop.Cli.Expressions;

/// <summary>
/// Reads statements with <c>;</c> or line breaks between: numbers, names, + - * / ^ (or **), parentheses, functions, and <c>#</c> for a comment. Powers bind
/// most closely and from the right, then signs, products, sums.
/// </summary>
sealed class ExpressionParser
{
    // Deeper than anybody writes, far less than the stack holds.
    const int Deepest = 200;

    readonly string text;
    int at, depth, open;

    ExpressionParser(string text) => this.text = text;

    /// <summary>The statements of a text.</summary>
    /// <exception cref="ExpressionException">It cannot be read; the message shows the place and what was expected there.</exception>
    public static IReadOnlyList<Statement> Parse(string text)
    {
        var parser = new ExpressionParser(text);
        var statements = new List<Statement>();
        while (parser.Next(breaks: true) != '\0')
        {
            if (parser.Take(";")) continue;
            statements.Add(parser.Statement());
            if (parser.Next() is not ('\0' or ';' or '\n')) throw parser.Expected("an operator, \";\" or the end");
        }
        return statements.Count > 0 ? statements : throw parser.Expected("an expression, as apple * count");
    }

    Statement Statement()
    {
        var start = at;
        if (IsName(Next()))
        {
            var name = Word();
            if (Next() == '=')
            {
                at++;
                return new(name, Sum());
            }
            at = start;
        }
        return new(null, Sum());
    }

    Expression Sum()
    {
        var left = Product();
        while (true)
        {
            var place = Place();
            if (Take("+")) left = new Call("+", [left, Product()], place);
            else if (Take("-")) left = new Call("-", [left, Product()], place);
            else return left;
        }
    }

    Expression Product()
    {
        var left = Signed();
        while (true)
        {
            var place = Place();
            if (Peek("**")) throw Expected("an operand before **");
            if (Take("*")) left = new Call("*", [left, Signed()], place);
            else if (Take("/")) left = new Call("/", [left, Signed()], place);
            else return left;
        }
    }

    Expression Signed()
    {
        if (++depth > Deepest) throw new ExpressionException(text, at, $"is nested more than {Deepest} deep");
        try
        {
            var place = Place();
            if (Take("-")) return new Call("negate", [Signed()], place);
            if (Take("+")) return Signed();
            var operand = Operand();
            place = Place();
            return Take("**") || Take("^") ? new Call("^", [operand, Signed()], place) : operand;
        }
        finally
        {
            depth--;
        }
    }

    Expression Operand()
    {
        var next = Next();
        var place = at;
        if (char.IsAsciiDigit(next) || next == '.') return Number();
        if (Take("("))
        {
            open++;
            var inside = Sum();
            Close("an operator or \")\"");
            return inside;
        }
        if (!IsName(next)) throw Expected("a number, a name or \"(\"");
        var word = Word();
        if (!Take("(")) return new Name(word, place);
        open++;
        var operands = new List<Expression>();
        if (!Peek(")"))
            do operands.Add(Sum());
            while (Take(","));
        Close("an operator, \",\" or \")\"");
        return new Call(word, operands, place);
    }

    void Close(string expected)
    {
        if (!Peek(")")) throw Expected(expected);
        at++;
        open--;
    }

    Number Number()
    {
        var start = at;
        while (at < text.Length && (char.IsAsciiDigit(text[at]) || text[at] == '.')) at++;
        if (at < text.Length && text[at] is 'e' or 'E')
        {
            var exponent = at + 1;
            if (exponent < text.Length && text[exponent] is '+' or '-') exponent++;
            if (exponent < text.Length && char.IsAsciiDigit(text[exponent]))
                for (at = exponent; at < text.Length && char.IsAsciiDigit(text[at]); at++)
                {
                }
        }
        var digits = text[start..at];
        return double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value)
            ? new Number(value, start)
            : throw new ExpressionException(text, start, $"\"{digits}\" is no number");
    }

    static bool IsName(char c) => char.IsLetter(c) || c == '_';

    string Word()
    {
        var start = at;
        while (at < text.Length && (char.IsLetterOrDigit(text[at]) || text[at] == '_')) at++;
        return text[start..at];
    }

    // The next sign that is no space or comment; within parentheses line breaks are spaces too.
    char Next(bool breaks = false)
    {
        while (at < text.Length)
        {
            if (text[at] == '#')
                while (at < text.Length && text[at] != '\n') at++;
            else if (text[at] is ' ' or '\t' or '\r' || (text[at] == '\n' && (breaks || open > 0))) at++;
            else return text[at];
        }
        return '\0';
    }

    int Place()
    {
        Next();
        return at;
    }

    bool Peek(string sign)
    {
        Next();
        return string.CompareOrdinal(text, at, sign, 0, sign.Length) == 0;
    }

    bool Take(string sign)
    {
        if (!Peek(sign)) return false;
        at += sign.Length;
        return true;
    }

    ExpressionException Expected(string what)
    {
        var next = Next();
        return new(text, at, $"{(next == '\0' ? "the end" : next == '\n' ? "the line's end" : $"\"{next}\"")}, where {what} is expected");
    }
}
