using System.Runtime.CompilerServices;
using Backprop.Ops;

namespace Backprop.Autograd;

/// <summary>
/// Derivatives of functions: <c>Gradient.Of(f)</c> is the function x ↦ ∇f(x), which can itself be differentiated, to any order. Control flow
/// in f is C#'s own. Whole numbers given as arguments become float64.
/// </summary>
public static partial class Gradient
{
    // A lambda that indexes its argument fits tensors and arrays of tensors alike: the priorities choose the tensor.

    /// <summary>The gradient of a function of one tensor whose result is a single number; of the argument's shape.</summary>
    [OverloadResolutionPriority(1)]
    public static Func<Tensor, Tensor> Of(Func<Tensor, Tensor> f) => x => ValueAndGradient(f)(x).Gradient;

    /// <summary>The gradients of a function of two tensors whose result is a single number.</summary>
    public static Func<Tensor, Tensor, (Tensor A, Tensor B)> Of(Func<Tensor, Tensor, Tensor> f)
    {
        var gradients = Of(Spread(f));
        return (a, b) => gradients([a, b]) is [var da, var db] ? (da, db) : default;
    }

    /// <summary>The gradients of a function of several tensors whose result is a single number.</summary>
    public static Func<Tensor[], Tensor[]> Of(Func<Tensor[], Tensor> f) => x => ValueAndGradient(f)(x).Gradients;

    /// <summary>f′(x) for a function of one number, with no ceremony: <c>Gradient.At(x => x.Sin() * x, 2.0)</c>.</summary>
    public static double At(Func<Tensor, Tensor> f, double x) => Of(f)(x).Item();

    /// <summary>
    /// The derivatives of a result that was computed before with respect to tensors it was computed from, leaving their
    /// <see cref="Tensor.Grad"/> alone; zeros where it does not depend on one.
    /// </summary>
    /// <param name="y">The result.</param>
    /// <param name="x">Leaves or results on the way.</param>
    /// <param name="dy">What flows in; 1 if left out, which only a single number allows.</param>
    /// <param name="createGraph">Whether the derivatives shall have derivatives.</param>
    /// <exception cref="GradientException">Nothing was recorded on the way to y.</exception>
    public static Tensor[] Of(Tensor y, ReadOnlySpan<Tensor> x, Tensor? dy = null, bool createGraph = false)
    {
        ArgumentNullException.ThrowIfNull(y);
        var sink = new ChosenGradients(x);
        Tape.Walk(y, Tape.Seed(y, dy, "Gradient.Of"), createGraph, sink);
        var result = new Tensor[x.Length];
        for (var i = 0; i < result.Length; i++) result[i] = sink[x[i]] ?? Tensor.ZerosLike(x[i]);
        return result;
    }

    /// <summary>The function's value together with its gradient, from one pass forward and one backward.</summary>
    [OverloadResolutionPriority(1)]
    public static Func<Tensor, (Tensor Value, Tensor Gradient)> ValueAndGradient(Func<Tensor, Tensor> f)
    {
        var all = ValueAndGradient(Spread(f));
        return x => all([x]) is var (value, gradients) ? (value, gradients[0]) : default;
    }

    /// <summary>The function's value together with its gradients, from one pass forward and one backward.</summary>
    public static Func<Tensor[], (Tensor Value, Tensor[] Gradients)> ValueAndGradient(Func<Tensor[], Tensor> f)
    {
        ArgumentNullException.ThrowIfNull(f);
        return x =>
        {
            var (u, y) = Run(f, x);
            if (y.Count != 1) throw new GradientException(
                $"Gradient.Of: the function's result has shape {y.Shape}, not a single number; reduce it with Sum() or Mean(), or use Jacobian or Vjp.");
            return (Released(y, u), Filled(Tape.Gradients(y, Tensor.OnesLike(y), u), u));
        };
    }

