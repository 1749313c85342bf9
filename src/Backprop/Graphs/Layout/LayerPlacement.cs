namespace Backprop.Graphs;

/// <summary>
/// Places the items of every layer across the arrows, in their order and with their distances: each as near as can be to where its arrows
/// are straight.
/// </summary>
sealed class LayerPlacement(List<LayoutItem>[] layers)
{
    const int Rounds = 10, Refinements = 4;

    /// <summary>Places all items.</summary>
    /// <param name="lines">The bends of each long arrow with its label, which want to be in line.</param>
    public void Place(IReadOnlyList<LayoutItem[]> lines)
    {
        foreach (var layer in layers) Pack(layer);
        for (var round = 0; round < Rounds; round++)
        {
            // First along one side only, so that a whole tree moves; then by both.
            var both = round >= 4;
            for (var l = 0; l < layers.Length; l++) Settle(layers[l], useIn: true, useOut: both);
            for (var l = layers.Length - 1; l >= 0; l--) Settle(layers[l], useIn: both, useOut: true);
        }
        for (var round = 0; round < Refinements; round++)
        {
            foreach (var line in lines) Straighten(line);
            for (var l = 0; l < layers.Length; l++) Refine(layers[round % 2 == 0 ? l : layers.Length - 1 - l]);
        }
    }

    static void Pack(List<LayoutItem> layer)
    {
        double across = 0;
        for (var i = 0; i < layer.Count; i++)
        {
            if (i > 0) across += LayoutItem.Distance(layer[i - 1], layer[i]);
            layer[i].Across = across;
        }
        foreach (var item in layer) item.Across -= across / 2;
    }

    readonly List<(double Wish, double Weight, int Count)> blocks = [];

    // The least sum of weighted squares from the wishes that keeps order and distances: neighbours whose wishes clash share
    // their mean (pool adjacent violators).
    void Settle(List<LayoutItem> layer, bool useIn, bool useOut)
    {
        blocks.Clear();
        double offset = 0;
        for (var i = 0; i < layer.Count; i++)
        {
            if (i > 0) offset += LayoutItem.Distance(layer[i - 1], layer[i]);
            var (wish, weight) = Wish(layer[i], useIn, useOut);
            var block = (Wish: wish - offset, Weight: weight, Count: 1);
            while (blocks.Count > 0 && blocks[^1].Wish > block.Wish)
            {
                var last = blocks[^1];
                blocks.RemoveAt(blocks.Count - 1);
                var sum = last.Weight + block.Weight;
                block = ((last.Wish * last.Weight + block.Wish * block.Weight) / sum, sum, last.Count + block.Count);
            }
            blocks.Add(block);
        }
        offset = 0;
        var next = 0;
        foreach (var (wish, _, count) in blocks)
            for (var i = 0; i < count; i++, next++)
            {
                if (next > 0) offset += LayoutItem.Distance(layer[next - 1], layer[next]);
                layer[next].Across = wish + offset;
            }
    }

    readonly List<(double Across, int Weight)> wishes = [];

    (double Wish, double Weight) Wish(LayoutItem item, bool useIn, bool useOut)
    {
        wishes.Clear();
        if (useIn || item.Out.Count == 0) foreach (var s in item.In) wishes.Add((s.From.Across + s.FromPort - s.ToPort, s.Weight));
        if (useOut || item.In.Count == 0) foreach (var s in item.Out) wishes.Add((s.To.Across + s.ToPort - s.FromPort, s.Weight));
        if (wishes.Count == 0) return (item.Across, 0.01);
        if (wishes.Count == 1) return wishes[0];
        var weight = 0;
        foreach (var wish in wishes) weight += wish.Weight;
        return (Median(weight / 2.0), weight);
    }

    double Median(double half)
    {
        wishes.Sort(static (v, w) => v.Across.CompareTo(w.Across));
        double sum = 0;
        for (var i = 0; i < wishes.Count; i++)
        {
            sum += wishes[i].Weight;
            if (sum > half) return wishes[i].Across;
            if (sum == half) return (wishes[i].Across + wishes[i + 1].Across) / 2;
        }
        return wishes[^1].Across;
    }

    (double Low, double High) Room(LayoutItem item)
    {
        var layer = layers[item.Layer];
        var low = item.Index > 0 ? layer[item.Index - 1].Across + LayoutItem.Distance(layer[item.Index - 1], item) : double.NegativeInfinity;
        var high = item.Index + 1 < layer.Count ? layer[item.Index + 1].Across - LayoutItem.Distance(item, layer[item.Index + 1]) : double.PositiveInfinity;
        return (low, high);
    }

    // All in one line, if there is one that has room in every layer: best where the arrow leaves or enters.
    void Straighten(LayoutItem[] line)
    {
        double low = double.NegativeInfinity, high = double.PositiveInfinity;
        foreach (var item in line)
        {
            var room = Room(item);
            (low, high) = (Math.Max(low, room.Low), Math.Min(high, room.High));
        }
        if (low > high) return;
        LayoutSegment? first = line[0].In.Count > 0 ? line[0].In[0] : null, last = line[^1].Out.Count > 0 ? line[^1].Out[0] : null;
        var leaves = first is null ? double.NaN : first.From.Across + first.FromPort;
        var enters = last is null ? double.NaN : last.To.Across + last.ToPort;
        var across = leaves >= low && leaves <= high ? leaves
            : enters >= low && enters <= high ? enters
            : Math.Clamp(line.Average(item => item.Across), low, high);
        foreach (var item in line) item.Across = across;
    }

    // Each item where one of its arrows is straight, if that is better than where it is.
    void Refine(List<LayoutItem> layer)
    {
        foreach (var item in layer)
        {
            var (low, high) = Room(item);
            if (low > high) continue;
            var best = Math.Clamp(item.Across, low, high);
            var least = Bends(item, best);
            foreach (var s in item.In) Try(s.From.Across + s.FromPort - s.ToPort);
            foreach (var s in item.Out) Try(s.To.Across + s.ToPort - s.FromPort);
            item.Across = best;

            void Try(double wish)
            {
                var across = Math.Clamp(wish, low, high);
                var bends = Bends(item, across);
                if (bends < least - 1e-9) (best, least) = (across, bends);
            }
        }
    }

    static double Bends(LayoutItem item, double across)
    {
        double sum = 0;
        foreach (var s in item.In) sum += Cost(s, across + s.ToPort - s.From.Across - s.FromPort);
        foreach (var s in item.Out) sum += Cost(s, across + s.FromPort - s.To.Across - s.ToPort);
        return sum;
    }

    // A small bend is nearly as ugly as a large one; but where several arrows meet or part, they may all bend alike.
    static double Cost(LayoutSegment s, double bend)
    {
        var bends = Math.Abs(bend) > 0.5 && s.From.Out.Count == 1 && s.To.In.Count == 1;
        return s.Weight * (Math.Abs(bend) + (bends ? 6 : 0));
    }
}
