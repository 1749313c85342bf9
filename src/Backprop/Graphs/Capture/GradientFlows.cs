using Backprop.Autograd;
using Backprop.Ops;

namespace Backprop.Graphs;

/// <summary>The derivatives along a graph's arrows, by one walk backward that touches no tensor's <see cref="Tensor.Grad"/>.</summary>
sealed class GradientFlows
{
    /// <summary>What flows into each node, the sum over its uses.</summary>
    public Tensor?[] Nodes { get; }

    /// <summary>What flows back from each operand of each call.</summary>
    public Tensor?[][] Operands { get; }

    /// <summary>∂result/∂operand of each operand of each call, where both are single numbers.</summary>
    public double?[][] Locals { get; }

    GradientFlows(int count)
    {
        Nodes = new Tensor?[count];
        Operands = new Tensor?[count][];
        Locals = new double?[count][];
    }

    /// <summary>Walks from the results, into each of which that is a single number flows 1.</summary>
    /// <param name="calls">The calls, operands first; null for leaves.</param>
    /// <param name="operands">The operands' places.</param>
    /// <param name="results">The results' places and tensors.</param>
    public static GradientFlows Walk(Node?[] calls, int[][] operands, IEnumerable<(int Id, Tensor Result)> results)
    {
        using var off = Tape.NoGrad();
        // A graph is drawn to look for a NaN, too.
        using var unwatched = Tape.DetectAnomalies(nan: false, infinity: false);
        var flows = new GradientFlows(calls.Length);
        foreach (var (id, result) in results)
        {
            if (result.Count != 1 || !result.RequiresGrad) continue;
            var one = Tensor.OnesLike(result);
            flows.Nodes[id] = flows.Nodes[id] is { } sum ? sum + one : one;
        }
        for (var i = calls.Length - 1; i >= 0; i--)
        {
            if (calls[i] is not { } call || flows.Nodes[i] is not { } dy) continue;
            var dx = call.Backward(dy);
            flows.Operands[i] = dx;
            flows.Locals[i] = call.Output.Count == 1 ? Local(call, dy, dx) : [];
            for (var k = 0; k < dx.Length; k++)
            {
                if (dx[k] is not { } d) continue;
                ref var sum = ref flows.Nodes[operands[i][k]];
                sum = sum is null ? d : sum + d;
            }
        }
        return flows;
    }

    // The node's own rule with a dy of one.
    static double?[] Local(Node call, Tensor dy, Tensor?[] dx)
    {
        if (!call.Inputs.ToArray().Any(x => x.Count == 1)) return [];
        var slopes = dy.Item() == 1 ? dx : call.Backward(Tensor.OnesLike(call.Output));
        return Array.ConvertAll(slopes, d => d is { Count: 1 } ? d.Item() : (double?)null);
    }
}
