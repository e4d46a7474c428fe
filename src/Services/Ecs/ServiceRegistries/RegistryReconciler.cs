using Estiba.Contracts;
using Estiba.Ecs.Services;
using Estiba.Ecs.Tasks;
using Estiba.Hosting.Controllers;
using Estiba.State;

namespace Estiba.Ecs.ServiceRegistries;

/// <summary>
/// Registers a service's tasks with Cloud Map when they run, says how they are, and takes them off before they are
/// stopped; by the service's key. What is to be done says <see cref="RegistryPlan"/>.
/// </summary>
/// <remarks>
/// Every call may be repeated: what was done just before the platform was killed is done again. Beyond ECS, a task that
/// is asked to stop is <c>DEACTIVATING</c> until nobody can remember where it is, and only then hears of it.
/// </remarks>
internal sealed class RegistryReconciler(Store store, Registries registries, EcsIds ids, TimeProvider time)
    : IReconciler<string>
{
    /// <inheritdoc/>
    public async Task<TimeSpan?> ReconcileAsync(string serviceKey, CancellationToken cancellation)
    {
        var view = store.Current;
        var members = view.Where(EcsTables.Tasks, EcsTables.RegisteredTasks, serviceKey).SelectMany(Member.Of).ToList();
        foreach (var registry in members.GroupBy(member => member.Registration.RegistryArn, StringComparer.Ordinal))
            await FollowAsync(view, registry.Key, [.. registry], cancellation);
        await WriteAsync(serviceKey, members, cancellation);
        var now = time.GetUtcNow();
        return members.Min(member => RegistryPlan.LookAgain(member.Registration, now));
    }

    private async Task FollowAsync(View view, string arn, List<Member> members, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var steps = members.ConvertAll(member => (member, RegistryPlan.Next(member.Task, member.Registration, now)));
        if (steps.TrueForAll(each => each.Item2 is RegistryStep.None))
            return;
        var context = registries.ContextOf(members[0].Task.Scope, members[0].ServiceArn);
        var (registry, fault) = await FindAsync(arn, context, cancellation);
        // Whoever leaves goes first: a port that it had may be another's by now.
        foreach (var (member, step) in steps.OrderByDescending(each => each.Item2))
        {
            try
            {
                if (fault is not null && step is not (RegistryStep.None or RegistryStep.Leave))
                    throw fault;
                member.Registration = await TakeAsync(view, member, step, registry, context, cancellation);
            }
            catch (AwsException refused)
            {
                member.Registration = RegistryPlan.Refused(member.Task, member.Registration, refused.Message, now);
            }
        }
    }

    private async Task<(Registry? Registry, AwsException? Fault)> FindAsync(
        string arn,
        CallContext context,
        CancellationToken cancellation
    )
    {
        try
        {
            return (await registries.FindAsync(arn, context, cancellation), null);
        }
        catch (AwsException fault)
        {
            return (null, fault);
        }
    }

    /// <summary>Takes a step.</summary>
    /// <returns>The registration after it.</returns>
    /// <exception cref="AwsException">The registry refuses it.</exception>
    private async Task<TaskRegistration> TakeAsync(
        View view,
        Member member,
        RegistryStep step,
        Registry? registry,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var (task, before) = (member.Task, member.Registration);
        var (arn, isHealthy) = (before.RegistryArn, RegistryPlan.IsHealthy(task));
        switch (step)
        {
            case RegistryStep.Leave:
                return before with { State = TaskRegistrationState.Gone };
            case RegistryStep.Deregister:
                member.WasDeregistered = await registries.DeregisterAsync(arn, task.Id, context, cancellation);
                var remembered = registry?.Remembered ?? TimeSpan.Zero;
                return RegistryPlan.Deregistered(task, before, remembered, time.GetUtcNow());
            case RegistryStep.Tell:
                return await registries.TellAsync(arn, task.Id, isHealthy, context, cancellation)
                    ? before with
                    {
                        IsHealthy = isHealthy,
                        Refusal = null,
                    }
                    : before with
                    {
                        State = TaskRegistrationState.Waiting,
                        IsHealthy = null,
                    };
            case RegistryStep.Register:
                var isTold = registry?.IsTold == true;
                var facts = InstanceFacts.Of(view, task, before, isTold);
                await registries.RegisterAsync(arn, task.Id, facts, context, cancellation);
                return before with
                {
                    State = TaskRegistrationState.Registered,
                    IsHealthy = isTold ? isHealthy : null,
                    Refusal = null,
                };
            default:
                return before;
        }
    }

    private async Task WriteAsync(string serviceKey, List<Member> members, CancellationToken cancellation)
    {
        var changed = members.FindAll(member => member.HasChanged);
        if (changed.Count == 0)
            return;
        await store.CommitAsync(
            transaction =>
            {
                foreach (var its in changed.GroupBy(member => member.Task.Key, StringComparer.Ordinal))
                    Write(transaction, its.Key, its);
                if (transaction.Find(EcsTables.Services, serviceKey) is not { } service)
                    return;
                var edit = new ServiceEdit(transaction, service, ids, time.GetUtcNow());
                Tell(edit, changed);
                edit.Save();
            },
            cancellation
        );
    }

    private static void Write(Transaction transaction, string key, IEnumerable<Member> members)
    {
        if (transaction.Find(EcsTables.Tasks, key) is not { Registrations: { } registrations } current)
            return;
        var after = registrations.ToList();
        foreach (var member in members)
            after[member.Index] = member.Registration;
        transaction.Put(EcsTables.Tasks, TaskTransitions.Deactivated(current with { Registrations = after }));
    }

    private static void Tell(ServiceEdit edit, List<Member> changed)
    {
        foreach (var registry in changed.GroupBy(member => member.Registration.RegistryArn, StringComparer.Ordinal))
        {
            var its = registry.ToList();
            if (its.Count(member => member.WasRegistered) is > 0 and var registered)
                edit.AddEvent(ServiceEvents.RegisteredInstances(registered, registry.Key));
            if (its.Count(member => member.WasDeregistered) is > 0 and var deregistered)
                edit.AddEvent(ServiceEvents.DeregisteredInstances(deregistered, registry.Key));
            if (its.Find(member => member.IsNewlyRefused) is { } refused)
                edit.AddEvent(
                    ServiceEvents.RegistryFailed(
                        refused.Task.IsWanted ? "register" : "deregister",
                        registry.Key,
                        refused.Registration.Refusal!
                    )
                );
        }
    }

    /// <summary>One registration of a task, while it is looked at.</summary>
    private sealed class Member
    {
        private readonly TaskRegistration _before;

        private Member(TaskRecord task, int index)
        {
            (Task, Index) = (task, index);
            Registration = _before = task.Registrations![index];
        }

        internal TaskRecord Task { get; }

        internal int Index { get; }

        internal TaskRegistration Registration { get; set; }

        internal bool WasDeregistered { get; set; }

        internal bool WasRegistered =>
            (_before.State, Registration.State) == (TaskRegistrationState.Waiting, TaskRegistrationState.Registered);

        internal bool IsNewlyRefused => Registration.Refusal is not null && Registration.Refusal != _before.Refusal;

        internal bool HasChanged => Registration != _before;

        internal string ServiceArn => Task.Scope.Arn($"service/{Task.Cluster}/{Task.Service}");

        internal static IEnumerable<Member> Of(TaskRecord task) =>
            Enumerable.Range(0, task.Registrations!.Count).Select(index => new Member(task, index));
    }
}