    /// <summary>
    /// The value of f and its pullback: for a cotangent dy of the value's shape, dyᵀ·J (the vector-Jacobian product), of the argument's shape.
    /// </summary>
    public static (Tensor Value, Func<Tensor, Tensor> Pullback) Vjp(Func<Tensor, Tensor> f, Tensor x)
    {
        var (value, pullback) = Vjp(Spread(f), x);
        return (value, dy => pullback(dy)[0]);
    }

    /// <summary>The value of f and its pullback, one derivative for each argument.</summary>
    public static (Tensor Value, Func<Tensor, Tensor[]> Pullback) Vjp(Func<Tensor[], Tensor> f, params Tensor[] x)
    {
        ArgumentNullException.ThrowIfNull(f);
        var (u, y) = Run(f, x);
        return (Released(y, u), dy => dy.Shape == y.Shape
            ? Filled(Tape.Gradients(y, Cast.Call(dy, y.DType), u), u)
            : throw new ShapeException($"Vjp: dy has shape {dy.Shape} and the value {y.Shape}; they must be equal."));
    }

    /// <summary>The value of f and its derivative along a direction, J·v (the Jacobian-vector product), of the value's shape.</summary>
    public static (Tensor Value, Tensor Tangent) Jvp(Func<Tensor, Tensor> f, Tensor x, Tensor v) => Jvp(Spread(f), [x], [v]);

    /// <summary>The value of f and its derivative along directions, one for each argument.</summary>
    /// <remarks>
    /// dyᵀ·J is linear in dy, and its derivative with respect to dy along v is J·v: two backward passes make one forward one,
    /// so that every operation has it without a rule of its own.
    /// </remarks>
    /// <exception cref="ShapeException">A direction has another shape than its argument.</exception>
    public static (Tensor Value, Tensor Tangent) Jvp(Func<Tensor[], Tensor> f, Tensor[] x, Tensor[] v)
    {
        ArgumentNullException.ThrowIfNull(f);
        CheckDirections("Jvp", x, v);
        var (u, y) = Run(f, x);
        var dy = Variable.Of(Tensor.ZerosLike(y));
        var pulled = Tape.Gradients(y, dy, u, createGraph: true);
        Tensor? along;
        using (Tape.EnableGrad()) along = Inner(pulled, v);
        // The arguments end this walk too, so that it is recorded only if they or something else are tracked.
        var tangent = along is null ? null : Tape.Gradients(along, Tensor.OnesLike(along), [dy, .. u])[0];
        return (Released(y, u), tangent ?? Tensor.ZerosLike(y));
    }

    /// <summary>
    /// The matrix of all first derivatives: element [i…, j…] is ∂f[i…]/∂x[j…], so its shape is the value's followed by the argument's.
    /// </summary>
    [OverloadResolutionPriority(1)]
    public static Func<Tensor, Tensor> Jacobian(Func<Tensor, Tensor> f)
    {
        var all = Jacobian(Spread(f));
        return x => all([x])[0];
    }

    /// <summary>The Jacobian with respect to each argument.</summary>
    public static Func<Tensor[], Tensor[]> Jacobian(Func<Tensor[], Tensor> f)
    {
        ArgumentNullException.ThrowIfNull(f);
        return x =>
        {
            var (u, y) = Run(f, x);
            // What was not recorded, as truths and places, has derivative 0.
            if (y.Node is null) return Array.ConvertAll(u, t => Tensor.Zeros([.. y.Shape.AsSpan(), .. t.Shape.AsSpan()], t.DType));
            var rows = new Tensor[y.Count][];
            for (var i = 0; i < rows.Length; i++)
            {
                var dy = Tensor.Zeros(y.Shape, y.DType);
                dy.SetOne(i);
                rows[i] = Filled(Tape.Gradients(y, dy, u), u);
            }
            var result = new Tensor[x.Length];
            for (var k = 0; k < result.Length; k++)
            {
                Shape shape = [.. y.Shape.AsSpan(), .. u[k].Shape.AsSpan()];
                result[k] = rows.Length == 0
                    ? Tensor.Zeros(shape, u[k].DType)
                    : Reshape.Call(Tensor.Stack([.. rows.Select(row => row[k])], 0), shape);
            }
            return result;
        };
    }

