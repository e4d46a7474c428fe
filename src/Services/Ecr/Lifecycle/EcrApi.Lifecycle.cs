using Estiba.Contracts;
using Estiba.Contracts.Ecr;
using Estiba.Ecr.Images;
using Estiba.Ecr.Lifecycle;
using Estiba.Ecr.Repositories;

namespace Estiba.Ecr;

public sealed partial class EcrApi
{
    /// <inheritdoc />
    /// <remarks>
    /// Policies are applied with every sweep of the registry, and told as ECR tells them: without white space, the
    /// rules by priority.
    /// </remarks>
    public async Task<PutLifecyclePolicyResponse> PutLifecyclePolicyAsync(
        PutLifecyclePolicyRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var text = ParsePolicy(request.LifecyclePolicyText!).ToText();
        var repository = await ChangeAsync(
            request.RegistryId,
            request.RepositoryName,
            context,
            repository => repository with { LifecyclePolicyText = text, LifecycleEvaluatedAt = null },
            cancellation
        );
        return new PutLifecyclePolicyResponse
        {
            RegistryId = repository.AccountId,
            RepositoryName = repository.Name,
            LifecyclePolicyText = repository.LifecyclePolicyText,
        };
    }

    /// <inheritdoc />
    public Task<GetLifecyclePolicyResponse> GetLifecyclePolicyAsync(
        GetLifecyclePolicyRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var repository = Existing(_store.Current, request.RegistryId, request.RepositoryName, context);
        return Task.FromResult(
            new GetLifecyclePolicyResponse
            {
                RegistryId = repository.AccountId,
                RepositoryName = repository.Name,
                LifecyclePolicyText = Told(repository.LifecyclePolicyText ?? throw NoLifecyclePolicy(repository)),
                LastEvaluatedAt = repository.LifecycleEvaluatedAt ?? DateTimeOffset.UnixEpoch,
            }
        );
    }

    /// <inheritdoc />
    public async Task<DeleteLifecyclePolicyResponse> DeleteLifecyclePolicyAsync(
        DeleteLifecyclePolicyRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        RepositoryRecord? before = null;
        await ChangeAsync(
            request.RegistryId,
            request.RepositoryName,
            context,
            repository =>
            {
                before = repository.LifecyclePolicyText is null ? throw NoLifecyclePolicy(repository) : repository;
                return repository with { LifecyclePolicyText = null, LifecycleEvaluatedAt = null };
            },
            cancellation
        );
        return new DeleteLifecyclePolicyResponse
        {
            RegistryId = before!.AccountId,
            RepositoryName = before.Name,
            LifecyclePolicyText = Told(before.LifecyclePolicyText!),
            LastEvaluatedAt = before.LifecycleEvaluatedAt ?? DateTimeOffset.UnixEpoch,
        };
    }

    /// <inheritdoc />
    /// <remarks>The preview is complete at once.</remarks>
    public async Task<StartLifecyclePolicyPreviewResponse> StartLifecyclePolicyPreviewAsync(
        StartLifecyclePolicyPreviewRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var repository = await ChangeAsync(
            request.RegistryId,
            request.RepositoryName,
            context,
            repository =>
            {
                var text = request.LifecyclePolicyText
                    ?? repository.LifecyclePolicyText
                    ?? throw NoLifecyclePolicy(repository);
                return repository with { LifecyclePreviewText = ParsePolicy(text).ToText() };
            },
            cancellation
        );
        return new StartLifecyclePolicyPreviewResponse
        {
            RegistryId = repository.AccountId,
            RepositoryName = repository.Name,
            LifecyclePolicyText = repository.LifecyclePreviewText,
            Status = LifecyclePolicyPreviewStatus.InProgress,
        };
    }

