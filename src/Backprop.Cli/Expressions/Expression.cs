using Backprop.Cli.Prompt;

namespace Backprop.Cli.Expressions;

/// <summary>A piece of an expression, with its place in the text for messages.</summary>
abstract record Expression(int Place);

sealed record Number(double Value, int Place) : Expression(Place);

sealed record Name(string Text, int Place) : Expression(Place);

/// <summary>A call of a function; operators are functions too: <c>+</c>, <c>-</c>, <c>*</c>, <c>/</c>, <c>^</c>, and <c>negate</c>.</summary>
sealed record Call(string Function, IReadOnlyList<Expression> Operands, int Place) : Expression(Place);

/// <summary>A statement: <c>name = expression</c>, or an expression alone.</summary>
sealed record Statement(string? Name, Expression Value);

/// <summary>Something that cannot be read or computed, and where: the line, and a mark below the place.</summary>
sealed class ExpressionException(string text, int place, string message) : Exception(Shown(text, place, message))
{
    static string Shown(string text, int place, string message)
    {
        place = Math.Min(place, text.Length);
        var start = place == 0 ? 0 : text.LastIndexOf('\n', place - 1) + 1;
        var end = text.IndexOf('\n', place) is var found and >= 0 ? found : text.Length;
        return $"{text[start..end].Replace('\t', ' ').TrimEnd('\r')}\n{new string(' ', Columns.Of(text[start..place]))}^ {message}";
    }
}
