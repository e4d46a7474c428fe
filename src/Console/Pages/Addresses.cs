namespace Estiba.Console.Pages;

/// <summary>The addresses of pages, and what of an ARN a page is named by.</summary>
internal static class Addresses
{
    internal static string Cluster(string? cluster, string section = "services") => $"clusters/{In(cluster)}/{section}";

    internal static string Service(string? cluster, string? service) => $"{Cluster(cluster)}/{In(service)}";

    internal static string Task(string? cluster, string? task) => $"{Cluster(cluster, "tasks")}/{In(task)}";

    internal static string ContainerInstance(string? cluster, string? instance) =>
        $"{Cluster(cluster, "instances")}/{In(instance)}";

    /// <summary>A family, or a revision of it.</summary>
    /// <param name="definition">An ARN, <c>family:revision</c>, or the family.</param>
    internal static string TaskDefinition(string? definition) =>
        $"task-definitions/{In(NameOf(definition)).Replace("%3A", "/", StringComparison.Ordinal)}";

    internal static string Repository(string? name) => $"repositories/view?name={In(name)}";

    internal static string LogGroup(string? name) => $"log-groups/view?name={In(name)}";

    internal static string Alarm(string? name) => $"alarms/view?name={In(name)}";

    internal static string LoadBalancer(string? name) => $"load-balancers/{In(name)}";

    internal static string TargetGroup(string? name) => $"target-groups/{In(name)}";

    /// <summary>What stands behind the last slash: a name, an id, or a family with its revision.</summary>
    internal static string NameOf(string? arn) => arn?[(arn.LastIndexOf('/') + 1)..] ?? "";

    /// <summary>The name of a target group: <c>…:targetgroup/name/id</c>.</summary>
    internal static string TargetGroupNameOf(string? arn) => arn?.Split('/') is [_, var name, ..] ? name : arn ?? "";

    internal static string In(string? part) => Uri.EscapeDataString(part ?? "");
}
