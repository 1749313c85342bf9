using System.Runtime.CompilerServices;
using Backprop.Devices;
using Backprop.Formulas;

namespace Backprop.Ops;

/// <summary>A formula of one operand as an operation: y = f(x), elementwise.</summary>
/// <typeparam name="F">The formula.</typeparam>
/// <param name="Formula">The formula with its constants.</param>
public sealed record Unary<F>(F Formula) : Op where F : struct, IFormula<F>
{
    static readonly Unary<F> plain = new(default(F));

    /// <inheritdoc/>
    public override string Name => F.Name;

    /// <summary>y = f(x). Whole numbers become float64 first, unless the formula keeps them.</summary>
    public static Tensor Call(F formula, Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (x.IsSingle && x.DType == DType.Float64 && !Anomalies.Watching)
        {
            var y = Tensor.Single(formula.Value(new One<double>(x.First<double>())).V, x.IsWeak);
            if (x.RequiresGrad && Recorder.Enabled) y.Node = new Node(Of(formula), new ReadOnlySpan<Tensor>(in x), y);
            return y;
        }
        return Of(formula).Apply(x);
    }

    // A formula without constants takes one byte, and so does one whose only constant is a bool.
    static Unary<F> Of(F formula) => Unsafe.SizeOf<F>() == 1 && Unsafe.As<F, byte>(ref formula) == 0 ? plain : new(formula);

    internal override Elementwise? Elements => new(
        new BlockKernel<ValueKernel<F>>(new(Formula)), [new BlockKernel<PullKernel<F>>(new(Formula))], [null]);

    /// <inheritdoc/>
    public override Source? Read(ReadOnlySpan<Source> x) => Formula.Value(x[0]);

    /// <inheritdoc/>
    public override Source? ReadPull(int operand, Source dy, ReadOnlySpan<Source> x, Source y) => F.Pull(Formula, dy, x[0], y);

    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x) => x[0].Shape;

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x)
    {
        if (x[0].DType == DType.Bool) throw new DTypeException($"{Name}: bool has no such operation; convert with As(DType.Int64) or As(DType.Float32).");
        var operand = x[0].DType.IsFloat() || F.KeepsIntegers ? x[0] : Cast.Raw(x[0], DType.Float64);
        var y = new Tensor(operand.Shape, operand.DType).MarkWeak(x[0].IsWeak);
        if (F.KeepsIntegers) Cpu.Map(new ValueKernel<F>(Formula), [operand], y);
        else Cpu.MapFloat(new ValueKernel<F>(Formula), [operand], y);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx)
    {
        Tensor x = node.Inputs[0], y = node.Output;
        if (Recorder.Enabled || dy.DType != x.DType || !x.DType.IsFloat())
        {
            dx[0] = F.Pull(Formula, dy, x, y);
            return;
        }
        if (x.IsSingle && x.DType == DType.Float64)
        {
            One<double> flow = new(dy.First<double>()), at = new(x.First<double>()), result = new(y.First<double>());
            dx[0] = Tensor.Single(F.Pull(Formula, flow, at, result).V, weak: false);
            return;
        }
        var d = dy.IsPrivate && dy.IsContiguous && dy.Shape == x.Shape && !Anomalies.Watching ? dy : new Tensor(x.Shape, x.DType);
        Cpu.MapFloat(new PullKernel<F>(Formula), [dy, x, y], d);
        dx[0] = d;
    }
}

/// <summary>A formula of two operands as an operation: y = f(a, b), elementwise with broadcasting.</summary>
/// <typeparam name="F">The formula.</typeparam>
/// <param name="Formula">The formula with its constants.</param>
public sealed record Binary<F>(F Formula) : Op where F : struct, IFormula2<F>
{
    static readonly Binary<F> plain = new(default(F));

    /// <inheritdoc/>
    public override string Name => F.Name;

    /// <summary>y = f(a, b) in the element type in which a and b meet.</summary>
    public static Tensor Call(F formula, Tensor a, Tensor b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        // Two scalars need neither shapes nor loops.
        if (a.IsSingle && b.IsSingle && a.DType == DType.Float64 && b.DType == DType.Float64 && !Anomalies.Watching)
        {
            var value = formula.Value(new One<double>(a.First<double>()), new One<double>(b.First<double>())).V;
            var single = Tensor.Single(value, a.IsWeak && b.IsWeak);
            if (Recorder.Enabled && (a.RequiresGrad || b.RequiresGrad)) single.Node = new Node(Of(formula), a, b, single);
            return single;
        }
        return Of(formula).Apply(a, b);
    }

    static Binary<F> Of(F formula) => Unsafe.SizeOf<F>() == 1 && Unsafe.As<F, byte>(ref formula) == 0 ? plain : new(formula);

