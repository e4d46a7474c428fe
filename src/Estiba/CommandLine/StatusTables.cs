using Estiba.Contracts;
using Estiba.Contracts.Ec2;
using Estiba.Contracts.Ecs;
using Estiba.Platforms;
using Spectre.Console;

namespace Estiba.CommandLine;

/// <summary>Writes a status as tables, one set for each cluster.</summary>
internal static class StatusTables
{
    internal static void Write(IAnsiConsole console, StatusReport report)
    {
        var address = report.Endpoint.GetLeftPart(UriPartial.Authority);
        console.MarkupInterpolated($"[bold]Estiba {report.Version}[/] at {address}, ");
        console.MarkupLineInterpolated($"account {report.AccountId}, region {report.Region}");
        if (report.Version != Version.Text)
            console.MarkupLineInterpolated($"[yellow]This command line is version {Version.Text}.[/]");
        console.MarkupLineInterpolated($"Health: {report.Health.Status}");
        foreach (var trouble in report.Health.Troubles)
            console.MarkupLineInterpolated($"[yellow]  {LogText.Escape(trouble)}[/]");
        if (report.Clusters.Count == 0)
            console.WriteLine("No clusters yet: aws ecs create-cluster --cluster-name my-cluster");
        foreach (var cluster in report.Clusters)
            Write(console, cluster, report.Instances);

        var clustered = report
            .Clusters.SelectMany(cluster => cluster.Instances)
            .Select(instance => instance.Ec2InstanceId)
            .ToHashSet();
        var alone = report
            .Instances.Values.Where(instance =>
                !clustered.Contains(instance.InstanceId) && instance.State?.Name != "terminated"
            )
            .ToList();
        if (alone.Count > 0)
            console.Write(InstancesAlone(alone));
    }

    private static void Write(
        IAnsiConsole console,
        ClusterStatus status,
        IReadOnlyDictionary<string, Instance> instances
    )
    {
        var cluster = status.Cluster;
        console.WriteLine();
        var (running, pending) = (cluster.RunningTasksCount ?? 0, cluster.PendingTasksCount ?? 0);
        console.MarkupInterpolated($"[bold]Cluster {cluster.ClusterName}[/] ({cluster.Status}): ");
        console.MarkupLineInterpolated($"{running} tasks running, {pending} pending");
        if (status.Instances.Count > 0)
            console.Write(ContainerInstances(status, instances));
        if (status.Services.Count > 0)
            console.Write(Services(status));
        if (status.Tasks.Count > 0)
            console.Write(Tasks(status, instances));
    }

    private static Table ContainerInstances(ClusterStatus status, IReadOnlyDictionary<string, Instance> instances)
    {
        var table = NewTable(
            "Container instance",
            "Address",
            "Zone",
            "Status",
            "Agent",
            "Version",
            "Tasks",
            "CPU free",
            "Memory free",
            "Containers may"
        );
        foreach (var instance in status.Instances)
        {
            table.AddRow(
                Escaped(
                    instance.Ec2InstanceId ?? IdOf(instance.ContainerInstanceArn),
                    AddressOf(instance, instances),
                    instance.Attributes?.FirstOrDefault(attribute => attribute.Name == "ecs.availability-zone")?.Value,
                    instance.Status,
                    instance.AgentConnected == true ? "connected" : "lost",
                    instance.VersionInfo?.AgentVersion,
                    $"{instance.RunningTasksCount}",
                    Free(instance, "CPU"),
                    Free(instance, "MEMORY"),
                    $"{AccessOf(instance)}"
                )
            );
        }

        return table;
    }

    /// <summary>What containers may do to the host of an instance.</summary>
    private static HostAccess AccessOf(ContainerInstance instance) =>
        HostAccess.FromAttributes(name =>
            instance.Attributes?.FirstOrDefault(attribute => attribute.Name == name) is { } attribute
                ? attribute.Value ?? ""
                : null
        );

    private static Table Services(ClusterStatus status)
    {
        var table = NewTable("Service", "Task definition", "Wanted", "Running", "Pending", "Last event");
        foreach (var service in status.Services)
        {
            table.AddRow(
                Escaped(
                    service.ServiceName,
                    IdOf(service.TaskDefinition),
                    $"{service.DesiredCount}",
                    $"{service.RunningCount}",
                    $"{service.PendingCount}",
                    service.Events is [var last, ..] ? last.Message : null
                )
            );
        }

        return table;
    }

    private static Table Tasks(ClusterStatus status, IReadOnlyDictionary<string, Instance> instances)
    {
        var hosts = status.Instances.ToDictionary(instance => instance.ContainerInstanceArn ?? "");
        var table = NewTable("Task", "Task definition", "Status", "Group", "Where");
        foreach (var task in status.Tasks)
        {
            table.AddRow(
                Escaped(
                    IdOf(task.TaskArn),
                    IdOf(task.TaskDefinitionArn),
                    task.LastStatus == task.DesiredStatus
                        ? task.LastStatus
                        : $"{task.LastStatus} -> {task.DesiredStatus}",
                    task.Group,
                    Where(task, hosts, instances)
                )
            );
        }

        return table;
    }

    private static Table InstancesAlone(IEnumerable<Instance> instances)
    {
        var table = NewTable("Instance in no cluster", "Address", "Type", "State");
        foreach (var instance in instances)
        {
            table.AddRow(
                Escaped(instance.InstanceId, instance.PublicIpAddress, instance.InstanceType, instance.State?.Name)
            );
        }

        return table;
    }

    private static Table NewTable(params string[] columns)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var column in columns)
            table.AddColumn(column);
        return table;
    }

    /// <summary>Where the task's ports answer: the instance's address with each port.</summary>
    private static string Where(
        EcsTask task,
        Dictionary<string, ContainerInstance> hosts,
        IReadOnlyDictionary<string, Instance> instances
    )
    {
        if (!hosts.TryGetValue(task.ContainerInstanceArn ?? "", out var host))
            return "";
        var address = AddressOf(host, instances) ?? host.Ec2InstanceId ?? "";
        var ports = (task.Containers ?? [])
            .SelectMany(container => container.NetworkBindings ?? [])
            .Where(binding => binding.HostPort is not null)
            .Select(binding => $"{address}:{binding.HostPort}")
            .Distinct()
            .ToList();
        return ports.Count > 0 ? string.Join(' ', ports) : address;
    }

    private static string? AddressOf(ContainerInstance instance, IReadOnlyDictionary<string, Instance> instances) =>
        instances.TryGetValue(instance.Ec2InstanceId ?? "", out var machine)
            ? machine.PublicIpAddress ?? machine.PrivateIpAddress
            : null;

    private static string Free(ContainerInstance instance, string resource)
    {
        int? Value(IReadOnlyList<Resource>? resources) =>
            resources?.FirstOrDefault(candidate => candidate.Name == resource)?.IntegerValue;
        return $"{Value(instance.RemainingResources)} of {Value(instance.RegisteredResources)}";
    }

    private static string IdOf(string? arn) => arn is null ? "" : arn[(arn.LastIndexOf('/') + 1)..];

    private static string[] Escaped(params string?[] cells) =>
        [.. cells.Select(cell => Markup.Escape(LogText.Escape(cell ?? "")))];
}
