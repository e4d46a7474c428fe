using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Contracts.ElbV2;
using Estiba.Ecs.ContainerInstances;
using Estiba.Ecs.Services;
using Estiba.Ecs.Tasks;
using Estiba.Hosting.Controllers;
using Estiba.State;
using Task = System.Threading.Tasks.Task;

namespace Estiba.Ecs.LoadBalancers;

/// <summary>
/// Registers a service's tasks with their target groups when they run, follows how they are there, and takes them off
/// before they are stopped; by the service's key.
/// </summary>
/// <remarks>
/// Every call may be repeated: what was done just before the platform was killed is done again. A task that is asked to
/// stop is <c>DEACTIVATING</c> until its targets have drained, and only then hears of it ("Amazon ECS task lifecycle",
/// developer guide). Beyond ECS, that holds for each task that stops, whoever asks for it.
/// </remarks>
internal sealed class TargetReconciler(Store store, TargetGroups groups, EcsIds ids, TimeProvider time)
    : IReconciler<string>
{
    /// <summary>How soon to look again while targets are on their way.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    /// <summary>How soon to look again when all are as they should be.</summary>
    private static readonly TimeSpan AtRest = TimeSpan.FromSeconds(5);

    private static readonly AwsException NoAddress = new(
        "InvalidTarget",
        "The container instance of the task has no EC2 instance ID, or the container has no port on it.",
        400
    );

    public async Task<TimeSpan?> ReconcileAsync(string serviceKey, CancellationToken cancellation)
    {
        var view = store.Current;
        var tasks = view.Where(EcsTables.Tasks, EcsTables.TargetTasks, serviceKey).ToList();
        if (tasks.Count == 0)
            return null;
        var members = tasks.SelectMany(task => Member.Of(view, task)).ToList();
        foreach (var group in members.GroupBy(member => member.Target.TargetGroupArn, StringComparer.Ordinal))
            await FollowAsync(group.Key, [.. group], cancellation);
        await WriteAsync(serviceKey, members, cancellation);
        return members.Exists(member => member.IsOnItsWay) ? Soon : AtRest;
    }

    private async Task FollowAsync(string arn, List<Member> members, CancellationToken cancellation)
    {
        var context = groups.ContextOf(members[0].Task.Scope, members[0].ServiceArn);
        await DeregisterAsync(arn, members, context, cancellation);
        await RegisterAsync(arn, members, context, cancellation);
        if (!members.Exists(member => member.Target.State is TaskTargetState.Registered or TaskTargetState.Draining))
            return;
        var health = await groups.HealthAsync(arn, context, cancellation);
        var slowStart =
            health is null || members.TrueForAll(member => member.Target.ReadyAt is not null)
                ? TimeSpan.Zero
                : await groups.SlowStartAsync(arn, context, cancellation);
        foreach (var member in members)
            Follow(member, health, slowStart);
    }

    private async Task DeregisterAsync(
        string arn,
        List<Member> members,
        CallContext context,
        CancellationToken cancellation
    )
    {
        // Another task may have got a port that one which ended had: then the target is the other's now.
        var kept = members
            .Where(member => member.Task.IsWanted && member.Address is not null)
            .Select(member => member.Address!.Value)
            .ToHashSet();
        var leaving = members.FindAll(member =>
            !member.Task.IsWanted && member.Target.State is TaskTargetState.Waiting or TaskTargetState.Registered
        );
        var targets = leaving
            .Where(member => member.Address is { } address && !kept.Contains(address))
            .Select(member => member.Address!.Value)
            .ToList();
        if (targets.Count > 0)
            await groups.DeregisterAsync(arn, targets, context, cancellation);
        foreach (var member in leaving)
        {
            var drains = !member.Task.IsStopped && member.Address is { } address && !kept.Contains(address);
            member.WasDeregistered = member.Target.State == TaskTargetState.Registered;
            member.Target = member.Target with
            {
                State = drains ? TaskTargetState.Draining : TaskTargetState.Gone,
                Health = null,
                Reason = null,
                ReadyAt = null,
            };
        }
    }

    private async Task RegisterAsync(
        string arn,
        List<Member> members,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var running = members.FindAll(member =>
            member is { Target.State: TaskTargetState.Waiting, Task: { IsWanted: true } task }
            && task.LastStatus == TaskStatus.Running
        );
        var coming = running.FindAll(member => member.Address is not null);
        foreach (var member in running.Except(coming))
            member.Refuse(NoAddress);
        if (coming.Count == 0 || await TryRegisterAsync(arn, coming, context, cancellation) || coming.Count == 1)
            return;
        // One that is refused must not keep the others away.
        foreach (var member in coming)
            await TryRegisterAsync(arn, [member], context, cancellation);
    }

    private async Task<bool> TryRegisterAsync(
        string arn,
        List<Member> members,
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
            members.ForEach(member => member.Refuse(refused));
            return false;
        }

        foreach (var member in members)
        {
            member.Refusal = null;
            member.Target = member.Target with
            {
                State = TaskTargetState.Registered,
                Id = member.Address!.Value.Id,
                Port = member.Address.Value.Port,
                Health = TargetHealthStateEnum.Initial,
                Reason = null,
            };
        }

        return true;
    }

    private void Follow(Member member, IReadOnlyDictionary<TargetAddress, TargetHealth>? health, TimeSpan slowStart)
    {
        var target = member.Target;
        var its = health is not null && member.Address is { } address ? health.GetValueOrDefault(address) : null;
        if (target.State == TaskTargetState.Draining && its is null or { State: TargetHealthStateEnum.Unused })
        {
            member.Target = target with { State = TaskTargetState.Gone };
        }
        else if (target.State == TaskTargetState.Registered)
        {
            // Somebody else took it off: it is registered again, as long as there is such a group.
            if (its is null && health is not null)
                member.Target = target with { State = TaskTargetState.Waiting, Health = null, ReadyAt = null };
            else if (its is not null)
                member.Target = target with
                {
                    Health = its.State,
                    Reason = its.Description,
                    ReadyAt = its.State is TargetHealthStateEnum.Healthy or TargetHealthStateEnum.Unavailable
                        ? target.ReadyAt ?? time.GetUtcNow() + slowStart
                        : null,
                };
        }
    }

    private async Task WriteAsync(string serviceKey, List<Member> members, CancellationToken cancellation)
    {
        var tasks = members
            .GroupBy(member => member.Task.Key)
            .Where(its => its.Any(member => member.HasChanged) || IsDeactivated(its.First().Task, its))
            .ToList();
        if (tasks.Count == 0)
            return;
        await store.CommitAsync(
            transaction =>
            {
                foreach (var its in tasks)
                    Write(transaction, its.Key, its);
                if (transaction.Find(EcsTables.Services, serviceKey) is not { } service)
                    return;
                var edit = new ServiceEdit(transaction, service, ids, time.GetUtcNow());
                Tell(edit, members);
                Obstruct(edit, members);
                edit.Save();
            },
            cancellation
        );
    }

    private static void Write(Transaction transaction, string key, IEnumerable<Member> members)
    {
        if (transaction.Find(EcsTables.Tasks, key) is not { Targets: { } targets } current)
            return;
        var after = targets.ToList();
        foreach (var member in members)
            after[member.Index] = member.Target;
        var task = current with { Targets = after };
        transaction.Put(
            EcsTables.Tasks,
            task.LastStatus == TaskStatus.Deactivating && after.TrueForAll(IsGone)
                ? TaskTransitions.Deactivated(task)
                : task
        );
    }

    private static bool IsDeactivated(TaskRecord task, IEnumerable<Member> members) =>
        task is { LastStatus: TaskStatus.Deactivating, HasLeft: true } && members.All(member => IsGone(member.Target));

    private static bool IsGone(TaskTarget target) => target.State == TaskTargetState.Gone;

    private static void Tell(ServiceEdit edit, List<Member> members)
    {
        var draining = members.FindAll(member => member.WasDeregistered);
        foreach (var group in members.Where(member => member.WasRegistered).GroupBy(GroupOf, StringComparer.Ordinal))
            edit.AddEvent(ServiceEvents.Registered(group.Count(), group.Key));
        foreach (var group in draining.GroupBy(GroupOf, StringComparer.Ordinal))
            edit.AddEvent(ServiceEvents.Deregistered(group.Count(), group.Key));
        if (
            draining.Where(member => !member.Task.IsStopped).DistinctBy(member => member.Task.Key).ToList() is
            { Count: > 0 } tasks
        )
            edit.AddEvent(ServiceEvents.Draining(tasks.Count));
        foreach (var refused in members.Where(member => member.IsNewlyRefused).DistinctBy(GroupOf))
            edit.AddEvent(ServiceEvents.FailedToRegister(GroupOf(refused), refused.Refusal!.Message));
    }

    // Beyond ECS, which waits for ever, a deployment whose target group is gone has failed.
    private static void Obstruct(ServiceEdit edit, List<Member> members)
    {
        var primary = edit.Rollout.Deployments is [{ IsInProgress: true, Obstacle: null } first, ..] ? first : null;
        if (
            primary is not null
            && members.Find(member =>
                member.Task.StartedBy == primary.Id && member.Refusal is { Code: "TargetGroupNotFound" }
            )
                is { } lost
        )
            edit.Change(primary.Id, deployment =>
                deployment with
                {
                    Obstacle = $"The target group {GroupOf(lost)} does not exist any more.",
                }
            );
    }

    private static string GroupOf(Member member) => member.Target.TargetGroupArn;

    /// <summary>One target of a task, while it is looked at.</summary>
    private sealed class Member
    {
        private readonly TaskTarget _before;

        private Member(TaskRecord task, int index, TargetAddress? address)
        {
            (Task, Index, Address) = (task, index, address);
            Target = _before = task.Targets![index];
        }

        internal TaskRecord Task { get; }

        internal int Index { get; }

        /// <summary>Where the target is; null as long as nobody knows, as before the task runs.</summary>
        internal TargetAddress? Address { get; }

        internal TaskTarget Target { get; set; }

        /// <summary>Why it could not be registered.</summary>
        internal AwsException? Refusal { get; set; }

        /// <summary>It could not be registered.</summary>
        internal void Refuse(AwsException why)
        {
            Refusal = why;
            Target = Target with { Reason = why.Message };
        }

        internal bool WasDeregistered { get; set; }

        internal bool WasRegistered =>
            Target.State == TaskTargetState.Registered && _before.State == TaskTargetState.Waiting;

        internal bool IsNewlyRefused => Refusal is not null && Target.Reason != _before.Reason;

        internal bool HasChanged => Target != _before;

        /// <summary>Whether something is to be expected of it soon.</summary>
        internal bool IsOnItsWay =>
            Target.State == TaskTargetState.Draining
            || (Target.State == TaskTargetState.Waiting && Task.LastStatus == TaskStatus.Running)
            || (Target.State == TaskTargetState.Registered && Target.ReadyAt is null);

        internal string ServiceArn => Task.Scope.Arn($"service/{Task.Cluster}/{Task.Service}");

        internal static IEnumerable<Member> Of(View view, TaskRecord task)
        {
            for (var index = 0; index < task.Targets!.Count; index++)
                yield return new Member(task, index, AddressOf(view, task, task.Targets[index]));
        }

        private static TargetAddress? AddressOf(View view, TaskRecord task, TaskTarget target)
        {
            if (target is { Id: { } known, Port: { } at })
                return new TargetAddress(known, at);
            var port = task
                .Containers.FirstOrDefault(container => container.Name == target.ContainerName)
                ?.NetworkBindings?.FirstOrDefault(binding => binding.ContainerPort == target.ContainerPort)
                ?.HostPort;
            return
                port is { } its
                && task.InstanceKey is { } key
                && view.Find(EcsTables.ContainerInstances, key)?.Ec2InstanceId is { } id
                ? new TargetAddress(id, its)
                : null;
        }
    }
}
