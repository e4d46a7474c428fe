using Estiba.Contracts;
using Estiba.Contracts.Signing;
using Estiba.Ecs;
using Estiba.Ecs.Agents;
using Estiba.Identity.Credentials;
using Estiba.State;

namespace Estiba.Joining;

/// <summary>
/// The keys of hosts that have joined, beside those that customers have. Good for what an agent does and for nothing
/// else.
/// </summary>
internal sealed class HostKeys(Store store, SecretKey secrets, ICredentialSource customers) : ICredentialSource
{
    /// <summary>What pulling an image takes, of the same policy; good for the images of a host's tasks.</summary>
    internal static readonly IReadOnlySet<string> Pulling = new HashSet<string>(StringComparer.Ordinal)
    {
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:GetDownloadUrlForLayer",
    };

    /// <summary>
    /// What an agent calls, of what the managed policy AmazonEC2ContainerServiceforEC2Role allows, what it reads and
    /// makes to ship logs, and the tags that containers ask for.
    /// </summary>
    internal static readonly IReadOnlySet<string> Actions = new HashSet<string>(Pulling, StringComparer.Ordinal)
    {
        "ecs:DiscoverPollEndpoint",
        "ecs:ListTagsForResource",
        "ecs:Poll",
        "ecs:RegisterContainerInstance",
        "ecs:StartTelemetrySession",
        "ecs:SubmitAttachmentStateChanges",
        "ecs:SubmitContainerStateChange",
        "ecs:SubmitTaskStateChange",
        "ecr:GetAuthorizationToken",
        JoinDoors.GetPlatform,
        "logs:CreateLogGroup",
        "logs:CreateLogStream",
        "logs:GetLogEvents",
        "logs:PutLogEvents",
        "sts:GetCallerIdentity",
    };

    /// <inheritdoc/>
    public Credential? Find(string accessKeyId) =>
        store.Current.Find(JoinTables.Hosts, accessKeyId) is { } host
            ? secrets.Open(host.SecretAccessKey, accessKeyId) is not { } secret
                ? null
                : new Credential
                {
                    AccessKeyId = host.AccessKeyId,
                    SecretAccessKey = secret,
                    AccountId = host.AccountId,
                    PrincipalArn = new Arn("sts", "", host.AccountId, $"assumed-role/ecsInstanceRole/{host.Host}")
                    {
                        Partition = Arn.PartitionOf(host.Region),
                    }.ToString(),
                    Actions = Actions,
                }
            : customers.Find(accessKeyId);

    /// <inheritdoc/>
    public void Used(Credential credential, string service, string region) =>
        customers.Used(credential, service, region);

    /// <summary>The host that a key is of; null where it is of none that has joined.</summary>
    internal BoundHost? HostOf(string accessKeyId) =>
        store.Current.Find(JoinTables.Hosts, accessKeyId) is { } host
            ? new BoundHost(
                host.Host,
                new Scope(host.AccountId, host.Region),
                host.Cluster is { } cluster ? ClusterOf(cluster) : null
            )
            : null;

    // Tokens were once kept with the cluster as it was named, which may be an ARN.
    private static string ClusterOf(string named) => named[(named.LastIndexOf('/') + 1)..];
}
