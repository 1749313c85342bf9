using Backprop;
using Backprop.Bench;

// bench [--list] [--threads N] [--workload NAME | NAME …]: one JSON line a metric; without names every workload runs.
// bench compare …: runs this program and a peer in turn and prints a table (see Comparison).
// bench startup PROGRAM [NAME]: times whole processes.
if (args is ["compare", .. var options]) return Comparison.Run(options);
if (args is ["startup", var program, .. var label])
{
    if (label is [var peer]) Clock.Peer = peer;
    Startup.Measure(program);
    return 0;
}
var names = new List<string>();
for (var i = 0; i < args.Length; i++)
{
    if (args[i] == "--list")
    {
        foreach (var name in Workloads.All.Keys) Console.WriteLine(name);
        return 0;
    }
    if (args[i] == "--threads" && i + 1 < args.Length && int.TryParse(args[i + 1], out var threads) && threads > 0)
    {
        BackpropSettings.Threads = threads;
        i++;
    }
    else if (args[i] != "--workload")
    {
        names.Add(args[i]);
    }
}
Clock.Threads = BackpropSettings.Threads;
var unknown = names.Except(Workloads.All.Keys).ToArray();
if (unknown.Length > 0)
{
    Console.Error.WriteLine($"Unknown: {string.Join(", ", unknown)}. The workloads are {string.Join(", ", Workloads.All.Keys)}.");
    return 2;
}
foreach (var name in names.Count > 0 ? names : [.. Workloads.All.Keys])
{
    (Clock.Workload, Clock.Budget) = (name, 1.5);
    Workloads.All[name]();
    Clock.Value("peak RSS", Clock.Megabytes("VmHWM"), "MB", "the process's most so far; run a workload alone to have its own");
}
return 0;
