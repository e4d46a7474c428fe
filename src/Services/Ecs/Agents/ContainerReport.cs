using Estiba.Contracts.Ecs;
using Estiba.Ecs.Tasks;
using Estiba.State;

namespace Estiba.Ecs.Agents;

/// <summary>
/// Applies what an agent says of the containers of a task, change by change, in the order in which they happened.
/// </summary>
/// <remarks>
/// Amazon's agent sends what it has not sent yet together: that a container runs, and behind it in the same list that
/// it has stopped. Of a change that comes late, as of one that comes twice, only that counts which was not known: a
/// container never goes back to an earlier station of its life.
/// </remarks>
internal static class ContainerReport
{
    /// <summary>Ids and digests of engines are shorter, and so is everything in a binding.</summary>
    private const int LongestText = 255;

    /// <summary>More than the ports that all containers of a task may have on a host.</summary>
    private const int MostBindings = 1000;

    /// <summary>
    /// Writes what is said of containers alone; also after the end of their task, when an exit code may still be
    /// missing.
    /// </summary>
    internal static void Write(Transaction transaction, TaskRecord task, IReadOnlyList<ContainerStateChange> changes)
    {
        var reported = Apply(task, changes);
        if (reported != task)
            transaction.Put(EcsTables.Tasks, reported with { Version = task.Version + 1 });
    }

    /// <summary>The task after the changes; the same one when they say nothing new.</summary>
    internal static TaskRecord Apply(TaskRecord task, IReadOnlyList<ContainerStateChange> changes) =>
        changes.Count == 0
            ? task
            : Each(task, container =>
                changes.Where(change => change.ContainerName == container.Name).Aggregate(container, After)
            );

    /// <summary>
    /// The task after changes of what an agent runs inside of its containers, such as <c>ExecuteCommandAgent</c>,
    /// which may be started again.
    /// </summary>
    internal static TaskRecord Apply(
        TaskRecord task,
        IReadOnlyList<ManagedAgentStateChange> changes,
        DateTimeOffset now
    ) =>
        changes.Count == 0
            ? task
            : Each(task, container =>
                changes
                    .Where(change => change.ContainerName == container.Name)
                    .Aggregate(container, (before, change) => After(before, change, now))
            );

    private static TaskRecord Each(TaskRecord task, Func<Container, Container> after)
    {
        Container[]? containers = null;
        for (var place = 0; place < task.Containers.Count; place++)
        {
            var changed = after(task.Containers[place]);
            if (!ReferenceEquals(changed, task.Containers[place]))
                (containers ??= [.. task.Containers])[place] = changed;
        }

        return containers is null ? task : task with { Containers = containers };
    }

    private static Container After(Container container, ContainerStateChange change)
    {
        var isLate = IsLate(container, change);
        var bindings = AsKnown(container.NetworkBindings, Reasonable(change.NetworkBindings));
        var reason = string.IsNullOrEmpty(change.Reason) ? null : TaskTransitions.Bounded(change.Reason);
        var changed = container with
        {
            RuntimeId = Choose(container.RuntimeId, Reasonable(change.RuntimeId), isLate),
            ImageDigest = Choose(container.ImageDigest, Reasonable(change.ImageDigest), isLate),
            LastStatus = isLate ? container.LastStatus : change.Status ?? container.LastStatus,
            ExitCode = isLate ? container.ExitCode ?? change.ExitCode : change.ExitCode ?? container.ExitCode,
            Reason = Choose(container.Reason, reason, isLate),
            NetworkBindings = Choose(container.NetworkBindings, bindings, isLate),
        };
        return changed == container ? container : changed;
    }

    private static Container After(Container container, ManagedAgentStateChange change, DateTimeOffset now)
    {
        if (change.ManagedAgentName != ManagedAgentName.ExecuteCommandAgent || Reasonable(change.Status) is null)
            return container;
        var (agents, name) = (container.ManagedAgents ?? [], change.ManagedAgentName);
        var known = agents.FirstOrDefault(agent => agent.Name == name) ?? new ManagedAgent { Name = name };
        var begins = change.Status == TaskStatus.Running && known.LastStatus != TaskStatus.Running;
        var reason = string.IsNullOrEmpty(change.Reason) ? null : TaskTransitions.Bounded(change.Reason);
        var startedAt = begins ? now : known.LastStartedAt;
        var changed = known with { LastStatus = change.Status, Reason = reason, LastStartedAt = startedAt };
        return changed == known
            ? container
            : container with
            {
                ManagedAgents = [.. agents.Where(agent => agent.Name != name), changed],
            };
    }

    // What is longer is no agent's: the rows of tasks are kept in memory, and read by everybody.
    private static string? Reasonable(string? text) => text is { Length: <= LongestText } ? text : null;

    private static IReadOnlyList<NetworkBinding>? Reasonable(IReadOnlyList<NetworkBinding>? bindings) =>
        bindings is { Count: <= MostBindings }
        && bindings.All(binding =>
            new[] { binding.BindIP, binding.Protocol, binding.ContainerPortRange, binding.HostPortRange }.All(text =>
                text is null or { Length: <= LongestText }
            )
        )
            ? bindings
            : null;

    private static T? Choose<T>(T? known, T? reported, bool isLate)
        where T : class => isLate ? known ?? reported : reported ?? known;

    private static IReadOnlyList<NetworkBinding>? AsKnown(
        IReadOnlyList<NetworkBinding>? known,
        IReadOnlyList<NetworkBinding>? reported
    ) => known is not null && reported is not null && known.SequenceEqual(reported) ? known : reported;

    private static bool IsLate(Container container, ContainerStateChange change) =>
        change.Status is { } reported
        && container.LastStatus is { } known
        && TaskStatus.Order(reported) < TaskStatus.Order(known);
}