    internal override Elementwise? Elements => new(
        new BlockKernel<ValueKernel2<F>>(new(Formula)),
        [new BlockKernel<PullAKernel<F>>(new(Formula)), new BlockKernel<PullBKernel<F>>(new(Formula))], [F.ConstantSlopeA, F.ConstantSlopeB]);

    /// <inheritdoc/>
    public override Source? Read(ReadOnlySpan<Source> x) => Formula.Value(x[0], x[1]);

    /// <inheritdoc/>
    public override Source? ReadPull(int operand, Source dy, ReadOnlySpan<Source> x, Source y) =>
        operand == 0 ? F.PullA(Formula, dy, x[0], x[1], y) : F.PullB(Formula, dy, x[0], x[1], y);

    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x) => Shape.Broadcast(x[0].Shape, x[1].Shape, Name);

    DType Meet(Tensor a, Tensor b)
    {
        var dtype = DTypes.Promote(a.DType, a.IsWeak, b.DType, b.IsWeak);
        if (F.KeepsIntegers)
            return dtype != DType.Bool ? dtype
                : throw new DTypeException($"{Name}: bool has no such operation; use And, Or, Xor, or convert with As(DType.Int64).");
        return dtype.IsFloat() ? dtype : DType.Float64;
    }

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x)
    {
        Tensor a = x[0], b = x[1];
        var y = new Tensor(Infer(x), Meet(a, b)).MarkWeak(a.IsWeak && b.IsWeak);
        a = Cast.Raw(a, y.DType);
        b = Cast.Raw(b, y.DType);
        if (F.KeepsIntegers) Cpu.Map(new ValueKernel2<F>(Formula), [a, b], y);
        else Cpu.MapFloat(new ValueKernel2<F>(Formula), [a, b], y);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx)
    {
        Tensor a = node.Inputs[0], b = node.Inputs[1], y = node.Output;
        if (node.Needs(0)) dx[0] = Constant(F.ConstantSlopeA, dy) ?? PullA(dy, a, b, y);
        if (node.Needs(1)) dx[1] = Constant(F.ConstantSlopeB, dy) ?? PullB(dy, a, b, y);
    }

    static Tensor? Constant(double? slope, Tensor dy) => slope is null ? null : slope == 1 ? dy : dy * slope.Value;

    static bool Fuses(Tensor dy, Tensor a, Tensor b, Tensor y) =>
        !Recorder.Enabled && y.DType.IsFloat() && dy.DType == y.DType && a.DType == y.DType && b.DType == y.DType;

    static bool Singles(Tensor dy, Tensor a, Tensor b) => dy.IsSingle && a.IsSingle && b.IsSingle && dy.DType == DType.Float64;

    static One<double> One(Tensor x) => new(x.First<double>());

    Tensor PullA(Tensor dy, Tensor a, Tensor b, Tensor y)
    {
        if (!Fuses(dy, a, b, y)) return F.PullA(Formula, dy, a, b, y);
        if (Singles(dy, a, b)) return Tensor.Single(F.PullA(Formula, One(dy), One(a), One(b), One(y)).V, weak: false);
        var d = new Tensor(y.Shape, y.DType);
        Cpu.MapFloat(new PullAKernel<F>(Formula), [dy, a, b, y], d);
        return d;
    }

    Tensor PullB(Tensor dy, Tensor a, Tensor b, Tensor y)
    {
        if (!Fuses(dy, a, b, y)) return F.PullB(Formula, dy, a, b, y);
        if (Singles(dy, a, b)) return Tensor.Single(F.PullB(Formula, One(dy), One(a), One(b), One(y)).V, weak: false);
        var d = new Tensor(y.Shape, y.DType);
        Cpu.MapFloat(new PullBKernel<F>(Formula), [dy, a, b, y], d);
        return d;
    }
}

/// <summary>A formula of three operands as an operation: y = f(a, b, c), elementwise with broadcasting.</summary>
/// <typeparam name="F">The formula.</typeparam>
/// <param name="Formula">The formula with its constants.</param>
public sealed record Ternary<F>(F Formula) : Op where F : struct, ITernary<F>
{
    /// <inheritdoc/>
    public override string Name => F.Name;

    /// <summary>y = f(a, b, c) in the float type in which the operands meet.</summary>
    public static Tensor Call(F formula, Tensor a, Tensor b, Tensor c) => new Ternary<F>(formula).Apply(a, b, c);

    internal override Elementwise? Elements => new(
        new BlockKernel<ValueKernel3<F>>(new(Formula)),
        [new BlockKernel<PullA3Kernel<F>>(new(Formula)), new BlockKernel<PullB3Kernel<F>>(new(Formula)), new BlockKernel<PullC3Kernel<F>>(new(Formula))],
        [null, null, null]);

