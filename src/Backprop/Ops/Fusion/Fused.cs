using Backprop.Devices;
using Backprop.Formulas;

namespace Backprop.Ops;

/// <summary>
/// Elementwise operations run as one: small blocks go through all of them while they are in the first-level cache, so that memory is read and written once. The
/// result has the same bits as the calls one by one. Its derivative, Σ over all paths of the product of the slopes on them, is one such pass as well.
/// Operands: those of the function, and then the tensors that it names besides.
/// </summary>
public sealed record Fused : Op
{
    readonly Recipe recipe;

    Fused(Recipe recipe) => this.recipe = recipe;

    /// <summary>How many operations it does in one.</summary>
    public int Operations => recipe.Calls;

    /// <summary>
    /// Makes one operation of a function of so many tensors. The function is run on stand-ins here, not when the result is called.
    /// </summary>
    /// <exception cref="ArgumentException">The function calls something that does not work element by element, or depends on sizes, values or chance.</exception>
    public static Func<Tensor[], Tensor> Of(int operands, Func<Tensor[], Tensor> f)
    {
        ArgumentNullException.ThrowIfNull(f);
        ArgumentOutOfRangeException.ThrowIfLessThan(operands, 1);
        var op = new Fused(Tracing.Of(operands, f));
        return x =>
        {
            if (x.Length != operands) throw new ArgumentException($"Fused: was made of a function of {operands} tensors and got {x.Length}.");
            // Inside another fused function it is part of that one.
            if (Recorder.Observer is Tracing) return f(x);
            return op.Apply([.. x, .. op.recipe.Captured]);
        };
    }

    /// <inheritdoc/>
    public override Source? Read(ReadOnlySpan<Source> x) => recipe.Read(x);

    /// <inheritdoc/>
    public override Source? ReadPull(int operand, Source dy, ReadOnlySpan<Source> x, Source y) => recipe.ReadPull(operand, dy, x);

    /// <inheritdoc/>
    public override Shape Infer(ReadOnlySpan<Tensor> x)
    {
        var shape = x[0].Shape;
        foreach (var t in x[1..]) shape = Shape.Broadcast(shape, t.Shape, Name);
        return shape;
    }

    /// <inheritdoc/>
    public override long Flops(ReadOnlySpan<Tensor> x, Tensor y) => (long)recipe.Calls * y.Count;

    /// <inheritdoc/>
    public override Tensor Forward(ReadOnlySpan<Tensor> x)
    {
        var shape = Infer(x);
        if (!MeetIn(x, out var dtype)) return recipe.Replay(x)[^1];
        var y = new Tensor(shape, dtype);
        Cpu.Run(recipe.Forward(), Alike(x, dtype), [y]);
        return y;
    }

    // Where element types are mixed, each operation has its own; then nothing is fused.
    static bool MeetIn(ReadOnlySpan<Tensor> x, out DType dtype)
    {
        dtype = DTypes.Meet(x);
        var weak = true;
        foreach (var t in x)
        {
            weak &= t.IsWeak;
            if (t.DType != dtype && !(t.IsWeak && t.Count == 1)) return false;
        }
        return dtype.IsFloat() && !weak;
    }

    static Tensor[] Alike(ReadOnlySpan<Tensor> x, DType dtype)
    {
        var all = new Tensor[x.Length];
        for (var i = 0; i < all.Length; i++) all[i] = Cast.Raw(x[i], dtype);
        return all;
    }

    /// <inheritdoc/>
    public override void Backward(Node node, Tensor dy, Span<Tensor?> dx)
    {
        if (Recorder.Enabled || !MeetIn(node.Inputs, out var dtype) || dy.DType != dtype || dx.Length > 60)
        {
            recipe.PullByCalls(node, dy, dx);
            return;
        }
        var wanted = 0L;
        for (var i = 0; i < dx.Length; i++)
            if (node.Needs(i)) wanted |= 1L << i;
        var chain = recipe.Backward(wanted, out var results);
        Tensor[] y = chain is null ? [] : [.. Enumerable.Range(0, chain.FirstBlock - chain.FirstResult).Select(_ => new Tensor(node.Output.Shape, dtype))];
        if (chain is not null) Cpu.Run(chain, Alike([.. node.Inputs, node.Output, dy], dtype), y);
        for (var i = 0; i < dx.Length; i++)
            if (results[i] != -1) dx[i] = results[i] == -2 ? dy : y[results[i]];
    }
}
