using Estiba.Contracts;
using Estiba.Contracts.Iam;
using Estiba.Identity.Credentials;
using Estiba.Identity.Uses;
using Estiba.State;

namespace Estiba.Identity;

/// <summary>The operations of IAM. Entities are kept as IAM keeps them: per account, and in no region.</summary>
/// <param name="store">Where the entities are.</param>
/// <param name="root">The platform's owner, for operations that speak of the caller.</param>
/// <param name="ids">Makes keys and ids.</param>
/// <param name="secrets">Seals the secrets of access keys.</param>
/// <param name="uses">Knows when keys and roles were used last.</param>
/// <param name="time">Dates what is made.</param>
public sealed partial class IamApi(
    Store store,
    RootCredentials root,
    UniqueIds ids,
    SecretKey secrets,
    LastUses uses,
    TimeProvider time
) : IIamApi
{
    private const string DefaultPath = "/";

    // IAM tells times to the second.
    private DateTimeOffset Now() => DateTimeOffset.FromUnixTimeSeconds(time.GetUtcNow().ToUnixTimeSeconds());

    // IAM has no regions; its partition is that of the region which the caller is in.
    private static string ArnOf(CallContext context, string kind, string path, string name) =>
        new Arn("iam", "", context.AccountId, kind + path + name)
        {
            Partition = Arn.PartitionOf(context.Region),
        }.ToString();

    private static bool IsIn(string path, string? prefix) =>
        path.StartsWith(prefix ?? DefaultPath, StringComparison.Ordinal);
}
