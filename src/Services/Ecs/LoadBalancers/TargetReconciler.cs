using Estiba.Contracts;
using Estiba.Ecs.Services;
using Estiba.Hosting.Controllers;
using Estiba.State;

namespace Estiba.Ecs.LoadBalancers;

/// <summary>
/// Registers a service's tasks with their target groups when they run, follows how they are there, and takes them off
/// before they are stopped; by the service's key.
/// </summary>
/// <remarks>
/// What is to be done is decided by <see cref="GroupMembers"/> and <see cref="TaskMembership"/>, and written by
/// <see cref="TargetChanges"/>; here is who calls. Every call may be repeated: what was done just before the platform
/// was killed is done again. A task that is asked to stop is <c>DEACTIVATING</c> until its targets have drained, and
/// only then hears of it ("Amazon ECS task lifecycle", developer guide). Beyond ECS, that holds for each task that
/// stops, whoever asks for it.
/// </remarks>
internal sealed class TargetReconciler(Store store, TargetGroups groups, EcsIds ids, TimeProvider time)
    : IReconciler<string>
{
    /// <summary>How soon to look again while targets are on their way.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    /// <summary>How soon to look again when all are as they should be.</summary>
    private static readonly TimeSpan AtRest = TimeSpan.FromSeconds(5);

    public async Task<TimeSpan?> ReconcileAsync(string serviceKey, CancellationToken cancellation)
    {
        var view = store.Current;
        var tasks = view.Where(EcsTables.Tasks, EcsTables.TargetTasks, serviceKey).ToList();
        if (tasks is not [var one, ..])
            return null;
        var context = groups.ContextOf(one.Scope, one.Scope.Arn($"service/{one.Cluster}/{one.Service}"));
        var members = tasks.SelectMany(task => TaskMembership.Of(view, task)).ToList();
        foreach (var group in members.GroupBy(member => member.TargetGroup, StringComparer.Ordinal))
            await FollowAsync(new GroupMembers(group.Key, [.. group]), context, cancellation);
        await WriteAsync(serviceKey, members, cancellation);
        return members.Exists(member => member.IsOnItsWay) ? Soon : AtRest;
    }

    private async Task FollowAsync(GroupMembers group, CallContext context, CancellationToken cancellation)
    {
        if (group.Abandoned is { Count: > 0 } abandoned)
            await groups.DeregisterAsync(group.Arn, abandoned, context, cancellation);
        group.Deregister();
        await RegisterAsync(group, context, cancellation);
        if (!group.All.Any(member => member.IsKnownToGroup))
            return;
        var health = await groups.HealthAsync(group.Arn, context, cancellation);
        var slowStart =
            health is null || group.All.All(member => member.Target.ReadyAt is not null)
                ? TimeSpan.Zero
                : await groups.SlowStartAsync(group.Arn, context, cancellation);
        foreach (var member in group.All)
            member.Follow(health, slowStart, time.GetUtcNow());
    }

    private async Task RegisterAsync(GroupMembers group, CallContext context, CancellationToken cancellation)
    {
        group.RefuseUnaddressed();
        if (
            group.Coming.Count == 0
            || await TryRegisterAsync(group.Arn, group.Coming, context, cancellation)
            || group.Coming.Count == 1
        )
            return;
        // One that is refused must not keep the others away.
        foreach (var member in group.Coming)
            await TryRegisterAsync(group.Arn, [member], context, cancellation);
    }

    private async Task<bool> TryRegisterAsync(
        string arn,
        IReadOnlyList<TaskMembership> members,
        CallContext context,
        CancellationToken cancellation
    )
    {
        try
        {
            await groups.RegisterAsync(arn, members.Select(member => member.Address!.Value), context, cancellation);
        }
        catch (AwsException refused) when (refused.StatusCode < 500)
        {
            foreach (var member in members)
                member.Refuse(refused);
            return false;
        }

        foreach (var member in members)
            member.Register();
        return true;
    }

    private async Task WriteAsync(string serviceKey, List<TaskMembership> members, CancellationToken cancellation)
    {
        var changes = TargetChanges.Of(members);
        if (changes.Count == 0)
            return;
        await store.CommitAsync(
            transaction =>
            {
                foreach (var its in changes)
                    TargetChanges.Write(transaction, its);
                if (transaction.Find(EcsTables.Services, serviceKey) is not { } service)
                    return;
                var edit = new ServiceEdit(transaction, service, ids, time.GetUtcNow());
                TargetChanges.Tell(edit, members);
                edit.Save();
            },
            cancellation
        );
    }
}
