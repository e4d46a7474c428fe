using Estiba.Contracts;
using Estiba.Contracts.Iam;

namespace Estiba.Compute.Tests;

/// <summary>Knows one instance profile, <c>ecsInstanceRole</c> with the path <c>/hosts/</c>.</summary>
internal sealed class StandInIam : IIamApi
{
    public const string ProfileName = "ecsInstanceRole";

    public static readonly string ProfileArn =
        $"arn:aws:iam::{ComputeWorld.Context.AccountId}:instance-profile/hosts/{ProfileName}";

    public Task<GetInstanceProfileResponse> GetInstanceProfileAsync(
        GetInstanceProfileRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        request.InstanceProfileName == ProfileName && context.AccountId == ComputeWorld.Context.AccountId
            ? Task.FromResult(
                new GetInstanceProfileResponse
                {
                    InstanceProfile = new InstanceProfile { InstanceProfileName = ProfileName, Arn = ProfileArn },
                }
            )
            : throw IamErrors.NoSuchEntityException($"Instance Profile {request.InstanceProfileName} cannot be found.");
}
