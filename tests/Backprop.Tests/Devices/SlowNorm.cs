namespace Backprop.Tests.Devices;

/// <summary>
/// Normalisation as its formula says it, one number at a time in double: what the fast kernels are compared with. Which group a number is normalised
/// with, and which channel's weight it gets, is said for each number.
/// </summary>
sealed class SlowNorm(int[] group, int[] channel, bool centred, double epsilon)
{
    /// <summary>The mean and the mean square off it of every group.</summary>
    public (double[] Means, double[] Variances) Moments(double[] x)
    {
        var groups = group.Length == 0 ? 0 : group.Max() + 1;
        double[] counts = new double[groups], means = new double[groups], variances = new double[groups];
        for (var i = 0; i < x.Length; i++) counts[group[i]]++;
        for (var i = 0; i < x.Length && centred; i++) means[group[i]] += x[i] / counts[group[i]];
        for (var i = 0; i < x.Length; i++) variances[group[i]] += Math.Pow(x[i] - means[group[i]], 2) / counts[group[i]];
        return (means, variances);
    }

    public double[] Forward(double[] x, double[]? w, double[]? b)
    {
        var (means, variances) = Moments(x);
        return Forward(x, w, b, means, variances);
    }

    public double[] Forward(double[] x, double[]? w, double[]? b, double[] means, double[] variances)
    {
        var y = new double[x.Length];
        for (var i = 0; i < x.Length; i++)
            y[i] = (x[i] - means[group[i]]) / Math.Sqrt(variances[group[i]] + epsilon) * (w?[channel[i]] ?? 1) + (b?[channel[i]] ?? 0);
        return y;
    }

    public (double[] Dx, double[] Dw, double[] Db) Backward(double[] x, double[]? w, double[] dy)
    {
        var (means, variances) = Moments(x);
        var (dx, dw, db) = Backward(x, w, dy, means, variances);
        double[] counts = new double[means.Length], u = new double[means.Length], ud = new double[means.Length];
        for (var i = 0; i < x.Length; i++)
        {
            counts[group[i]]++;
            u[group[i]] += dy[i] * (w?[channel[i]] ?? 1);
            ud[group[i]] += dy[i] * (w?[channel[i]] ?? 1) * (x[i] - means[group[i]]);
        }
        for (var i = 0; i < x.Length; i++)
        {
            var g = group[i];
            var r = 1 / Math.Sqrt(variances[g] + epsilon);
            dx[i] -= r * ((centred ? u[g] : 0) + (x[i] - means[g]) * r * r * ud[g]) / counts[g];
        }
        return (dx, dw, db);
    }

    public (double[] Dx, double[] Dw, double[] Db) Backward(double[] x, double[]? w, double[] dy, double[] means, double[] variances)
    {
        double[] dx = new double[x.Length], dw = new double[channel.Max() + 1], db = new double[channel.Max() + 1];
        for (var i = 0; i < x.Length; i++)
        {
            var r = 1 / Math.Sqrt(variances[group[i]] + epsilon);
            dx[i] = dy[i] * (w?[channel[i]] ?? 1) * r;
            dw[channel[i]] += dy[i] * (x[i] - means[group[i]]) * r;
            db[channel[i]] += dy[i];
        }
        return (dx, dw, db);
    }
}
