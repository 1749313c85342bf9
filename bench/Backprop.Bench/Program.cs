using System.Diagnostics;
using System.Reflection;
using Backprop;
using Backprop.Bench;

// bench …: measures (see CommandLine).
// bench compare …: runs this program and peers in turn and prints a table (see Comparison).
if (typeof(Tensor).Assembly.GetCustomAttribute<DebuggableAttribute>() is { IsJITOptimizerDisabled: true })
{
    Console.Error.WriteLine("The library beside this program is a debug build; its times say nothing. Build with -c Release.");
    return 2;
}
if (args is ["compare", .. var options]) return Comparison.Run(options);
Clock.Threads = BackpropSettings.Threads;
return CommandLine.Run(args, Workloads.All, threads => BackpropSettings.Threads = threads);
