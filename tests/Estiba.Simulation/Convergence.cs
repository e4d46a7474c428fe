using Estiba.Contracts.Ecs;
using Estiba.Ecs;
using Estiba.Ecs.ContainerInstances;
using Estiba.Ecs.ServiceRegistries;
using Estiba.Ecs.Services;
using Estiba.Ecs.Services.Deployments;
using Estiba.Ecs.Tasks;
using Estiba.Simulation.Customers;
using Estiba.Simulation.Invariants;
using Estiba.Simulation.Machines;
using Estiba.State;

namespace Estiba.Simulation;

/// <summary>Says what is not yet as it should be once nothing goes wrong any more.</summary>
internal sealed class Convergence(World world)
{
    /// <summary>What is missing, in words; null when everything is as it should be.</summary>
    internal string? WhatIsMissing()
    {
        if (world.Server.Process is not { } process)
            return "The server does not run";
        var view = process.Store.Current;
        var tasks = view.Range(EcsTables.Tasks).Where(task => !task.IsStopped).ToList();
        return view.Range(EcsTables.Services)
            .Select(service => Missing(view, service, tasks))
            .Concat(tasks.Select(task => Missing(view, task)))
            .Concat(world.Machines.Where(machine => !machine.IsScrapped).Select(machine => Missing(machine, tasks)))
            .Concat(world.LoadBalancing.Targets.Select(target => Missing(target, tasks)))
            .Concat(world.ServiceDiscovery.Instances.Select(instance => Missing(instance.Key, tasks)))
            .FirstOrDefault(missing => missing is not null);
    }

    private static string? Missing((string Id, int Port) target, List<TaskRecord> tasks) =>
        tasks.Exists(task =>
            task is { IsWanted: true, Targets: not null }
            && task.Targets.Any(its => (its.Id, its.Port) == (target.Id, target.Port))
        )
            ? null
            : $"{target.Id}:{target.Port} gets requests, and no task listens there";

    private string? Missing(string instance, List<TaskRecord> tasks) =>
        tasks.Exists(task => task is { IsWanted: true, Registrations: not null } && task.Id == instance)
            ? null
            : $"A registry still has {Brief(instance)}";

    private string? Missing(View view, ServiceRecord service, List<TaskRecord> all)
    {
        if (service.Status == ServiceStatus.Inactive)
            return null;
        if (service.Status == ServiceStatus.Draining)
            return $"Service {service.Name} is still draining";
        if (
            view.Range(EcsTables.ServiceDeployments, service.Key + "/")
                .Any(deployment => deployment.Status == ServiceDeploymentStatus.RollbackRequested)
        )
            return $"A deployment of service {service.Name} was stopped and is not rolled back";
        var tasks = all.FindAll(task => task.Service == service.Name && task.IsWanted);
        var rollout = view.Find(EcsTables.ServiceRollouts, service.Key)!;
        if (service.IsExternal)
            return MissingOfTaskSets(view, service, rollout, tasks);
        if (
            !Works(rollout.Primary.Family, rollout.Primary.Revision)
            || rollout.Primary.HasFailed
            || IsBlocked(view, service, rollout, tasks)
        )
            return null;

        var waiting = tasks.FindAll(task => task.IsWaiting);
        if (service.IsDaemon && MissingOfDaemon(view, service, tasks) is { } missing)
            return missing;
        if (waiting.Count > 0)
            return Room(view, service, waiting) is { } room
                ? $"A task of service {service.Name} waits, and {room} has room"
                : null;
        if (tasks.Count != service.DesiredCount)
            return $"Service {service.Name} has {tasks.Count} of {service.DesiredCount} tasks";
        if (!rollout.IsSteady)
            return $"Service {service.Name} is not steady";
        if (rollout.Deployments is not [{ RolloutState: DeploymentRolloutState.Completed }])
            return $"The deployment of service {service.Name} is not completed";
        if (view.Range(EcsTables.ServiceDeployments, service.Key + "/").Any(deployment => deployment.IsOngoing))
            return $"Service {service.Name} has deployments that do not end";
        return Misdirected(service, tasks) ?? Unbalanced(view, service, tasks);
    }

    /// <summary>Where the listener rule of a service does not lead to the target group that its tasks are in.</summary>
    private string? Misdirected(ServiceRecord service, List<TaskRecord> tasks)
    {
        if (service.Settings.LoadBalancers is not [{ AdvancedConfiguration.ProductionListenerRule: { } rule }])
            return null;
        var weights = world.LoadBalancing.WeightsOf(rule).Where(group => group.Value > 0).ToList();
        return
            weights is [var (group, _)]
            && tasks.TrueForAll(task => task.Targets!.All(target => target.TargetGroupArn == group))
            ? null
            : $"The traffic of service {service.Name} goes to {string.Join(", ", weights)}, where its tasks are not";
    }

