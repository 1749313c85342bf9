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
return CommandLine.Run(args, Workloads.All, torch.set_num_threads);
