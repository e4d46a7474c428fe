using Estiba.Ecr.Images;
using Estiba.Ecr.Repositories;
using Estiba.State;

namespace Estiba.Ecr.Lifecycle;

/// <summary>Applies the lifecycle policies of all repositories.</summary>
internal sealed class ImageExpiration(Store store, TimeProvider time)
{
    /// <summary>The images of a repository that a policy lets go now.</summary>
    public static IReadOnlyList<Expiry> Preview(
        View view,
        RepositoryId repository,
        LifecyclePolicy policy,
        DateTimeOffset now
    ) =>
        LifecycleEvaluation.Evaluate(
            policy,
            [
                .. view.Range(EcrTables.Images, repository.ContentPrefix)
                    .Select(image => new LifecycleImage(image, [.. ImageRegistry.TagsOf(view, image)])),
            ],
            now
        );

    /// <summary>
    /// Deletes and archives what the policies let go. An image of a manifest list stays until the list has gone there.
    /// </summary>
    /// <returns>How many images were deleted.</returns>
    public async Task<int> ApplyAsync(CancellationToken cancellation)
    {
        var expired = 0;
        foreach (
            var repository in store
                .Current.Range(EcrTables.Repositories)
                .Where(repository => repository.LifecyclePolicyText is not null)
        )
            expired += await store.CommitAsync(transaction => Apply(transaction, repository.Id), cancellation);
        return expired;
    }

    private int Apply(Transaction transaction, RepositoryId repository)
    {
        var now = time.GetUtcNow();
        if (
            transaction.Find(EcrTables.Repositories, repository.Key) is not { LifecyclePolicyText: { } text } record
            || !LifecyclePolicy.TryParse(text, out var policy, out _)
        )
        {
            return 0;
        }
        transaction.Put(EcrTables.Repositories, record with { LifecycleEvaluatedAt = now });

        var expired = 0;
        foreach (
            var (image, _, toArchive) in Preview(transaction, repository, policy, now)
                .OrderByDescending(expiry => expiry.Image.Image.Manifests.Count)
        )
        {
            if (transaction.Find(EcrTables.Images, repository.ContentKey(image.Image.Digest)) is not { } current)
                continue;
            if (toArchive)
            {
                if (!ImageChanges.IsHeldByActiveIndex(transaction, current))
                    ImageChanges.Archive(transaction, current, now);
                continue;
            }
            if (current.Indexes > 0)
                continue;
            ImageChanges.Delete(transaction, current, now);
            expired++;
        }
        return expired;
    }
}
