namespace Backprop.Graphs;

/// <summary>The pictures of a page, each of which is written once, however many drawings show it.</summary>
sealed class PagePictures
{
    readonly Dictionary<(GraphValue Value, bool IsGradient), int> places = new(new SameValue());
    readonly SvgWriter svg = new();
    readonly SvgPictures pictures;

    public PagePictures(TensorPicture kind) => pictures = new(svg, kind);

    /// <summary>All, one element each.</summary>
    public override string ToString() => $"<svg>{svg}</svg>";

    /// <summary>Which element a picture is.</summary>
    public int Place(GraphPicture picture)
    {
        if (places.TryGetValue((picture.Value, picture.IsGradient), out var place)) return place;
        svg.Raw("<g>");
        pictures.Draw(picture with { Box = picture.Box with { X = 0, Y = 0 } });
        svg.Raw("</g>\n");
        places.Add((picture.Value, picture.IsGradient), places.Count);
        return places.Count - 1;
    }

    // The drawings of one graph hold the same objects; to compare all their numbers would take longer than to write them.
    sealed class SameValue : IEqualityComparer<(GraphValue Value, bool IsGradient)>
    {
        public bool Equals((GraphValue Value, bool IsGradient) x, (GraphValue Value, bool IsGradient) y) =>
            ReferenceEquals(x.Value, y.Value) && x.IsGradient == y.IsGradient;

        public int GetHashCode((GraphValue Value, bool IsGradient) x) => ReferenceEqualityComparer.Instance.GetHashCode(x.Value);
    }
}
