using Estiba.Contracts.CloudWatch;
using Estiba.Ecs.Placement;
using Estiba.Hosting.Metrics;

namespace Estiba.Ecs.Metrics;

/// <summary>
/// The metrics of the namespace <c>AWS/ECS</c>: how much of what they reserved a service's tasks used, and how much of
/// its instances a cluster's ("Amazon ECS CloudWatch metrics", developer guide).
/// </summary>
/// <remarks>Each task is one value of its service's minute, so that the number of values is the number of tasks. Hosts
/// of one's own count like instances of EC2, which are the only ones that AWS counts.</remarks>
internal static class UtilizationMetrics
{
    private const string Namespace = "AWS/ECS";

    internal static IEnumerable<MetricSample> Of(ClusterMinute minute)
    {
        foreach (var service in minute.Services)
        {
            var (cpu, memory) = (default(Spread), default(Spread));
            foreach (var task in service)
                (cpu, memory) = (cpu + task.CpuUtilization, memory + task.MemoryUtilization);
            yield return minute.Sample(Namespace, "CPUUtilization", StandardUnit.Percent, cpu, Named(service.Key));
            yield return minute.Sample(
                Namespace,
                "MemoryUtilization",
                StandardUnit.Percent,
                memory,
                Named(service.Key)
            );
        }

        foreach (var (name, share) in OfInstances(minute))
            yield return minute.Sample(Namespace, name, StandardUnit.Percent, Spread.Of(share * 100));
    }

    private static IEnumerable<(string Name, double Share)> OfInstances(ClusterMinute minute)
    {
        double cpu = 0,
            memory = 0,
            gpus = 0,
            cpuHeld = 0,
            memoryHeld = 0,
            gpusHeld = 0;
        foreach (var instance in minute.Instances)
        {
            var held = InstanceUsage.Of(minute.View, instance.Key);
            (cpu, memory, gpus) = (cpu + instance.Cpu, memory + instance.Memory, gpus + instance.Gpus.Count);
            (cpuHeld, memoryHeld, gpusHeld) = (
                cpuHeld + held.Cpu,
                memoryHeld + held.Memory,
                gpusHeld + held.Gpus.Count
            );
        }

        if (cpu > 0)
        {
            yield return ("CPUReservation", cpuHeld / cpu);
            yield return ("CPUUtilization", minute.Tasks.Sum(task => task.Usage.Cpu) / cpu);
        }

        if (memory > 0)
        {
            yield return ("MemoryReservation", memoryHeld / memory);
            yield return ("MemoryUtilization", minute.Tasks.Sum(task => task.Usage.Memory) / memory);
        }

        if (gpus > 0)
            yield return ("GPUReservation", gpusHeld / gpus);
    }

    private static (string, string) Named(string service) => ("ServiceName", service);
}
