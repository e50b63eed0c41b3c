namespace ConcatService.Api.Tests;

/// <summary>A clock whose timers go off when the test says so.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly List<Action> _due = [];

    /// <summary>Lets every timer go off once.</summary>
    public void PassAll()
    {
        Action[] due = [.. _due];
        _due.Clear();
        foreach (var each in due)
            each();
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        _due.Add(() => callback(state));
        return base.CreateTimer(_ => { }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }
}
