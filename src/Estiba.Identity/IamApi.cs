using Estiba.Contracts;
using Estiba.Contracts.Iam;
using Estiba.Identity.Credentials;
using Estiba.State;

namespace Estiba.Identity;

/// <summary>
/// The operations of IAM that a container platform's templates need. Entities are kept as IAM keeps them, per account and in no region;
/// their policies are kept too, but nothing is refused because of them.
/// </summary>
/// <param name="store">Where the entities are.</param>
/// <param name="root">The platform's owner, for operations that speak of the caller.</param>
/// <param name="ids">Makes keys and ids.</param>
/// <param name="time">Dates what is made.</param>
public sealed partial class IamApi(Store store, RootCredentials root, UniqueIds ids, TimeProvider time) : IIamApi
{
    private const string DefaultPath = "/";

    // IAM tells times to the second.
    private DateTimeOffset Now() => DateTimeOffset.FromUnixTimeSeconds(time.GetUtcNow().ToUnixTimeSeconds());

    private static string ArnOf(string accountId, string kind, string path, string name) =>
        new Arn("iam", "", accountId, kind + path + name).ToString();

    private static void CheckTags(IReadOnlyList<Tag>? tags)
    {
        const int MostTags = 50;
        if (tags is null)
            return;
        if (tags.DistinctBy(tag => tag.Key!.ToLowerInvariant()).Count() < tags.Count)
            throw IamErrors.InvalidInputException("Duplicate tag keys found. Please note that Tag keys are case insensitive.");
        if (tags.Count > MostTags)
            throw IamErrors.LimitExceededException($"The number of tags has reached the maximum limit: {MostTags}.");
    }
}
