namespace Estiba.Ecs.Queries;

/// <summary>A task group by name, with what it is looked up by.</summary>
internal readonly record struct TaskGroup(string Name)
{
    internal int Hash { get; } = StringComparer.Ordinal.GetHashCode(Name);
}
