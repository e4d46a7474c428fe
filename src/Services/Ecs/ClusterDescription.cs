using System.Globalization;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.Clusters;
using Estiba.Ecs.ContainerInstances;
using Estiba.Ecs.Services;
using Estiba.Ecs.Tasks;
using Estiba.State;

namespace Estiba.Ecs;

/// <summary>Clusters as customers see them, with counts from the store's indexes and aggregates.</summary>
internal static class ClusterDescription
{
    /// <summary>What an operation that changes a cluster answers with.</summary>
    internal static readonly IReadOnlyList<string> AfterChange =
    [
        ClusterField.Settings,
        ClusterField.Configurations,
        ClusterField.Tags,
        ClusterField.Attachments,
    ];

    /// <summary>The cluster with the fields that were asked for.</summary>
    internal static Cluster Of(View view, ClusterRecord cluster, IReadOnlyList<string>? include)
    {
        var withAttachments = Has(ClusterField.Attachments) && cluster.CapacityProviders.Count > 0;
        return new Cluster
        {
            ClusterArn = cluster.Arn,
            ClusterName = cluster.Name,
            Status = cluster.Status,
            RegisteredContainerInstancesCount =
                ClusterContents.Instances(view, cluster, ContainerInstanceStatus.Active)
                + ClusterContents.Instances(view, cluster, ContainerInstanceStatus.Draining),
            RunningTasksCount = ClusterContents.Tasks(view, cluster, TaskStatus.Running),
            PendingTasksCount =
                ClusterContents.Tasks(view, cluster, TaskStatus.Pending)
                + ClusterContents.Tasks(view, cluster, TaskStatus.Activating),
            ActiveServicesCount = ClusterContents.Services(view, cluster, ServiceStatus.Active),
            Statistics = Has(ClusterField.Statistics) ? Statistics(view, cluster) : [],
            Tags = Has(ClusterField.Tags) ? cluster.Tags : [],
            Settings = Has(ClusterField.Settings) ? cluster.Settings : [],
            Configuration = Has(ClusterField.Configurations) ? cluster.Configuration : null,
            CapacityProviders = cluster.CapacityProviders,
            DefaultCapacityProviderStrategy = cluster.DefaultCapacityProviderStrategy,
            Attachments = withAttachments ? [] : null,
            AttachmentsStatus = withAttachments ? "UPDATE_COMPLETE" : null,
            ServiceConnectDefaults = cluster.ServiceConnectDefaults,
        };

        bool Has(string field) => include?.Contains(field) == true;
    }

    private static IReadOnlyList<EcsKeyValuePair> Statistics(View view, ClusterRecord cluster)
    {
        var statistics = new List<EcsKeyValuePair>();
        foreach (var (kind, launchType) in LaunchTypes)
            Add($"running{kind}TasksCount", TasksOf(launchType, TaskStatus.Running));
        foreach (var (kind, launchType) in LaunchTypes)
            Add(
                $"pending{kind}TasksCount",
                TasksOf(launchType, TaskStatus.Pending) + TasksOf(launchType, TaskStatus.Activating)
            );
        foreach (var (kind, launchType) in LaunchTypes)
            Add($"active{kind}ServiceCount", ServicesOf(launchType, ServiceStatus.Active));
        foreach (var (kind, launchType) in LaunchTypes)
            Add($"draining{kind}ServiceCount", ServicesOf(launchType, ServiceStatus.Draining));
        return statistics;

        void Add(string name, int value) =>
            statistics.Add(new EcsKeyValuePair { Name = name, Value = value.ToString(CultureInfo.InvariantCulture) });

        int TasksOf(string launchType, string status) => ClusterContents.Tasks(view, cluster, status, launchType);

        int ServicesOf(string launchType, string status) =>
            view.Where(EcsTables.Services, EcsTables.ServicesByStatus, $"{cluster.Key}/{status}")
                .Count(service => (service.Settings.LaunchType ?? LaunchType.Ec2) == launchType);
    }

    private static readonly (string Kind, string LaunchType)[] LaunchTypes =
    [
        ("EC2", LaunchType.Ec2),
        ("Fargate", LaunchType.Fargate),
        ("External", LaunchType.External),
    ];
}
