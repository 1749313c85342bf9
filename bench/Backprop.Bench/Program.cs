using Backprop;
using Backprop.Bench;

// bench …: measures (see CommandLine).
// bench compare …: runs this program and peers in turn and prints a table (see Comparison).
if (args is ["compare", .. var options]) return Comparison.Run(options);
Clock.Threads = BackpropSettings.Threads;
return CommandLine.Run(args, Workloads.All, threads => BackpropSettings.Threads = threads);
