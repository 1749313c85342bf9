namespace Backprop.Devices;

/// <summary>Puts a <see cref="Chain"/> together: values are numbered as they come, and their working memory is used again when they have been read.</summary>
sealed class ChainBuilder(int operands)
{
    readonly List<double> literals = [];
    readonly List<Draft> drafts = [];

    /// <summary>What makes a value: an operand has no kernel, a literal no kernel but a number.</summary>
    readonly record struct Draft(BlockKernel? Kernel, int[] Of, int Literal);

    int Add(Draft draft)
    {
        drafts.Add(draft);
        return operands + drafts.Count - 1;
    }

    /// <summary>A number for all elements.</summary>
    public int Literal(double value)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        var index = literals.FindIndex(known => BitConverter.DoubleToInt64Bits(known) == bits);
        if (index >= 0) return operands + drafts.FindIndex(draft => draft.Kernel is null && draft.Literal == index);
        literals.Add(value);
        return Add(new(null, [], literals.Count - 1));
    }

    /// <summary>The value that a kernel makes of others.</summary>
    public int Step(BlockKernel kernel, params int[] of) => Add(new(kernel, of, -1));

    /// <summary>Whether a value is computed, and is neither an operand nor a literal.</summary>
    public bool IsComputed(int value) => value >= operands && drafts[value - operands].Kernel is not null;

    /// <summary>
    /// The chain that computes the given values, each of them computed and none given twice; what they do not need is left out. The builder is of no use afterwards.
    /// </summary>
    public Chain Build(ReadOnlySpan<int> results)
    {
        Compose(results);
        int firstResult = operands + literals.Count, firstBlock = firstResult + results.Length, blocks = 0;
        var lastUse = LastUses(results);
        var places = new int[operands + drafts.Count];
        for (var i = 0; i < operands; i++) places[i] = i;
        for (var i = 0; i < results.Length; i++) places[results[i]] = firstResult + i;
        var free = new Stack<int>();
        var steps = new List<ChainStep>();
        for (var value = operands; value < places.Length; value++)
        {
            var (kernel, of, literal) = drafts[value - operands];
            if (kernel is null) places[value] = operands + literal;
            if (kernel is null || lastUse[value] < 0) continue;
            int Of(int i) => i < of.Length ? places[of[i]] : 0;
            var (a, b, c, d) = (Of(0), Of(1), Of(2), Of(3));
            // A block that is read for the last time may be written over: each number is read before it is written.
            foreach (var operand in of.Distinct())
                if (lastUse[operand] == value && places[operand] >= firstBlock) free.Push(places[operand]);
            if (places[value] == 0) places[value] = free.TryPop(out var block) ? block : firstBlock + blocks++;
            steps.Add(new(kernel, a, b, c, d, places[value]));
        }
        return new([.. steps], operands, [.. literals], results.Length, blocks);
    }

    // A value that one other alone reads is computed in the same loop as that one, as far as loops may grow.
    void Compose(ReadOnlySpan<int> results)
    {
        var reads = Reads(results);
        for (var value = operands; value < reads.Length; value++)
            for (var k = 0; k < drafts[value - operands].Of.Length; k++)
            {
                var (kernel, of, _) = drafts[value - operands];
                if (!IsComputed(of[k]) || reads[of[k]] != 1) continue;
                var inner = drafts[of[k] - operands];
                if (kernel!.Over(inner.Kernel!, k) is not { } both) continue;
                drafts[value - operands] = new(both, [.. inner.Of, .. of[..k], .. of[(k + 1)..]], -1);
                k = -1;
            }
    }

    // How often each value is read by those that are needed; many times, where it is a result.
    int[] Reads(ReadOnlySpan<int> results)
    {
        var lastUse = LastUses(results);
        var reads = new int[lastUse.Length];
        foreach (var result in results) reads[result] = 2;
        for (var value = operands; value < reads.Length; value++)
            if (lastUse[value] >= 0)
                foreach (var operand in drafts[value - operands].Of) reads[operand]++;
        return reads;
    }

    // The value that reads each value last; beyond all for results, −1 for what nobody needs.
    int[] LastUses(ReadOnlySpan<int> results)
    {
        var last = new int[operands + drafts.Count];
        Array.Fill(last, -1);
        foreach (var result in results) last[result] = int.MaxValue;
        for (var value = last.Length - 1; value >= operands; value--)
            if (last[value] >= 0)
                foreach (var operand in drafts[value - operands].Of) last[operand] = Math.Max(last[operand], value);
        return last;
    }
}
