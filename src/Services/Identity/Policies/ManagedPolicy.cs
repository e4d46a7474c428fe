using Estiba.Contracts;
using Estiba.Contracts.Iam;
using Estiba.State;

namespace Estiba.Identity.Policies;

/// <summary>
/// Managed policies by their ARNs: those of an account, and those that AWS keeps for everybody
/// (<c>arn:aws:iam::aws:policy/...</c>).
/// </summary>
internal static class ManagedPolicy
{
    private const string Kind = "policy/";
    private const string AwsAccount = "aws";

    /// <summary>Whether it is one that AWS keeps, whether it exists or not.</summary>
    public static bool IsOfAws(string arn) => IsPolicy(arn, out var parsed) && parsed.AccountId == AwsAccount;

    /// <summary>Whether only AWS attaches it, to the roles of its services.</summary>
    public static bool IsForServiceLinkedRoles(string arn) =>
        AwsManagedPolicies.Find(arn) is { IsForServiceLinkedRoles: true };

    /// <summary>The last part of the ARN.</summary>
    public static string NameOf(string arn) => arn[(arn.LastIndexOf('/') + 1)..];

    /// <summary>The path, with a slash at both ends.</summary>
    public static string PathOf(string arn)
    {
        var begin = arn.IndexOf('/', StringComparison.Ordinal);
        return arn[begin..(arn.LastIndexOf('/') + 1)];
    }

    /// <summary>
    /// By what lists are sorted. Names are unique among an account's own and among AWS's, and fit a marker, which an
    /// ARN may not.
    /// </summary>
    public static string ListKeyOf(string arn) => $"{NameOf(arn)}/{(IsOfAws(arn) ? AwsAccount : "")}";

    /// <summary>Whether the policy may be attached to entities of an account.</summary>
    public static bool Exists(View view, string accountId, string arn) =>
        AwsManagedPolicies.Find(arn) is not null || Find(view, accountId, arn) is not null;

    /// <summary>
    /// The document of a policy's default version, of an account's own or of AWS's; null for a policy that does not
    /// exist.
    /// </summary>
    public static string? DocumentOf(View view, string accountId, string arn) =>
        AwsManagedPolicies.Find(arn)?.ReadDocument() ?? Find(view, accountId, arn)?.Document;

    /// <summary>A policy of an account itself; null when it has none with this ARN.</summary>
    public static PolicyRecord? Find(View view, string accountId, string arn) =>
        IsPolicy(arn, out var parsed)
        && parsed.AccountId == accountId
        && view.Find(IdentityTables.Policies, PolicyRecord.KeyOf(accountId, NameOf(arn))) is { } policy
        && policy.Policy.Arn == arn
            ? policy
            : null;

    /// <summary>Checks that an ARN is a policy's.</summary>
    /// <exception cref="AwsException"><c>ValidationError</c> for what is no ARN, <c>InvalidInput</c> for the ARN of
    /// something else.</exception>
    public static void CheckArn(string arn)
    {
        if (!Arn.TryParse(arn, out var parsed))
            throw new AwsException("ValidationError", $"ARN {arn} is not valid.");
        if (!IsPolicy(arn, out parsed))
            throw IamErrors.InvalidInputException($"ARN {arn} is not valid.");
    }

    /// <summary>The permissions boundary of a user or role.</summary>
    /// <exception cref="AwsException">The policy does not exist, or is none.</exception>
    public static AttachedPermissionsBoundary? Boundary(View view, string accountId, string? arn)
    {
        if (arn is null)
            return null;
        if (!IsPolicy(arn, out _))
            throw IamErrors.InvalidInputException($"ARN {arn} is not valid.");
        if (!Exists(view, accountId, arn) || IsForServiceLinkedRoles(arn))
            throw IamErrors.NoSuchEntityException($"Scope ARN: {arn} does not exist or is not attachable.");

        // The description of IAM says "PermissionsBoundaryPolicy"; IAM itself says this.
        return new AttachedPermissionsBoundary { PermissionsBoundaryType = "Policy", PermissionsBoundaryArn = arn };
    }

    public static AwsException NotAttachable(string arn) =>
        IamErrors.NoSuchEntityException($"Policy {arn} does not exist or is not attachable.");

    public static AwsException NotFound(string arn) => IamErrors.NoSuchEntityException($"Policy {arn} was not found.");

    /// <summary>Whether the ARN is a policy's.</summary>
    public static bool IsPolicy(string arn, out Arn parsed) =>
        Arn.TryParse(arn, out parsed)
        && parsed.Service == "iam"
        && parsed.Resource.StartsWith(Kind, StringComparison.Ordinal)
        && NameOf(arn).Length > 0;
}
