using System.Runtime.InteropServices;
using Backprop.Bench;
using TorchSharp;
using TorchSharp.Bench;

// torchsharp-bench …: measures (see CommandLine).
// torchsharp-bench first-gradient: the least that a program can do; its start is timed.
// torchsharp-bench accept-older-libraries: part of the build (see VersionRequirement).
if (args is ["accept-older-libraries"])
{
    VersionRequirement.Weaken(AppContext.BaseDirectory);
    return 0;
}
if (args is ["first-gradient"])
{
    using var x = torch.tensor(3f, requires_grad: true);
    (x * x).backward();
    Console.WriteLine(x.grad!.item<float>());
    return 0;
}
Clock.Peer = "torchsharp";
torch.set_num_interop_threads(1);
torch.random.manual_seed(0);
// Where NNPACK does not know the processor, libtorch would write a warning at every convolution, which takes time that is no part of its work.
if (NativeLibrary.TryLoad("libc10.so", out var core) && NativeLibrary.TryGetExport(core, "FLAGS_caffe2_log_level", out var level))
{
    const int error = 2;
    Marshal.WriteInt32(level, error);
}
return CommandLine.Run(args, Workloads.All, torch.set_num_threads);
