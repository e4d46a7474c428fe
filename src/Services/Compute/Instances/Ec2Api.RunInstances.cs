using Estiba.Compute.Instances;
using Estiba.Contracts;
using Estiba.Contracts.Ec2;
using Estiba.Contracts.Iam;

namespace Estiba.Compute;

public sealed partial class Ec2Api
{
    /// <inheritdoc />
    public async Task<Reservation> RunInstancesAsync(
        RunInstancesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        // A dry run ends there, before anything else is looked up.
        var launch = LaunchRequest.Check(request, context.Region) with
        {
            InstanceProfileArn = await FindProfileAsync(request.IamInstanceProfile, context, cancellation),
        };
        var launcher = new InstanceLauncher(_network.Range, VCpuLimit, _ids, _time);
        var records = await _store.CommitAsync(
            transaction => launcher.Launch(transaction, launch, context),
            cancellation
        );
        var view = _store.Current;
        return new InstanceDescription(view, context, Book(view, context)).ToReservations(records)[0];
    }

    /// <summary>
    /// The ARN of the instance profile that is named, or whose ARN is given; null where there is none in the account.
    /// </summary>
    private async Task<string?> FindProfileAsync(
        IamInstanceProfileSpecification? wanted,
        CallContext context,
        CancellationToken cancellation
    )
    {
        if ((wanted?.Arn?.Split('/')[^1] ?? wanted?.Name) is not { } name)
            return null;
        try
        {
            var found = await _iam.GetInstanceProfileAsync(
                new GetInstanceProfileRequest { InstanceProfileName = name },
                context,
                cancellation
            );
            var arn = found.InstanceProfile!.Arn;
            return wanted!.Arn is null || wanted.Arn == arn ? arn : null;
        }
        catch (AwsException missing) when (missing.Code is "NoSuchEntity" or "ValidationError")
        {
            return null; // there is none, or none can have that name
        }
    }
}
