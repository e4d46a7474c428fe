using Estiba.Contracts;
using Estiba.State;

namespace Estiba.Identity.Policies;

/// <summary>What the ARN of a managed policy says.</summary>
/// <remarks>
/// The policies that AWS keeps for everybody (<c>arn:aws:iam::aws:policy/...</c>) are known by their ARN alone: each may be attached, and
/// none has a document here.
/// </remarks>
internal static class ManagedPolicy
{
    private const string Kind = "policy/";
    private const string AwsAccount = "aws";

    public static bool IsOfAws(string arn) => IsPolicy(arn, out var parsed) && parsed.AccountId == AwsAccount;

    /// <summary>The last part of the ARN.</summary>
    public static string NameOf(string arn) => arn[(arn.LastIndexOf('/') + 1)..];

    /// <summary>The path, with a slash at both ends.</summary>
    public static string PathOf(string arn)
    {
        var begin = arn.IndexOf('/', StringComparison.Ordinal);
        return arn[begin..(arn.LastIndexOf('/') + 1)];
    }

    /// <summary>Whether the policy may be attached to entities of an account.</summary>
    public static bool Exists(View view, string accountId, string arn) => IsOfAws(arn) || Find(view, accountId, arn) is not null;

    /// <summary>A policy of an account itself; null when it has none with this ARN.</summary>
    public static PolicyRecord? Find(View view, string accountId, string arn) =>
        IsPolicy(arn, out var parsed) && parsed.AccountId == accountId
        && view.Find(IdentityTables.Policies, PolicyRecord.KeyOf(accountId, NameOf(arn))) is { } policy && policy.Policy.Arn == arn
            ? policy
            : null;

    private static bool IsPolicy(string arn, out Arn parsed) =>
        Arn.TryParse(arn, out parsed) && parsed.Service == "iam" && parsed.Resource.StartsWith(Kind, StringComparison.Ordinal)
        && NameOf(arn).Length > 0;
}