    /// <summary>
    /// What keeps a daemon from one task on each instance that is to have one; a task that waits for room counts.
    /// </summary>
    private string? MissingOfDaemon(View view, ServiceRecord service, List<TaskRecord> tasks)
    {
        var instances = view.Range(EcsTables.ContainerInstances)
            .Where(instance => DaemonsAreOneEach.IsFor(service, instance))
            .ToList();
        if (instances.Count != service.DesiredCount)
            return $"Daemon {service.Name} is for {instances.Count} instances, and says {service.DesiredCount}";
        var least = (int)
            Math.Ceiling(
                instances.Count * service.Settings.DeploymentConfiguration!.MinimumHealthyPercent!.Value / 100m
            );
        foreach (var instance in instances)
        {
            var own = tasks.FindAll(task => task.OnlyInstance == instance.Id);
            if (own.Count == 0)
                return $"Daemon {service.Name} has no task on {Brief(instance.Id)}";

            // A new task that waits for the room or the port of the old one is in order only where the minimum does not
            // let the old one go.
            if (
                own.Count > 1
                && (own.TrueForAll(task => !task.IsWaiting) || tasks.Count(task => task.IsHealthy) > least)
            )
                return $"Daemon {service.Name} has {own.Count} tasks on {Brief(instance.Id)}";
        }

        return tasks.Find(task => !instances.Exists(instance => instance.Id == task.OnlyInstance)) is { } misplaced
            ? $"Daemon {service.Name} has {Brief(misplaced.Id)} on {Brief(misplaced.OnlyInstance)}, where it is "
                + "not to be"
            : null;
    }

    private string? MissingOfTaskSets(
        View view,
        ServiceRecord service,
        ServiceRolloutRecord rollout,
        List<TaskRecord> tasks
    )
    {
        foreach (var set in rollout.TaskSets)
        {
            if (set.Status == WantedTaskSet.Draining)
                return $"Task set {set.Id} of {service.Name} is still draining";
            if (!Works(set.Deployment.Family, set.Deployment.Revision))
                continue;
            var own = tasks.FindAll(task => task.StartedBy == set.Id);
            var waiting = own.FindAll(task => task.IsWaiting);
            var desired = (int)Math.Ceiling(service.DesiredCount * (decimal)set.Scale / 100);
            if (waiting.Count > 0)
            {
                // Some may be successors of tasks on draining instances, so the counts say nothing.
                if (Room(view, service, waiting) is { } room)
                    return $"A task of task set {set.Id} of {service.Name} waits, and {room} has room";
                continue;
            }

            if (own.Count != desired)
                return $"Task set {set.Id} of {service.Name} has {own.Count} of {desired} tasks";
            if (!set.IsSteady)
                return $"Task set {set.Id} of {service.Name} is not steady";
        }

        if (rollout.TaskSets.Count(set => set.Status == WantedTaskSet.Primary) > 1)
            return $"Service {service.Name} has more than one primary task set";
        return tasks.Find(task => !rollout.TaskSets.Any(set => set.Id == task.StartedBy)) is { } orphan
            ? $"{Brief(orphan.Id)} of {service.Name} is of no task set"
            : null;
    }

    /// <summary>Where a service whose zones are to be balanced has tasks that could be in a zone with fewer.</summary>
    private string? Unbalanced(View view, ServiceRecord service, List<TaskRecord> tasks)
    {
        // A task is moved by starting its successor first, for which there must be one more than desired.
        if (
            service.Settings.AvailabilityZoneRebalancing != AvailabilityZoneRebalancing.Enabled
            || service.Settings.DeploymentConfiguration!.MaximumPercent!.Value * service.DesiredCount / 100
                <= service.DesiredCount
        )
            return null;
        var counts = world
            .Machines.Select(machine => machine.Zone)
            .Distinct()
            .ToDictionary(zone => zone, zone => tasks.Count(task => task.AvailabilityZone == zone));
        foreach (var (fuller, most) in counts)
        {
            foreach (var (emptier, _) in counts.Where(other => other.Value < most - 1))
            {
                if (Room(view, service, tasks.FindAll(task => task.AvailabilityZone == fuller), emptier) is { } room)
                    return $"Service {service.Name} has {most} tasks in {fuller} and {counts[emptier]} in "
                        + $"{emptier}, where {room} has room";
            }
        }

        return null;
    }

