namespace Backprop.Devices;

/// <summary>Work in chunks that neither depend on each other nor write to the same place.</summary>
/// <remarks>
/// Results must be the same bits for any number of threads. So either the cut into chunks depends on sizes alone, or no number's value
/// depends on the cut.
/// </remarks>
interface IJob
{
    void Run(int chunk);
}

/// <summary>A job as the threads of the team see it.</summary>
abstract class Work
{
    public abstract void Run(int chunk);
}

/// <summary>Only one job runs at a time, so one object for each type of job serves all its calls.</summary>
sealed class Work<J> : Work where J : struct, IJob
{
    public static readonly Work<J> Instance = new();
    public J Job;

    public override void Run(int chunk) => Job.Run(chunk);
}
