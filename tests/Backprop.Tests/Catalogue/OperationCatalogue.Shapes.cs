namespace Backprop.Tests.Catalogue;

static partial class OperationCatalogue
{
    static IEnumerable<CatalogueRow> Views()
    {
        var x = Anywhere(3, 4, 2);
        yield return Row("Flatten", a => a.Flatten(1), x);
        yield return Row("Transpose", a => a.Transpose(0, 2), x);
        yield return Row("MoveAxis", a => a.MoveAxis(0, -1), x);
        yield return Row("Squeeze", a => a.Squeeze(), Anywhere(3, 1, 2));
        yield return Row("Unsqueeze", a => a.Unsqueeze(-2), x);
        yield return Row("Expand keeping a size", a => a.Expand(2, -1, 4), Anywhere(3, 1));
        yield return Row("Flip", a => a.Flip(0, 2), x);
        yield return Row("Diagonal", a => a.Diagonal(1, 1, 0), x);
        yield return Row("Diagonal of one element", a => a.Diagonal(2, 0, 1), Anywhere(1, 3));
        yield return Row("DiagonalEmbed", a => a.DiagonalEmbed(-1, 0, 2), Anywhere(2, 3));
        yield return Row("Split", a => a.Split([1, 3], 1)[1], x);
        yield return Row("Chunk", a => a.Chunk(2, 1)[0] * a.Chunk(2, 1)[1], x);
        yield return Row("Glu", a => a.Glu(1), x);
        yield return Row("Unstack", a => a.Unstack(2)[1], x);
        yield return Row("Reshape of a view with gaps", a => a.T.Reshape(-1), x);
    }

    static IEnumerable<CatalogueRow> Joints()
    {
        Tensor x = Anywhere(3, 4), image = Anywhere(1, 2, 4, 3);
        yield return Row("Concat", (a, b) => Tensor.Concat([a, b, a], 1), x, Anywhere(3, 2) * 0.8);
        yield return Row("Concat of one element", a => Tensor.Concat([a], 0), Anywhere(1));
        yield return Row("Stack", (a, b) => Tensor.Stack([a, b], -1), x, x * 0.8);
        yield return Row("Tile", a => a.Tile(2, 1, 3), x);
        yield return Row("RepeatInterleave", a => a.RepeatInterleave(2, 0), x);
        yield return Row("Roll", a => a.Roll([1, -2], [0, 1]), x);
        yield return Row("Tril", a => a.Tril(), x);
        yield return Row("Triu", a => a.Triu(-1), x);
        yield return Row("Pad", a => a.Pad([(1, -1), (-2, 3)], value: 0.5), x);
        yield return Row("Pad by reflection", a => a.Pad([(2, 1), (0, 3)], PadMode.Reflect), x);
        yield return Row("Pad by the edge", a => a.Pad([(2, 1), (-1, 3)], PadMode.Replicate), x);
        yield return Row("Pad in a circle", a => a.Pad([(3, 4)], PadMode.Circular), x);
        yield return Row("Unfold2d", a => a.Unfold2d((2, 2), stride: (2, 1), dilation: (1, 2), padding: (1, 1)), image);
        yield return Row("Fold2d", a => a.Fold2d((3, 3), (2, 2), padding: (1, 0)), Anywhere(1, 4, 8));
    }

    static IEnumerable<CatalogueRow> Subscripts()
    {
        var x = Anywhere(3, 4, 2);
        var index = Tensor.From(new long[] { 2, 0, 2 });
        var places = Tensor.From(new long[,] { { 0, 1, 2, 0 }, { 2, 1, 0, 0 } });
        yield return Row("Ranges and places", a => a[(.., -1), 1..3, 0], x);
        yield return Row("One element", a => a[1, ^1, 0], x);
        yield return Row("New axes", a => a[Tensor.NewAxis, 0, Tensor.Ellipsis, Tensor.NewAxis], x);
        yield return Row("Places", a => a[index], x);
        yield return Row("Places apart", a => a[new[] { 0, -1, 0 }, .., new[] { 1, 0, 1 }], x);
        yield return Row("Mask", a => a[a > 0.0], x);
        yield return Row("IndexSelect", a => a.IndexSelect(1, index), x);
        yield return Row("IndexAdd", (a, b) => a.IndexAdd(1, index, b), x, Anywhere(3, 3, 2) * 1.2);
        yield return Row("Scatter", (a, b) => a.Scatter(0, places, b), Anywhere(3, 4), Anywhere(2, 5) * 1.2);
        yield return Row("Scatter of one number", (a, b) => a.Scatter(0, places, b), Anywhere(3, 4), Anywhere()[Tensor.Ellipsis]);
        yield return Row("MaskedSelect", a => a.MaskedSelect(Tensor.From(new[] { true, false })), x);
    }

    static IEnumerable<CatalogueRow> Sums()
    {
        Tensor a = Anywhere(3, 4), b = Anywhere(4, 2) * 0.9;
        yield return new("AddMm", t => t[0].AddMm(t[1], t[2], 0.5, 2), [Anywhere(2), a, b]);
        yield return new("AddMm of a matrix", t => t[0].AddMm(t[1], t[2], 1, -0.5), [Anywhere(3, 1), a, b]);
        yield return new("AddMm of a row", t => t[0].AddMm(t[1], t[2]), [Anywhere(2), a, b]);
        yield return Row("Outer", (x, y) => x.Outer(y), Anywhere(3), Anywhere(4) * 0.9);
        yield return Row("Trace", x => x.Trace(1), a);
        yield return new("Linear", t => Tensor.Linear(t[0], t[1], t[2]), [Anywhere(2, 3, 4), b.T.As(DType.Float64), Anywhere(2)]);
        yield return Row("Linear without a bias", (x, w) => Tensor.Linear(x, w), Anywhere(3, 4), Anywhere(2, 4) * 0.9);
        yield return new("Linear of a vector", t => Tensor.Linear(t[0], t[1], t[2]), [Anywhere(4), Anywhere(3, 4) * 0.9, Anywhere(3)]);
        yield return new("Bilinear", t => Tensor.Bilinear(t[0], t[1], t[2], t[3]), [Anywhere(2, 3), Anywhere(2, 2), Anywhere(4, 3, 2), Anywhere(4)]);
        yield return new("Einsum of three", t => Tensor.Einsum("ij,jk,ki->k", t), [a, b, Anywhere(2, 3)]);
        yield return Row("Einsum with diagonals and gaps", (x, y) => Tensor.Einsum("...ii,...ij->j...", x, y), Anywhere(2, 3, 3), Anywhere(1, 3, 2));
    }
}
