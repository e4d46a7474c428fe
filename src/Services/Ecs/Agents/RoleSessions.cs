using System.Globalization;
using Estiba.Contracts;
using Estiba.Contracts.Acs;
using Estiba.Contracts.Sts;
using Estiba.Ecs.Clusters;
using Estiba.Ecs.Tasks;

namespace Estiba.Ecs.Agents;

/// <summary>Gets temporary credentials of tasks' roles from STS.</summary>
/// <param name="sts">STS, called as <see cref="Service"/>.</param>
/// <param name="ids">Makes request ids.</param>
internal sealed class RoleSessions(IStsApi sts, EcsIds ids)
{
    /// <summary>As whom STS is to be called: the service that roles of tasks trust.</summary>
    internal const string Service = "ecs-tasks.amazonaws.com";

    private const int ShortestSessionSeconds = 900;

    /// <summary>What ECS says of a role that it gets no credentials of.</summary>
    internal static string Refusal(string roleArn) =>
        $"ECS was unable to assume the role '{roleArn}' that was provided for this task. Please verify that the "
        + "role being passed has the proper trust relationship and "
        + "permissions and that your IAM user has permissions to pass this role.";

    /// <summary>New credentials for a task; null when STS refuses.</summary>
    internal async Task<RoleSession?> AssumeAsync(TaskRecord task, TaskRole role, CancellationToken cancellation)
    {
        var answer = await AssumeAsync(
            new AssumeRoleRequest { RoleArn = role.RoleArn, RoleSessionName = task.Id },
            task.Scope,
            task.Arn,
            cancellation
        );
        return answer?.Credentials is not { Expiration: { } expires } credentials
            ? null
            : new RoleSession(
                new IAMRoleCredentials
                {
                    CredentialsId = role.CredentialsId,
                    RoleArn = role.RoleArn,
                    AccessKeyId = credentials.AccessKeyId,
                    SecretAccessKey = credentials.SecretAccessKey,
                    SessionToken = credentials.SessionToken,
                    Expiration = expires.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
                },
                expires
            );
    }

    /// <summary>Whether a task that is still to be made would get credentials of a role.</summary>
    internal async Task<bool> IsAssumableAsync(string roleArn, ClusterRecord cluster, CancellationToken cancellation)
    {
        var id = ids.Resource();
        var request = new AssumeRoleRequest
        {
            RoleArn = roleArn,
            RoleSessionName = id,
            DurationSeconds = ShortestSessionSeconds,
        };
        return await AssumeAsync(request, cluster.Scope, cluster.Scope.Arn($"task/{cluster.Name}/{id}"), cancellation)
            is not null;
    }

    private async Task<AssumeRoleResponse?> AssumeAsync(
        AssumeRoleRequest request,
        Scope scope,
        string taskArn,
        CancellationToken cancellation
    )
    {
        var context = new CallContext
        {
            AccountId = scope.AccountId,
            Region = scope.Region,
            PrincipalArn = Service,
            AccessKeyId = "",
            RequestId = ids.Unique(),
            Service = Service,
            SourceArn = taskArn,
        };
        try
        {
            return await sts.AssumeRoleAsync(request, context, cancellation);
        }
        catch (AwsException refused) when (refused.StatusCode < 500)
        {
            return null;
        }
    }
}

/// <summary>Credentials in the agent protocol's form, and until when they are good. Never written down.</summary>
internal sealed record RoleSession(IAMRoleCredentials Credentials, DateTimeOffset Expires);
