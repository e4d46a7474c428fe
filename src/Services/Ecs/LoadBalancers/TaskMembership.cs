using Estiba.Contracts;
using Estiba.Contracts.ElbV2;
using Estiba.Ecs.ContainerInstances;
using Estiba.Ecs.Tasks;
using Estiba.State;

namespace Estiba.Ecs.LoadBalancers;

/// <summary>
/// A task's place in a target group, while it is looked at: what is known of it, and what it becomes by what Elastic
/// Load Balancing answers. It calls nobody.
/// </summary>
internal sealed class TaskMembership
{
    private static readonly AwsException NoAddress = new(
        "InvalidTarget",
        "The container instance of the task has no EC2 instance ID, or the container has no port on it.",
        400
    );

    private readonly TaskTarget _before;

    private TaskMembership(TaskRecord task, int index, TargetAddress? address)
    {
        (Task, Index, Address) = (task, index, address);
        Target = _before = task.Targets![index];
    }

    internal TaskRecord Task { get; }

    /// <summary>Which of the task's targets.</summary>
    internal int Index { get; }

    /// <summary>Where the target is; null as long as nobody knows, as before the task runs.</summary>
    internal TargetAddress? Address { get; }

    /// <summary>As it is to be written.</summary>
    internal TaskTarget Target { get; private set; }

    internal string TargetGroup => Target.TargetGroupArn;

    /// <summary>Why it could not be registered.</summary>
    internal AwsException? Refusal { get; private set; }

    internal bool WasDeregistered { get; private set; }

    internal bool WasRegistered =>
        Target.State == TaskTargetState.Registered && _before.State == TaskTargetState.Waiting;

    internal bool IsNewlyRefused => Refusal is not null && Target.Reason != _before.Reason;

    internal bool HasChanged => Target != _before;

    /// <summary>Whether its group's answer about the health of targets tells something about it.</summary>
    internal bool IsKnownToGroup => Target.State is TaskTargetState.Registered or TaskTargetState.Draining;

    /// <summary>Whether something is to be expected of it soon.</summary>
    internal bool IsOnItsWay =>
        Target.State == TaskTargetState.Draining
        || (Target.State == TaskTargetState.Waiting && Task.LastStatus == TaskStatus.Running)
        || (Target.State == TaskTargetState.Registered && Target.ReadyAt is null);

    /// <summary>Whether it is to be registered.</summary>
    internal bool Comes =>
        Target.State == TaskTargetState.Waiting && Task.IsWanted && Task.LastStatus == TaskStatus.Running;

    /// <summary>Whether it is to be deregistered, as far as it is registered.</summary>
    internal bool Leaves => Target.State is TaskTargetState.Waiting or TaskTargetState.Registered && !Task.IsWanted;

    /// <summary>The memberships of a task in all its target groups.</summary>
    internal static IEnumerable<TaskMembership> Of(View view, TaskRecord task)
    {
        for (var index = 0; index < task.Targets!.Count; index++)
            yield return new TaskMembership(task, index, AddressOf(view, task, task.Targets[index]));
    }

    /// <summary>It was deregistered.</summary>
    /// <param name="drains">Whether it has answers to give; otherwise it is gone, or its address is another task's
    /// now.</param>
    internal void Deregister(bool drains)
    {
        WasDeregistered = Target.State == TaskTargetState.Registered;
        Target = Target with
        {
            State = drains ? TaskTargetState.Draining : TaskTargetState.Gone,
            Health = null,
            Reason = null,
            ReadyAt = null,
        };
    }

    /// <summary>It was registered at its address.</summary>
    internal void Register()
    {
        Refusal = null;
        Target = Target with
        {
            State = TaskTargetState.Registered,
            Id = Address!.Value.Id,
            Port = Address.Value.Port,
            Health = TargetHealthStateEnum.Initial,
            Reason = null,
        };
    }

    /// <summary>It could not be registered.</summary>
    internal void Refuse(AwsException why)
    {
        Refusal = why;
        Target = Target with { Reason = why.Message };
    }

    /// <summary>It could not be registered, because nobody knows where it is.</summary>
    internal void RefuseWithoutAddress() => Refuse(NoAddress);

    /// <summary>Takes in how the targets of its group are.</summary>
    /// <param name="health">By address; null when the group is gone.</param>
    /// <param name="slowStart">How long a healthy target of the group gets less than its share.</param>
    /// <param name="now">The time.</param>
    internal void Follow(
        IReadOnlyDictionary<TargetAddress, TargetHealth>? health,
        TimeSpan slowStart,
        DateTimeOffset now
    )
    {
        var its = health is not null && Address is { } address ? health.GetValueOrDefault(address) : null;
        Target = Target.State switch
        {
            // One that has ended answers nothing any more, and its address may be another task's target by now.
            TaskTargetState.Draining when Task.IsStopped || its is null or { State: TargetHealthStateEnum.Unused } =>
                Target with
                {
                    State = TaskTargetState.Gone,
                },
            TaskTargetState.Registered when its is not null => Target with
            {
                Health = its.State,
                Reason = its.Description,
                ReadyAt = its.State is TargetHealthStateEnum.Healthy or TargetHealthStateEnum.Unavailable
                    ? Target.ReadyAt ?? now + slowStart
                    : null,
            },
            // Somebody else took it off: it is registered again, as long as there is such a group.
            TaskTargetState.Registered when health is not null => Target with
            {
                State = TaskTargetState.Waiting,
                Health = null,
                ReadyAt = null,
            },
            _ => Target,
        };
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
