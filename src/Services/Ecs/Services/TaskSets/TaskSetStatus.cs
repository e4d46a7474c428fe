namespace Estiba.Ecs.Services.TaskSets;

/// <summary>The states of a task set.</summary>
internal static class TaskSetStatus
{
    internal const string Primary = "PRIMARY";
    internal const string Active = "ACTIVE";
    internal const string Draining = "DRAINING";
}