    /// <inheritdoc/>
    public override Source? Read(ReadOnlySpan<Source> x) => Formula.Value(x[0], x[1], x[2]);

    /// <inheritdoc/>
    public override Source? ReadPull(int operand, Source dy, ReadOnlySpan<Source> x, Source y) => dy * (operand switch
    {
        0 => Formula.SlopeA(x[0], x[1], x[2]),
        1 => Formula.SlopeB(x[0], x[1], x[2]),
        _ => Formula.SlopeC(x[0], x[1], x[2]),
    });

    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x) =>
        Shape.Broadcast(Shape.Broadcast(x[0].Shape, x[1].Shape, Name), x[2].Shape, Name);

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x)
    {
        var dtype = DTypes.Meet(x);
        if (!dtype.IsFloat()) dtype = DType.Float64;
        var y = new Tensor(Infer(x), dtype).MarkWeak(x[0].IsWeak && x[1].IsWeak && x[2].IsWeak);
        Cpu.MapFloat(new ValueKernel3<F>(Formula), [Cast.Raw(x[0], dtype), Cast.Raw(x[1], dtype), Cast.Raw(x[2], dtype)], y);
        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx)
    {
        Tensor a = node.Inputs[0], b = node.Inputs[1], c = node.Inputs[2];
        var fuses = !Recorder.Enabled && dy.DType.IsFloat() && a.DType == dy.DType && b.DType == dy.DType && c.DType == dy.DType;
        if (node.Needs(0)) dx[0] = fuses ? Pull(new PullA3Kernel<F>(Formula), dy, a, b, c) : dy * Formula.SlopeA(a, b, c);
        if (node.Needs(1)) dx[1] = fuses ? Pull(new PullB3Kernel<F>(Formula), dy, a, b, c) : dy * Formula.SlopeB(a, b, c);
        if (node.Needs(2)) dx[2] = fuses ? Pull(new PullC3Kernel<F>(Formula), dy, a, b, c) : dy * Formula.SlopeC(a, b, c);
    }

    static Tensor Pull<K>(K kernel, Tensor dy, Tensor a, Tensor b, Tensor c) where K : struct, IKernel
    {
        var d = new Tensor(dy.Shape, dy.DType);
        Cpu.MapFloat(kernel, [dy, a, b, c], d);
        return d;
    }
}

readonly struct ValueKernel<F>(F formula) : IKernel where F : struct, IFormula<F>
{
    public static int Arity => 1;
    public V Run<V>(V a, V b, V c, V d) where V : IReal<V> => formula.Value(a);
}

readonly struct PullKernel<F>(F formula) : IKernel where F : struct, IFormula<F>
{
    public static int Arity => 3;
    public V Run<V>(V a, V b, V c, V d) where V : IReal<V> => F.Pull(formula, a, b, c);
}

readonly struct ValueKernel2<F>(F formula) : IKernel where F : struct, IFormula2<F>
{
    public static int Arity => 2;
    public V Run<V>(V a, V b, V c, V d) where V : IReal<V> => formula.Value(a, b);
}

readonly struct PullAKernel<F>(F formula) : IKernel where F : struct, IFormula2<F>
{
    public static int Arity => 4;
    public V Run<V>(V a, V b, V c, V d) where V : IReal<V> => F.PullA(formula, a, b, c, d);
}

readonly struct PullBKernel<F>(F formula) : IKernel where F : struct, IFormula2<F>
{
    public static int Arity => 4;
    public V Run<V>(V a, V b, V c, V d) where V : IReal<V> => F.PullB(formula, a, b, c, d);
}

readonly struct ValueKernel3<F>(F formula) : IKernel where F : struct, ITernary<F>
{
    public static int Arity => 3;
    public V Run<V>(V a, V b, V c, V d) where V : IReal<V> => formula.Value(a, b, c);
}

readonly struct PullA3Kernel<F>(F formula) : IKernel where F : struct, ITernary<F>
{
    public static int Arity => 4;
    public V Run<V>(V a, V b, V c, V d) where V : IReal<V> => a * formula.SlopeA(b, c, d);
}

readonly struct PullB3Kernel<F>(F formula) : IKernel where F : struct, ITernary<F>
{
    public static int Arity => 4;
    public V Run<V>(V a, V b, V c, V d) where V : IReal<V> => a * formula.SlopeB(b, c, d);
}

readonly struct PullC3Kernel<F>(F formula) : IKernel where F : struct, ITernary<F>
{
    public static int Arity => 4;
    public V Run<V>(V a, V b, V c, V d) where V : IReal<V> => a * formula.SlopeC(b, c, d);
}
