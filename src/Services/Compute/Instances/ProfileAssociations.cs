using Estiba.Contracts;
using Estiba.Contracts.Ec2;

namespace Estiba.Compute.Instances;

/// <summary>The association of an instance with its instance profile; one that came with the launch has an id as
/// well.</summary>
internal static class ProfileAssociations
{
    /// <summary>Its id; null where the instance has no profile.</summary>
    public static string? IdOf(InstanceRecord instance) =>
        instance.InstanceProfileArn is null || instance.TerminatedAt is not null
            ? null
            : instance.ProfileAssociationId ?? ResourceIds.Derived("iip-assoc-", instance.InstanceId);

    public static IamInstanceProfile? ProfileOf(InstanceRecord instance) =>
        instance.InstanceProfileArn is { } arn
            ? new IamInstanceProfile { Arn = arn, Id = ResourceIds.Derived("AIPA", arn).ToUpperInvariant() }
            : null;

    public static IamInstanceProfileAssociation Describe(InstanceRecord instance, string state) =>
        new()
        {
            AssociationId = IdOf(instance),
            InstanceId = instance.InstanceId,
            IamInstanceProfile = ProfileOf(instance),
            State = state,
            Timestamp = state == "associated" ? null : instance.ProfileAssociatedAt ?? instance.CreatedAt,
        };

    /// <summary>Refuses a profile that is not there.</summary>
    /// <exception cref="AwsException"><c>InvalidParameterValue</c>: one was asked for.</exception>
    public static void Refuse(IamInstanceProfileSpecification? wanted)
    {
        if (wanted?.Arn is { } arn)
            throw Ec2Requests.Invalid(
                $"Value ({arn}) for parameter iamInstanceProfile.arn is invalid. Invalid IAM Instance Profile ARN"
            );
        if (wanted?.Name is { } name)
            throw Ec2Requests.Invalid(
                $"Value ({name}) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name"
            );
    }
}
