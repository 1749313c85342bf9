namespace Backprop.Graphs;

/// <summary>
/// Orders the items of every layer such that few arrows cross: sweeps that sort each layer by where its neighbours are, and swaps of adjacent items (Sugiyama,
/// Tagawa and Toda 1981; Gansner et al. 1993).
/// </summary>
sealed class LayerOrder(List<LayoutItem>[] layers)
{
    const int Sweeps = 12;
    const int BusyPair = 4096;

    /// <summary>Sorts the layers.</summary>
    public void Arrange()
    {
        Start();
        var best = Snapshot();
        var fewest = Crossings();
        for (var sweep = 0; sweep < Sweeps && fewest > 0; sweep++)
        {
            Sweep(forward: sweep % 2 == 0);
            Swap();
            var crossings = Crossings();
            if (crossings >= fewest) continue;
            (best, fewest) = (Snapshot(), crossings);
        }
        for (var l = 0; l < layers.Length; l++)
        {
            layers[l] = [.. best[l]];
            Number(layers[l]);
        }
    }

    LayoutItem[][] Snapshot() => Array.ConvertAll(layers, layer => layer.ToArray());

    static void Number(List<LayoutItem> layer)
    {
        for (var i = 0; i < layer.Count; i++) layer[i].Index = i;
    }

    // From the results back, operands in their order: a tree starts without crossings, and a − b with a above b.
    void Start()
    {
        var seen = new HashSet<LayoutItem>();
        var order = new List<LayoutItem>[layers.Length];
        for (var l = 0; l < layers.Length; l++) order[l] = [];
        var stack = new Stack<LayoutItem>();
        for (var l = layers.Length - 1; l >= 0; l--)
            foreach (var item in layers[l])
            {
                if (item.Out.Count > 0) continue;
                stack.Push(item);
                while (stack.TryPop(out var top))
                {
                    if (!seen.Add(top)) continue;
                    order[top.Layer].Add(top);
                    for (var k = top.In.Count - 1; k >= 0; k--) stack.Push(top.In[k].From);
                }
            }
        for (var l = 0; l < layers.Length; l++)
        {
            layers[l] = order[l];
            Number(layers[l]);
        }
    }

    static double FromPlace(LayoutSegment s) => s.From.Index + Share(s.FromPort, s.From);

    static double ToPlace(LayoutSegment s) => s.To.Index + Share(s.ToPort, s.To);

    // Less than half a place: a port lies within its item.
    static double Share(double port, LayoutItem item) => port == 0 ? 0 : port / (2.1 * (item.Before + item.After + 1));

    void Sweep(bool forward)
    {
        for (var step = 1; step < layers.Length; step++)
        {
            var layer = layers[forward ? step : layers.Length - 1 - step];
            if (layer.Count < 2) continue;
            foreach (var item in layer)
            {
                double sum = 0;
                var near = forward ? item.In : item.Out;
                foreach (var s in near) sum += forward ? FromPlace(s) : ToPlace(s);
                item.Across = near.Count > 0 ? sum / near.Count : item.Index;
            }
            layers[layer[0].Layer] = layer = [.. layer.OrderBy(static item => item.Across)];
            Number(layer);
        }
    }

    void Swap()
    {
        foreach (var layer in layers)
        {
            var better = true;
            for (var pass = 0; better && pass < 4; pass++)
            {
                better = false;
                for (var i = 0; i + 1 < layer.Count; i++)
                {
                    LayoutItem a = layer[i], b = layer[i + 1];
                    if (a.In.Count * b.In.Count > BusyPair || a.Out.Count * b.Out.Count > BusyPair) continue;
                    if (Between(a, b) <= Between(b, a)) continue;
                    (layer[i], layer[i + 1]) = (b, a);
                    (a.Index, b.Index) = (i + 1, i);
                    better = true;
                }
            }
        }
    }

    // Crossings of what two neighbours have, the first before the second.
    static int Between(LayoutItem first, LayoutItem second)
    {
        var crossings = 0;
        foreach (var s in first.In)
            foreach (var t in second.In)
                if (FromPlace(s) > FromPlace(t)) crossings++;
        foreach (var s in first.Out)
            foreach (var t in second.Out)
                if (ToPlace(s) > ToPlace(t)) crossings++;
        return crossings;
    }

    /// <summary>How many pairs of arrows cross.</summary>
    public long Crossings()
    {
        long crossings = 0;
        var places = new List<double>();
        foreach (var layer in layers)
        {
            places.Clear();
            foreach (var item in layer)
            {
                // In the order in which they leave; side by side, arrows of one port do not cross.
                if (item.Out.Count > 1) item.Out.Sort(static (s, t) => s.FromPort != t.FromPort ? s.FromPort.CompareTo(t.FromPort) : ToPlace(s).CompareTo(ToPlace(t)));
                foreach (var s in item.Out) places.Add(ToPlace(s));
            }
            if (places.Count > 1) crossings += Inversions(places);
        }
        return crossings;
    }

    // Counted with a tree of sums (Barth, Jünger and Mutzel 2002).
    static long Inversions(List<double> places)
    {
        var sorted = places.ToArray();
        Array.Sort(sorted);
        var tree = new int[sorted.Length + 1];
        long inversions = 0;
        for (var seen = 0; seen < places.Count; seen++)
        {
            var rank = LastOf(sorted, places[seen]);
            var notAfter = 0;
            for (var i = rank; i > 0; i -= i & -i) notAfter += tree[i];
            inversions += seen - notAfter;
            for (var i = rank; i < tree.Length; i += i & -i) tree[i]++;
        }
        return inversions;
    }

    // How many places are not after this one.
    static int LastOf(double[] sorted, double place)
    {
        int low = 0, high = sorted.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (sorted[middle] <= place) low = middle + 1;
            else high = middle;
        }
        return low;
    }
}