    /// <inheritdoc />
    public Task<GetLifecyclePolicyPreviewResponse> GetLifecyclePolicyPreviewAsync(
        GetLifecyclePolicyPreviewRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var view = _store.Current;
        var repository = Existing(view, request.RegistryId, request.RepositoryName, context);
        var text = repository.LifecyclePreviewText
            ?? throw EcrErrors.LifecyclePolicyPreviewNotFoundException(
                $"Lifecycle policy preview for the repository with name '{repository.Name}' in the registry with "
                    + $"id '{repository.AccountId}' does not exist"
            );
        var all = ImageExpiration.Preview(view, repository.Id, ParsePolicy(text), _time.GetUtcNow());
        var last = PageToken.Read(request.NextToken, request, context);
        var chosen = all.Where(expiry => IsChosen(request, expiry.Image))
            .OrderBy(expiry => expiry.Image.Image.Digest, StringComparer.Ordinal)
            .Where(expiry => string.CompareOrdinal(expiry.Image.Image.Digest, last) > 0);
        var page = PageToken.Take(chosen, request.MaxResults, expiry => expiry.Image.Image.Digest, request, context);
        return Task.FromResult(
            new GetLifecyclePolicyPreviewResponse
            {
                RegistryId = repository.AccountId,
                RepositoryName = repository.Name,
                LifecyclePolicyText = text,
                Status = LifecyclePolicyPreviewStatus.Complete,
                PreviewResults = [.. page.Items.Select(Describe)],
                NextToken = page.NextToken,
                Summary = Summarize(all),
            }
        );
    }

    private static bool IsChosen(GetLifecyclePolicyPreviewRequest request, LifecycleImage image) =>
        request.Filter?.TagStatus switch
        {
            TagStatus.Tagged => image.Tags.Count > 0,
            TagStatus.Untagged => image.Tags.Count == 0,
            _ => true,
        }
        && (
            request.ImageIds is not { Count: > 0 } ids
            || ids.Any(id =>
                (id.ImageDigest ?? image.Image.Digest) == image.Image.Digest
                && (id.ImageTag is null || image.Tags.Contains(id.ImageTag))
            )
        );

    private static LifecyclePolicyPreviewResult Describe(Expiry expiry) =>
        new()
        {
            ImageDigest = expiry.Image.Image.Digest,
            ImageTags = expiry.Image.Tags,
            ImagePushedAt = expiry.Image.Image.PushedAt,
            Action = expiry.ToArchive
                ? new LifecyclePolicyRuleAction
                {
                    Type = ImageActionType.Transition,
                    TargetStorageClass = LifecyclePolicyTargetStorageClass.Archive,
                }
                : new LifecyclePolicyRuleAction { Type = ImageActionType.Expire },
            AppliedRulePriority = expiry.RulePriority,
            StorageClass = expiry.Image.Image.IsArchived
                ? LifecyclePolicyStorageClass.Archive
                : LifecyclePolicyStorageClass.Standard,
        };

    private static LifecyclePolicyPreviewSummary Summarize(IReadOnlyList<Expiry> all) =>
        new()
        {
            ExpiringImageTotalCount = all.Count(expiry => !expiry.ToArchive),
            TransitioningImageTotalCounts = all.Count(expiry => expiry.ToArchive) is > 0 and var archived
                ?
                [
                    new TransitioningImageTotalCount
                    {
                        TargetStorageClass = LifecyclePolicyTargetStorageClass.Archive,
                        ImageTotalCount = archived,
                    },
                ]
                : [],
        };

    // Older records have a policy as it was sent.
    private static string Told(string text) =>
        LifecyclePolicy.TryParse(text, out var policy, out _) ? policy.ToText() : text;

    private static LifecyclePolicy ParsePolicy(string text) =>
        LifecyclePolicy.TryParse(text, out var policy, out var fault)
            ? policy
            : throw ImageErrors.InvalidParameter(
                "LifecyclePolicyText",
                $"Lifecycle policy validation failure: {fault}"
            );

    private static AwsException NoLifecyclePolicy(RepositoryRecord repository) =>
        EcrErrors.LifecyclePolicyNotFoundException(
            $"Lifecycle policy does not exist for the repository with name '{repository.Name}' in the registry "
                + $"with id '{repository.AccountId}'"
        );
}
