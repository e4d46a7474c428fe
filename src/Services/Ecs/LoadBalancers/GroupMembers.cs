namespace Estiba.Ecs.LoadBalancers;

/// <summary>The tasks of one service in one target group, and what is to be done about them. It calls nobody.</summary>
internal sealed class GroupMembers
{
    private readonly HashSet<TargetAddress> _kept;

    internal GroupMembers(string arn, IReadOnlyList<TaskMembership> all)
    {
        (Arn, All) = (arn, all);
        // Another task may have got a port that one which ended had: then the target is the other's now.
        _kept =
        [
            .. all.Where(member => member is { Task.IsWanted: true, Address: not null })
                .Select(member => member.Address!.Value),
        ];
        Leaving = [.. all.Where(member => member.Leaves)];
        Coming = [.. all.Where(member => member is { Comes: true, Address: not null })];
    }

    /// <summary>The target group.</summary>
    internal string Arn { get; }

    internal IReadOnlyList<TaskMembership> All { get; }

    /// <summary>Those that are to be deregistered.</summary>
    internal IReadOnlyList<TaskMembership> Leaving { get; }

    /// <summary>Those that are to be registered, and where that can be.</summary>
    internal IReadOnlyList<TaskMembership> Coming { get; }

    /// <summary>The targets of <see cref="Leaving"/> that are nobody else's.</summary>
    internal IReadOnlyList<TargetAddress> Abandoned =>
        [.. Leaving.Where(IsItsOwn).Select(member => member.Address!.Value)];

    /// <summary>Takes <see cref="Leaving"/> for deregistered.</summary>
    internal void Deregister()
    {
        foreach (var member in Leaving)
            member.Deregister(drains: !member.Task.IsStopped && IsItsOwn(member));
    }

    /// <summary>Refuses those that are to be registered, and nobody knows where.</summary>
    internal void RefuseUnaddressed()
    {
        foreach (var member in All.Where(member => member is { Comes: true, Address: null }))
            member.RefuseWithoutAddress();
    }

    private bool IsItsOwn(TaskMembership member) => member.Address is { } address && !_kept.Contains(address);
}