    /// <summary>
    /// The matrix of all second derivatives of a function whose result is a single number: element [i…, j…] is ∂²f/∂x[i…]∂x[j…].
    /// </summary>
    [OverloadResolutionPriority(1)]
    public static Func<Tensor, Tensor> Hessian(Func<Tensor, Tensor> f) => Jacobian(Of(f));

    /// <summary>All second derivatives with respect to several arguments: block [i][j] is ∂²f/∂xᵢ∂xⱼ.</summary>
    public static Func<Tensor[], Tensor[][]> Hessian(Func<Tensor[], Tensor> f)
    {
        var gradients = Of(f);
        return x =>
        {
            var blocks = new Tensor[x.Length][];
            for (var i = 0; i < blocks.Length; i++)
            {
                var argument = i;
                blocks[i] = Jacobian(u => gradients(u)[argument])(x);
            }
            return blocks;
        };
    }

    /// <summary>The Hessian times a vector, without building the Hessian; of the argument's shape.</summary>
    public static Tensor HessianVectorProduct(Func<Tensor, Tensor> f, Tensor x, Tensor v) => HessianVectorProduct(Spread(f), [x], [v])[0];

    /// <summary>The Hessian over all arguments together times a vector, one part for each argument.</summary>
    /// <exception cref="ShapeException">A part of the vector has another shape than its argument.</exception>
    public static Tensor[] HessianVectorProduct(Func<Tensor[], Tensor> f, Tensor[] x, Tensor[] v)
    {
        CheckDirections("HessianVectorProduct", x, v);
        var gradients = Of(f);
        return Of((Tensor[] u) => Inner(gradients(u), v)!)(x);
    }

    static Func<Tensor[], Tensor> Spread(Func<Tensor, Tensor> f)
    {
        ArgumentNullException.ThrowIfNull(f);
        return x => f(x[0]);
    }

    static Func<Tensor[], Tensor> Spread(Func<Tensor, Tensor, Tensor> f)
    {
        ArgumentNullException.ThrowIfNull(f);
        return x => f(x[0], x[1]);
    }

    static (Tensor[] Variables, Tensor Value) Run(Func<Tensor[], Tensor> f, Tensor[] x)
    {
        using var recording = Tape.EnableGrad();
        var variables = Array.ConvertAll(x, Variable.Of);
        return (variables, f([.. variables]));
    }

    // The value leaves without its history unless something tracked outside is part of it and calls are being recorded.
    static Tensor Released(Tensor y, Tensor[] variables) => Tape.IsRecording && Tape.DependsOnTracked(y, variables) ? y : y.Detach();

    static Tensor[] Filled(Tensor?[] gradients, Tensor[] variables)
    {
        var result = new Tensor[gradients.Length];
        for (var i = 0; i < result.Length; i++) result[i] = gradients[i] ?? Tensor.ZerosLike(variables[i]);
        return result;
    }

    static Tensor? Inner(ReadOnlySpan<Tensor?> a, ReadOnlySpan<Tensor> b)
    {
        Tensor? sum = null;
        for (var i = 0; i < a.Length; i++)
        {
            if (a[i] is not { } part) continue;
            var product = (part * b[i]).Sum();
            sum = sum is null ? product : sum + product;
        }
        return sum;
    }

    static void CheckDirections(string operation, Tensor[] x, Tensor[] v)
    {
        if (x.Length != v.Length) throw new ArgumentException($"{operation}: {x.Length} arguments need as many directions, and there are {v.Length}.");
        for (var i = 0; i < x.Length; i++)
            if (x[i].Shape != v[i].Shape)
                throw new ShapeException($"{operation}: the direction of shape {v[i].Shape} does not belong to an argument of shape {x[i].Shape}.");
    }
}
