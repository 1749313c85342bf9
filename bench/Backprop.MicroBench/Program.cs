using Backprop;
using Backprop.MicroBench;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;

// dotnet run -c Release --project bench/Backprop.MicroBench -- --filter '*Products*' (--list tree shows all; without a filter it asks).
// One thread, three short runs in this process: enough to see a kernel change. What is quoted anywhere comes from bench/run.sh.
BackpropSettings.Threads = 1;
var config = DefaultConfig.Instance
    .AddJob(Job.ShortRun.WithIterationTime(TimeInterval.FromMilliseconds(100)).WithToolchain(InProcessEmitToolchain.Instance))
    .AddDiagnoser(MemoryDiagnoser.Default);
BenchmarkSwitcher.FromAssembly(typeof(Products).Assembly).Run(args, config);
