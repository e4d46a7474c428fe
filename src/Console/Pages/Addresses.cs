namespace Estiba.Console.Pages;

/// <summary>The addresses of pages, and what of an ARN a page is named by.</summary>
internal static class Addresses
{
    internal static string Cluster(string? cluster, string section = "services") =>
        $"clusters/{Uri.EscapeDataString(cluster ?? "")}/{section}";

    internal static string Service(string? cluster, string? service) =>
        $"{Cluster(cluster)}/{Uri.EscapeDataString(service ?? "")}";

    internal static string Task(string? cluster, string? task) =>
        $"{Cluster(cluster, "tasks")}/{Uri.EscapeDataString(task ?? "")}";

    /// <summary>What stands behind the last slash: a name, an id, or a family with its revision.</summary>
    internal static string NameOf(string? arn) => arn?[(arn.LastIndexOf('/') + 1)..] ?? "";
}
