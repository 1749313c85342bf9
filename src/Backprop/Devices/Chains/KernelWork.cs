using Backprop.Formulas;

namespace Backprop.Devices;

/// <summary>
/// How much a kernel does, read off its text: about the instructions that the JIT has to take into one loop. It gives up at some number of them, and each call that it then
/// leaves in the loop costs ten times what composing saves, so the bounds are careful.
/// </summary>
static class KernelWork
{
    /// <summary>The most that one loop may do: two functions, and some arithmetic.</summary>
    public const int Most = 44;

    // eˣ; what has two such parts, as tanh; and what has more.
    const int Exponential = 13, Function = 22, LongFunction = 30;

    public static int Of(Source formula)
    {
        var seen = new HashSet<Source>(ReferenceEqualityComparer.Instance);
        var work = 0;
        void Visit(Source part)
        {
            if (part.Operands.Length == 0 || !seen.Add(part)) return;
            work += Of(part.Function);
            foreach (var operand in part.Operands) Visit(operand);
        }
        Visit(formula);
        return work;
    }

    static int Of(string function) => function switch
    {
        "Max" or "Min" or "Abs" or "Sqrt" or "Floor" or "Ceiling" or "Truncate" or "Round" => 1,
        "Exp" or "Exp2" or "Expm1" => Exponential,
        "Erfc" or "Log1p" or "Pow" or "Atan2" or "Asinh" or "Acosh" or "Atanh" or "%" => LongFunction,
        _ => char.IsAsciiLetterUpper(function[0]) ? Function : 1,
    };
}