    private string? Missing(View view, TaskRecord task)
    {
        if (task.IsWaiting)
            return null;
        var name = Brief(task.Id);
        if (!task.IsWanted)
            return $"Task {name} has not stopped";
        if (view.Find(EcsTables.ContainerInstances, task.InstanceKey!) is not { Status: not "INACTIVE" } instance)
            return $"Task {name} is on an instance that is gone";
        if (!Works(task.Family, task.Revision))
            return null;
        if (task.LastStatus != TaskStatus.Running)
            return $"Task {name} is {task.LastStatus}";
        if (task.Targets?.FirstOrDefault(target => !target.IsHealthy) is { } target)
            return $"Task {name} as a target is {target.State}, {target.Health}";
        if (
            task.Registrations is not null
            && world.ServiceDiscovery.Instances.GetValueOrDefault(task.Id) != RegistryPlan.IsHealthy(task)
        )
            return $"Task {name} is not in its registry as it is";
        return
            HostOf(instance)?.Engine.Containers.Any(container => container.IsRunning && container.TaskArn == task.Arn)
            == true
            ? null
            : $"Task {name} counts as running and does not run";
    }

    private string? Missing(Machine machine, List<TaskRecord> tasks)
    {
        if (machine.Agent is not { IsConnected: true })
            return $"The agent of {machine.Name} is not connected";
        foreach (var container in machine.Engine.Containers.Where(container => container.IsRunning))
        {
            if (tasks.Find(task => task.Arn == container.TaskArn) is not { IsWanted: true } task)
                return $"{container.ContainerName} of {Brief(container.TaskArn)} runs on {machine.Name}, and "
                    + "nobody wants it";
            if (!machine.Disk.InstanceArn!.EndsWith(task.ContainerInstance!, StringComparison.Ordinal))
                return $"{Brief(task.Id)} runs on {machine.Name}, where it should not be";
        }

        return null;
    }

    /// <summary>
    /// Where (in one zone, or anywhere) there is room for one of some tasks of a service, found without the scheduler's
    /// own means; null when there is none.
    /// </summary>
    private string? Room(View view, ServiceRecord service, List<TaskRecord> waiting, string? zone = null)
    {
        var constraints = service.Settings.PlacementConstraints!;
        foreach (
            var instance in view.Range(EcsTables.ContainerInstances)
                .Where(instance => instance is { Status: "ACTIVE", AgentConnected: true })
        )
        {
            if (zone is not null && instance.Attribute("ecs.availability-zone") != zone)
                continue;
            var held = view.Where(EcsTables.Tasks, EcsTables.TasksOfInstance, instance.Key).ToList();
            if (
                constraints.Any(constraint => constraint.Type == PlacementConstraintType.DistinctInstance)
                && held.Exists(task => task.Group == waiting[0].Group)
            )
                continue;
            if (
                constraints.Any(constraint => constraint.Type == PlacementConstraintType.MemberOf)
                && instance.Attribute("ecs.availability-zone") == "eu-west-1a"
            )
                continue;
            var ports = held.SelectMany(task =>
                    task.Resources.Ports.Concat(
                        task.Containers.SelectMany(container => container.NetworkBindings ?? [])
                            .Select(binding => binding.HostPort ?? 0)
                    )
                )
                .ToHashSet();
            if (
                waiting.Exists(task =>
                    (task.OnlyInstance ?? instance.Id) == instance.Id
                    && CapacityIsShared.Admits(task, instance)
                    && task.Resources.Cpu <= instance.Cpu - held.Sum(other => other.Resources.Cpu)
                    && task.Resources.Memory <= instance.Memory - held.Sum(other => other.Resources.Memory)
                    && !task.Resources.Ports.Any(ports.Contains)
                )
            )
                return Brief(instance.Id);
        }

        return null;
    }

    // With percentages that allow neither one more nor one less, no task can be replaced; ECS says the same.
    private static bool IsBlocked(
        View view,
        ServiceRecord service,
        ServiceRolloutRecord rollout,
        List<TaskRecord> tasks
    )
    {
        var bounds = ServiceBounds.Of(service.Settings.DeploymentConfiguration, service.DesiredCount);
        return bounds.Least >= service.DesiredCount
            && bounds.Most <= service.DesiredCount
            && tasks.Exists(task =>
                task.StartedBy != rollout.Primary.Id
                || (
                    task.InstanceKey is { } key
                    && view.Find(EcsTables.ContainerInstances, key) is { Status: "DRAINING" }
                )
            );
    }

    private bool Works(string family, int revision) =>
        world.Customer.HasRegistered($"{family}:{revision}") is { Works: true };

    private string Brief(string? full) => world.History.Brief(full);

    private Machine? HostOf(ContainerInstanceRecord instance) =>
        world.Machines.FirstOrDefault(machine => machine.Ec2Id == instance.Ec2InstanceId);
}
