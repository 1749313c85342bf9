namespace Backprop.Formulas;

/// <summary>Constants that formulas share.</summary>
public static class Constants
{
    /// <summary>ln 2.</summary>
    public const double Ln2 = 0.693147180559945309417;

    /// <summary>ln 10.</summary>
    public const double Ln10 = 2.302585092994045684018;

    /// <summary>2/√π, the slope of erf at 0.</summary>
    public const double TwoOverSqrtPi = 1.128379167095512573896;

    /// <summary>1/√2.</summary>
    public const double OneOverSqrt2 = 0.707106781186547524401;

    /// <summary>1/√(2π), the height of the normal density at 0.</summary>
    public const double OneOverSqrt2Pi = 0.398942280401432677940;

    /// <summary>√(2/π).</summary>
    public const double SqrtTwoOverPi = 0.797884560802865355880;
}
