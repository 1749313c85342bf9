namespace Backprop.Graphs;

/// <summary>A number as it is written in a product: 2/3 stays 2/3, 6/3 is 2.</summary>
readonly record struct Ratio(double Top, double Bottom)
{
    // Whole numbers up to here are exact.
    const double Exact = 1L << 53;

    public static implicit operator Ratio(double value) => new(value, 1);

    public bool IsZero => Top == 0;

    public bool IsOne => Top == 1 && Bottom == 1;

    public static Ratio operator *(Ratio a, Ratio b) => new Ratio(a.Top * b.Top, a.Bottom * b.Bottom).Shortest();

    public static Ratio operator -(Ratio a) => new(-a.Top, a.Bottom);

    public static Ratio operator +(Ratio a, Ratio b) =>
        (a.Bottom == b.Bottom ? new Ratio(a.Top + b.Top, a.Bottom) : new Ratio(a.Top * b.Bottom + b.Top * a.Bottom, a.Bottom * b.Bottom)).Shortest();

    /// <summary>1 divided by it.</summary>
    public Ratio Inverse => new Ratio(Bottom, Top).Shortest();

    /// <summary>The whole power of it.</summary>
    public Ratio Power(double exponent) => exponent < 0 ? Inverse.Power(-exponent) : new Ratio(Math.Pow(Top, exponent), Math.Pow(Bottom, exponent)).Shortest();

    Ratio Shortest()
    {
        var (top, bottom) = Bottom < 0 ? (-Top, -Bottom) : (Top, Bottom);
        if (IsWhole(top / bottom)) return new(top / bottom, 1);
        if (!IsWhole(top) || !IsWhole(bottom)) return new(top, bottom);
        var common = Common(Math.Abs(top), bottom);
        return new(top / common, bottom / common);
    }

    static bool IsWhole(double x) => Math.Abs(x) < Exact && Math.Floor(x) == x;

    static double Common(double a, double b)
    {
        while (b != 0) (a, b) = (b, a % b);
        return a;
    }
}
