using Estiba.Ecs.ContainerInstances;

namespace Estiba.Ecs.Queries;

/// <summary>A container instance with its tasks, as far as an expression can ask about it.</summary>
internal interface IQueryTarget
{
    /// <summary>The instance itself.</summary>
    ContainerInstanceRecord Instance { get; }

    /// <summary>How many of its tasks run.</summary>
    int RunningTasks { get; }

    /// <summary>The groups that have tasks on the instance.</summary>
    IEnumerable<string> Groups { get; }

    /// <summary>How many tasks of a group the instance has.</summary>
    int TasksOf(TaskGroup group);
}
