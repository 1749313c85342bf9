namespace Backprop.Devices;

/// <summary>One thread of the <see cref="Team"/>.</summary>
sealed class TeamMember(int place)
{
    readonly object waking = new();
    int sleeps;

    /// <summary>Its number; those beyond the team's size take no part.</summary>
    public int Place => place;

    public bool IsStarted { get; private set; }

    public void Start()
    {
        IsStarted = true;
        new Thread(() => Team.Serve(this)) { IsBackground = true, Name = $"Backprop {place + 1}" }.Start();
    }

    /// <summary>Sleeps until it is woken, unless there is work by now.</summary>
    public void Sleep(int seen)
    {
        Interlocked.Exchange(ref sleeps, 1);
        if (Team.IsOpen(this, seen, out _) && Interlocked.Exchange(ref sleeps, 0) == 1) return;
        lock (waking)
            while (Volatile.Read(ref sleeps) == 1) Monitor.Wait(waking);
    }

    /// <summary>Wakes it if it sleeps.</summary>
    public bool TryWake()
    {
        if (Volatile.Read(ref sleeps) == 0) return false;
        // Within the lock: a thread that is interrupted while it waits for it has not taken the mark from a member that nobody wakes then.
        lock (waking)
        {
            if (Interlocked.Exchange(ref sleeps, 0) == 0) return false;
            Monitor.Pulse(waking);
            return true;
        }
    }
}
