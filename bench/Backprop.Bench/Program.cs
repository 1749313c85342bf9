using Backprop.Bench;

// backprop-bench [workload …]: one JSON line a metric; without arguments every workload runs.
var unknown = args.Except(Workloads.All.Keys).ToArray();
if (unknown.Length > 0)
{
    Console.Error.WriteLine($"Unknown workload {string.Join(", ", unknown)}; there are {string.Join(", ", Workloads.All.Keys)}.");
    return 2;
}
foreach (var name in args.Length > 0 ? args : [.. Workloads.All.Keys])
{
    Clock.Workload = name;
    Workloads.All[name]();
}
return 0;
