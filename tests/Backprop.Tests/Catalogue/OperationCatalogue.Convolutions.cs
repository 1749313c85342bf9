namespace Backprop.Tests.Catalogue;

static partial class OperationCatalogue
{
    static IEnumerable<CatalogueRow> Convolutions()
    {
        Tensor image = Anywhere(2, 2, 4, 3), weight = Anywhere(3, 2, 2, 2) * 0.6, bias = Anywhere(3) * 0.4;
        yield return new("Conv1d", t => t[0].Conv1d(t[1], t[2], stride: 2, padding: 1), [Anywhere(2, 2, 5), Anywhere(3, 2, 3) * 0.7, bias]);
        yield return new("Conv2d", t => t[0].Conv2d(t[1], t[2]), [image, weight, bias]);
        yield return Row("Conv2d with gaps", (x, w) => x.Conv2d(w, stride: (2, 1), padding: (1, 2), dilation: (1, 2)), image, weight);
        yield return new("Conv2d in groups", t => t[0].Conv2d(t[1], t[2], padding: 1, groups: 2), [Anywhere(1, 4, 3, 3), Anywhere(4, 2, 2, 2) * 0.8, Anywhere(4)]);
        yield return Row("Conv2d of each channel", (x, w) => x.Conv2d(w, stride: 2, padding: 1, groups: 3), Anywhere(1, 3, 4, 4), Anywhere(3, 1, 3, 3) * 0.8);
        yield return Row("Conv2d of one element", (x, w) => x.Conv2d(w), image, Anywhere(3, 2, 1, 1));
        yield return Row("Conv2d of one image", (x, w) => x.Conv2d(w, padding: 1), Anywhere(2, 3, 2), weight);
        yield return Row("Conv3d", (x, w) => x.Conv3d(w, stride: (1, 2, 1), padding: (1, 0, 1)), Anywhere(1, 2, 2, 3, 3), Anywhere(2, 2, 2, 2, 2) * 0.5);
        yield return new("ConvTranspose1d", t => t[0].ConvTranspose1d(t[1], t[2], stride: 3, padding: 1, outputPadding: 1), [Anywhere(2, 2, 3), Anywhere(2, 3, 2) * 0.7, bias]);
        yield return new("ConvTranspose2d", t => t[0].ConvTranspose2d(t[1], t[2], stride: 2, padding: 1), [Anywhere(1, 2, 3, 2), Anywhere(2, 3, 3, 2) * 0.7, bias]);
        yield return Row("ConvTranspose2d in groups", (x, w) => x.ConvTranspose2d(w, groups: 2, dilation: (2, 1)), Anywhere(1, 4, 2, 3), Anywhere(4, 2, 2, 2) * 0.7);
        yield return Row(
            "ConvTranspose2d with more output than stride", (x, w) => x.ConvTranspose2d(w, outputPadding: 1, dilation: 2), Anywhere(1, 2, 3, 2), Anywhere(2, 2, 2, 2) * 0.7);
        yield return Row("ConvTranspose3d", (x, w) => x.ConvTranspose3d(w, stride: (2, 1, 2), padding: (1, 0, 0)), Anywhere(1, 2, 2, 2, 2), Anywhere(2, 1, 2, 2, 2) * 0.7);
    }
}
