using Estiba.Contracts.Iam;

namespace Estiba.Identity.Users;

/// <summary>A user of IAM.</summary>
internal sealed record UserRecord(string AccountId, User User)
{
    public string Key => KeyOf(AccountId, User.UserName!);

    // "User names are not distinguished by case" (CreateUser).
    public static string KeyOf(string accountId, string name) => $"{accountId}/{name.ToLowerInvariant()}";
}
