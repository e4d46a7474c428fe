using Estiba.Contracts;
using Estiba.Contracts.Iam;

namespace Estiba.AutoScaling;

/// <summary>The service-linked role of groups ("Service-linked roles", user guide).</summary>
/// <param name="own">IAM, called by this service.</param>
/// <param name="callers">IAM, called as whoever makes a group: as on AWS, the first one of an account needs the
/// permission to create the role.</param>
internal sealed class LinkedRole(IIamApi own, IIamApi callers)
{
    private const string Name = "AWSServiceRoleForAutoScaling";

    /// <summary>Its ARN in an account.</summary>
    internal static string ArnOf(Scope scope) =>
        new Arn("iam", "", scope.AccountId, $"role/aws-service-role/{ServiceIdentity.Principal}/{Name}")
        {
            Partition = Arn.PartitionOf(scope.Region),
        }.ToString();

    /// <summary>Creates it where the account has none.</summary>
    internal async Task EnsureAsync(CallContext caller, CancellationToken cancellation)
    {
        try
        {
            await own.GetRoleAsync(new GetRoleRequest { RoleName = Name }, caller, cancellation);
        }
        catch (AwsException missing) when (missing.Code == "NoSuchEntity")
        {
            await CreateAsync(caller, cancellation);
        }
    }

    private async Task CreateAsync(CallContext caller, CancellationToken cancellation)
    {
        var request = new CreateServiceLinkedRoleRequest { AWSServiceName = ServiceIdentity.Principal };
        try
        {
            await callers.CreateServiceLinkedRoleAsync(request, caller, cancellation);
        }
        catch (AwsException taken) when (taken.Code == "InvalidInput")
        {
            // Somebody else has created it in the meantime.
        }
    }
}
