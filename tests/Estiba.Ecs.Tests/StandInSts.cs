using Estiba.Contracts;
using Estiba.Contracts.Sts;

namespace Estiba.Ecs.Tests;

/// <summary>STS as far as ECS needs it: roles that may be assumed for an hour, and those that may not.</summary>
internal sealed class StandInSts : IStsApi
{
    internal TimeProvider Time { get; set; } = TimeProvider.System;

    /// <summary>The roles that trust ECS, by ARN.</summary>
    internal HashSet<string> Roles { get; } = [];

    /// <summary>While it is set every call fails with it.</summary>
    internal Exception? Fault { get; set; }

    /// <summary>What was asked, in order.</summary>
    internal List<(AssumeRoleRequest Request, CallContext Context)> Asked { get; } = [];

    public Task<AssumeRoleResponse> AssumeRoleAsync(
        AssumeRoleRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Asked.Add((request, context));
        if (Fault is not null)
            return Task.FromException<AssumeRoleResponse>(Fault);
        if (!Roles.Contains(request.RoleArn!))
            return Task.FromException<AssumeRoleResponse>(
                new AwsException("AccessDenied", $"User: {context.PrincipalArn} is not authorized", 403)
            );
        return Task.FromResult(
            new AssumeRoleResponse
            {
                Credentials = new Credentials
                {
                    AccessKeyId = $"ASIA{Asked.Count}",
                    SecretAccessKey = $"secret-{Asked.Count}",
                    SessionToken = $"token-{Asked.Count}",
                    Expiration = Time.GetUtcNow().AddHours(1),
                },
            }
        );
    }
}
