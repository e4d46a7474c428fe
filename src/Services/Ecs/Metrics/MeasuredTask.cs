using Estiba.Ecs.Tasks;

namespace Estiba.Ecs.Metrics;

/// <summary>A task, and what it used in a minute.</summary>
internal sealed record MeasuredTask(TaskRecord Task, TaskUsage Usage)
{
    /// <summary>The CPU units of a container for which none are reserved ("Task definition parameters": on Linux, the
    /// kernel's least share).</summary>
    private const int LeastCpu = 2;

    /// <summary>CPU units that are reserved for it.</summary>
    internal double CpuReserved =>
        Task.Resources.Cpu > 0 ? Task.Resources.Cpu : LeastCpu * Math.Max(1, Task.Containers.Count);

    /// <summary>MiB that are reserved for it.</summary>
    internal double MemoryReserved => Task.Resources.Memory;

    /// <summary>Percent of what is reserved.</summary>
    internal double CpuUtilization => Usage.Cpu / CpuReserved * 100;

    /// <summary>Percent of what is reserved.</summary>
    internal double MemoryUtilization => MemoryReserved > 0 ? Usage.Memory / MemoryReserved * 100 : 0;
}
