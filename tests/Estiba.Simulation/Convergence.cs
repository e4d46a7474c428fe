using Estiba.Contracts.Ecs;
using Estiba.Ecs;
using Estiba.Ecs.Services;
using Estiba.Simulation.Customers;
using Estiba.Simulation.Machines;
using Estiba.State;

namespace Estiba.Simulation;

/// <summary>Says what is not yet as it should be once nothing goes wrong any more.</summary>
internal sealed class Convergence(World world)
{
    /// <summary>What is missing, in words; null when everything is as it should be.</summary>
    internal string? WhatIsMissing()
    {
        if (world.Server.Process is not { } process) return "The server does not run";
        var view = process.Store.Current;
        var tasks = view.Range(EcsTables.Tasks).Where(task => !task.IsStopped).ToList();
        return view.Range(EcsTables.Services).Select(service => Missing(view, service, tasks))
            .Concat(tasks.Select(task => Missing(view, task)))
            .Concat(world.Machines.Where(machine => !machine.IsScrapped).Select(machine => Missing(machine, tasks)))
            .FirstOrDefault(missing => missing is not null);
    }

    private string? Missing(View view, ServiceRecord service, List<TaskRecord> all)
    {
        if (service.Status == ServiceStatus.Inactive) return null;
        if (service.Status == ServiceStatus.Draining) return $"Service {service.Name} is still draining";
        var tasks = all.FindAll(task => task.Service == service.Name && task.IsWanted);
        if (!Works(service.Primary.Family, service.Primary.Revision) || service.Primary.HasFailed || IsBlocked(view, service, tasks)) return null;

        var waiting = tasks.FindAll(task => task.IsWaiting);
        if (waiting.Count > 0) return Room(view, service, waiting) is { } room ? $"A task of service {service.Name} waits, and {room} has room" : null;
        if (tasks.Count != service.DesiredCount) return $"Service {service.Name} has {tasks.Count} of {service.DesiredCount} tasks";
        if (!service.IsSteady) return $"Service {service.Name} is not steady";
        if (service.Deployments is not [{ RolloutState: DeploymentRolloutState.Completed }]) return $"The deployment of service {service.Name} is not completed";
        return null;
    }

    private string? Missing(View view, TaskRecord task)
    {
        if (task.IsWaiting) return null;
        var name = world.History.Brief(task.Id);
        if (!task.IsWanted) return $"Task {name} has not stopped";
        if (view.Find(EcsTables.ContainerInstances, task.InstanceKey!) is not { Status: not "INACTIVE" } instance) return $"Task {name} is on an instance that is gone";
        if (!Works(task.Family, task.Revision)) return null;
        if (task.LastStatus != TaskStatus.Running) return $"Task {name} is {task.LastStatus}";
        return HostOf(instance)?.Engine.Containers.Any(container => container.IsRunning && container.TaskArn == task.Arn) == true ? null : $"Task {name} counts as running and does not run";
    }

    private string? Missing(Machine machine, List<TaskRecord> tasks)
    {
        if (machine.Agent is not { IsConnected: true }) return $"The agent of {machine.Name} is not connected";
        foreach (var container in machine.Engine.Containers.Where(container => container.IsRunning))
        {
            if (tasks.Find(task => task.Arn == container.TaskArn) is not { IsWanted: true } task) return $"{container.ContainerName} of {world.History.Brief(container.TaskArn)} runs on {machine.Name}, and nobody wants it";
            if (!machine.Disk.InstanceArn!.EndsWith(task.ContainerInstance!, StringComparison.Ordinal)) return $"{world.History.Brief(task.Id)} runs on {machine.Name}, where it should not be";
        }

        return null;
    }

    /// <summary>Where there is room for a task that waits, found without the scheduler's own means; null when there is none.</summary>
    private string? Room(View view, ServiceRecord service, List<TaskRecord> waiting)
    {
        var constraints = service.Settings.PlacementConstraints!;
        foreach (var instance in view.Range(EcsTables.ContainerInstances).Where(instance => instance is { Status: "ACTIVE", AgentConnected: true }))
        {
            var held = view.Where(EcsTables.Tasks, EcsTables.TasksOfInstance, instance.Key).ToList();
            if (constraints.Any(constraint => constraint.Type == PlacementConstraintType.DistinctInstance) && held.Exists(task => task.Group == waiting[0].Group)) continue;
            if (constraints.Any(constraint => constraint.Type == PlacementConstraintType.MemberOf) && instance.Attribute("ecs.availability-zone") == "eu-west-1a") continue;
            var ports = held.SelectMany(task => task.Resources.Ports.Concat(task.Containers.SelectMany(container => container.NetworkBindings ?? []).Select(binding => binding.HostPort ?? 0))).ToHashSet();
            if (waiting.Exists(task => task.Resources.Cpu <= instance.Cpu - held.Sum(other => other.Resources.Cpu)
                && task.Resources.Memory <= instance.Memory - held.Sum(other => other.Resources.Memory)
                && !task.Resources.Ports.Any(ports.Contains))) return world.History.Brief(instance.Id);
        }

        return null;
    }

    // With percentages that allow neither one more nor one less, no task can be replaced; ECS says the same.
    private static bool IsBlocked(View view, ServiceRecord service, List<TaskRecord> tasks)
    {
        var bounds = ServiceBounds.Of(service.Settings.DeploymentConfiguration, service.DesiredCount);
        return bounds.Least >= service.DesiredCount && bounds.Most <= service.DesiredCount
            && tasks.Exists(task => task.StartedBy != service.Primary.Id || (task.InstanceKey is { } key && view.Find(EcsTables.ContainerInstances, key) is { Status: "DRAINING" }));
    }

    private bool Works(string family, int revision) => world.Customer.HasRegistered($"{family}:{revision}") is { Works: true };

    private Machine? HostOf(ContainerInstanceRecord instance) => world.Machines.FirstOrDefault(machine => machine.Ec2Id == instance.Ec2InstanceId);
}
