using Estiba.Contracts;
using Estiba.Contracts.Signing;
using Estiba.State;

namespace Estiba.Joining;

/// <summary>The keys of hosts that have joined, beside those that customers have. Good for what an agent does and for nothing else.</summary>
internal sealed class HostKeys(Store store, ICredentialSource customers) : ICredentialSource
{
    /// <summary>
    /// What an agent calls, of what the managed policy AmazonEC2ContainerServiceforEC2Role allows, what it reads and makes to ship logs, and the tags that
    /// containers ask for.
    /// </summary>
    private static readonly IReadOnlySet<string> Actions = new HashSet<string>(StringComparer.Ordinal)
    {
        "ecs:DiscoverPollEndpoint", "ecs:ListTagsForResource", "ecs:Poll", "ecs:RegisterContainerInstance", "ecs:StartTelemetrySession",
        "ecs:SubmitAttachmentStateChanges", "ecs:SubmitContainerStateChange", "ecs:SubmitTaskStateChange",
        "ecr:GetAuthorizationToken",
        "logs:CreateLogGroup", "logs:CreateLogStream", "logs:GetLogEvents", "logs:PutLogEvents",
        "sts:GetCallerIdentity",
    };

    /// <inheritdoc/>
    public Credential? Find(string accessKeyId) => store.Current.Find(JoinTables.Hosts, accessKeyId) is { } host
        ? new Credential
        {
            AccessKeyId = host.AccessKeyId,
            SecretAccessKey = host.SecretAccessKey,
            AccountId = host.AccountId,
            PrincipalArn = new Arn("sts", "", host.AccountId, $"assumed-role/ecsInstanceRole/{host.Host}").ToString(),
            Actions = Actions,
        }
        : customers.Find(accessKeyId);

    /// <summary>Whether a caller may register an instance in a cluster: a host whose token is for another one may not.</summary>
    internal bool MayRegister(CallContext caller, string cluster) =>
        store.Current.Find(JoinTables.Hosts, caller.AccessKeyId) is not { Cluster: { } only } host || (only == cluster && host.Region == caller.Region);
}
