using System.Globalization;
using System.Text;
using Backprop.Autograd;
using Backprop.Ops;

namespace Backprop.Modules;

/// <summary>One line of a summary: a module, what it made, and what that took.</summary>
/// <param name="Path">Its name within the network; empty for the network itself.</param>
/// <param name="Name">What it is.</param>
/// <param name="Output">The shape of its last result; null if it was not called.</param>
/// <param name="Parameters">Numbers in its own parameters and those of its parts, each counted once.</param>
/// <param name="Flops">Floating-point operations of its calls, those of its parts included; a multiplication with its addition counts as two.</param>
/// <param name="OutputBytes">Bytes of the results of its operations, those of its parts included: about what training remembers.</param>
public sealed record ModuleSummaryRow(string Path, string Name, Shape? Output, long Parameters, long Flops, long OutputBytes);

/// <summary>What a network is made of and what one call of it takes: output shapes, parameters, floating-point operations, memory.</summary>
public sealed class ModuleSummary
{
    ModuleSummary(ModuleBase module, IReadOnlyList<ModuleSummaryRow> rows, IReadOnlyList<string> unlisted)
    {
        (Rows, Unlisted) = (rows, unlisted);
        Parameters = module.Parameters.Sum(p => (long)p.Count);
        TrainableParameters = module.Parameters.Where(p => p.RequiresGrad).Sum(p => (long)p.Count);
        ParameterBytes = module.Parameters.Sum(p => (long)p.Count * p.DType.Size());
    }

    /// <summary>The network and its modules, outer ones first.</summary>
    public IReadOnlyList<ModuleSummaryRow> Rows { get; }

    /// <summary>
    /// Modules with parameters that were called and that no <see cref="ModuleBase.Parts"/> lists: most often forgotten there, and then neither trained nor saved.
    /// </summary>
    public IReadOnlyList<string> Unlisted { get; }

    /// <summary>Numbers in all parameters, shared ones counted once.</summary>
    public long Parameters { get; }

    /// <summary>Those of them that are trained, not frozen.</summary>
    public long TrainableParameters { get; }

    /// <summary>The memory of the parameters.</summary>
    public long ParameterBytes { get; }

    /// <summary>Floating-point operations of one call.</summary>
    public long Flops => Rows[0].Flops;

    /// <summary>Bytes of the results of all operations of one call.</summary>
    public long OutputBytes => Rows[0].OutputBytes;

    /// <summary>Looks at a call of a network: in use, not in training, and without recording; afterwards it is as it was.</summary>
    public static ModuleSummary Of(ModuleBase module, Action call)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(call);
        var modules = module.NamedModules.ToArray();
        var training = Array.ConvertAll(modules, m => m.Value.IsTraining);
        var observer = new Observer(module, modules.Select(m => m.Value).ToHashSet());
        var before = Recorder.Observer;
        module.Eval();
        try
        {
            using var off = Tape.NoGrad();
            using var watch = ModuleCall.By(observer);
            Recorder.Observer = observer;
            call();
        }
        finally
        {
            Recorder.Observer = before;
            for (var i = 0; i < modules.Length; i++) modules[i].Value.SetOwnTraining(training[i]);
        }
        return new(module, [.. modules.Select(m => observer.Row(m.Key, m.Value))], [.. observer.Unlisted.Select(m => m.Name)]);
    }

    /// <summary>A table, a module a line, indented by how deep it lies.</summary>
    public override string ToString()
    {
        string[] titles = ["", "output", "parameters", "FLOPs", "memory"];
        var lines = Rows.Select(row => new[]
        {
            Label(row),
            row.Output?.ToString() ?? "-",
            Number(row.Parameters),
            Scaled(row.Flops, 1000, ["", " K", " M", " G", " T"]),
            Bytes(row.OutputBytes),
        }).Prepend(titles).ToArray();
        var widths = Enumerable.Range(0, titles.Length).Select(column => lines.Max(line => line[column].Length)).ToArray();
        var text = new StringBuilder();
        foreach (var line in lines)
        {
            text.Append(line[0].PadRight(widths[0])).Append("  ").Append(line[1].PadRight(widths[1]));
            for (var column = 2; column < line.Length; column++) text.Append("  ").Append(line[column].PadLeft(widths[column]));
            text.Append('\n');
        }
        text.Append(CultureInfo.InvariantCulture, $"{Number(Parameters)} parameters ({Bytes(ParameterBytes)}), {Number(TrainableParameters)} of them trained");
        if (Unlisted.Count > 0) text.Append("\ncalled and not listed in Parts: ").AppendJoin(", ", Unlisted);
        return text.ToString();
    }

    static string Label(ModuleSummaryRow row)
    {
        if (row.Path.Length == 0) return row.Name;
        var depth = row.Path.Count(c => c == '.') + 1;
        return $"{new string(' ', 2 * depth)}{row.Path[(row.Path.LastIndexOf('.') + 1)..]}: {row.Name}";
    }

    static string Number(long n) => n.ToString("N0", CultureInfo.InvariantCulture);

    static string Bytes(long n) => Scaled(n, 1024, [" B", " KiB", " MiB", " GiB", " TiB"]);

    static string Scaled(long n, double unit, string[] names)
    {
        double value = n;
        var i = 0;
        for (; value >= unit && i < names.Length - 1; i++) value /= unit;
        return value.ToString(i == 0 ? "0" : "0.0", CultureInfo.InvariantCulture) + names[i];
    }

    /// <summary>Books every operation on all the modules within whose calls it happens.</summary>
    sealed class Observer(ModuleBase root, HashSet<ModuleBase> listed) : IModuleObserver, IOpObserver
    {
        readonly List<ModuleBase> running = [];
        readonly Dictionary<ModuleBase, (long Flops, long Bytes)> totals = [];
        readonly Dictionary<ModuleBase, Shape> outputs = [];

        /// <summary>The outermost of those that are not listed.</summary>
        public List<ModuleBase> Unlisted { get; } = [];

        public void Entered(ModuleBase module, ReadOnlySpan<Tensor> inputs)
        {
            if (!listed.Contains(module) && running.TrueForAll(listed.Contains) && !Unlisted.Contains(module) && module.Parameters.Count > 0) Unlisted.Add(module);
            running.Add(module);
        }

        public void Returned(ModuleBase module, Tensor output) => outputs[module] = output.Shape;

        public void Left(ModuleBase module) => running.RemoveAt(running.Count - 1);

        public void Called(Op op, ReadOnlySpan<Tensor> x, Tensor y)
        {
            var flops = op.Flops(x, y);
            var bytes = (long)y.Count * y.DType.Size();
            foreach (var operand in x)
                if (y.LooksAt(operand)) bytes = 0;
            // A module that calls itself through another is booked once.
            foreach (var module in running.Prepend(root).Distinct())
            {
                var (oldFlops, oldBytes) = totals.GetValueOrDefault(module);
                totals[module] = (oldFlops + flops, oldBytes + bytes);
            }
        }

        public ModuleSummaryRow Row(string path, ModuleBase module)
        {
            var (flops, bytes) = totals.GetValueOrDefault(module);
            Shape? output = outputs.TryGetValue(module, out var shape) ? shape : null;
            return new(path, module.Name, output, module.Parameters.Sum(p => (long)p.Count), flops, bytes);
        }
    }
}
