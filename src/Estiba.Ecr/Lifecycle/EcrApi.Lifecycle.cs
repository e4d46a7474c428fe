using Estiba.Contracts;
using Estiba.Contracts.Ecr;
using Estiba.Ecr.Images;
using Estiba.Ecr.Lifecycle;
using Estiba.Ecr.Repositories;

namespace Estiba.Ecr;

public sealed partial class EcrApi
{
    /// <inheritdoc />
    /// <remarks>Policies are applied with every sweep of the registry. Only the action <c>expire</c> exists: there is no archive.</remarks>
    public async Task<PutLifecyclePolicyResponse> PutLifecyclePolicyAsync(
        PutLifecyclePolicyRequest request, CallContext context, CancellationToken cancellation = default)
    {
        _ = ParsePolicy(request.LifecyclePolicyText!);
        var repository = await ChangeAsync(
            request.RegistryId,
            request.RepositoryName,
            context,
            repository => repository with { LifecyclePolicyText = request.LifecyclePolicyText, LifecycleEvaluatedAt = null },
            cancellation);
        return new PutLifecyclePolicyResponse
        {
            RegistryId = repository.AccountId,
            RepositoryName = repository.Name,
            LifecyclePolicyText = repository.LifecyclePolicyText,
        };
    }

    /// <inheritdoc />
    public Task<GetLifecyclePolicyResponse> GetLifecyclePolicyAsync(
        GetLifecyclePolicyRequest request, CallContext context, CancellationToken cancellation = default)
    {
        var repository = Existing(_store.Current, request.RegistryId, request.RepositoryName, context);
        return Task.FromResult(new GetLifecyclePolicyResponse
        {
            RegistryId = repository.AccountId,
            RepositoryName = repository.Name,
            LifecyclePolicyText = repository.LifecyclePolicyText ?? throw NoLifecyclePolicy(repository),
            LastEvaluatedAt = repository.LifecycleEvaluatedAt,
        });
    }

    /// <inheritdoc />
    public async Task<DeleteLifecyclePolicyResponse> DeleteLifecyclePolicyAsync(
        DeleteLifecyclePolicyRequest request, CallContext context, CancellationToken cancellation = default)
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
            cancellation);
        return new DeleteLifecyclePolicyResponse
        {
            RegistryId = before!.AccountId,
            RepositoryName = before.Name,
            LifecyclePolicyText = before.LifecyclePolicyText,
            LastEvaluatedAt = before.LifecycleEvaluatedAt,
        };
    }

    /// <inheritdoc />
    /// <remarks>The preview is complete at once.</remarks>
    public async Task<StartLifecyclePolicyPreviewResponse> StartLifecyclePolicyPreviewAsync(
        StartLifecyclePolicyPreviewRequest request, CallContext context, CancellationToken cancellation = default)
    {
        var repository = await ChangeAsync(
            request.RegistryId,
            request.RepositoryName,
            context,
            repository =>
            {
                var text = request.LifecyclePolicyText ?? repository.LifecyclePolicyText ?? throw NoLifecyclePolicy(repository);
                _ = ParsePolicy(text);
                return repository with { LifecyclePreviewText = text };
            },
            cancellation);
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
        GetLifecyclePolicyPreviewRequest request, CallContext context, CancellationToken cancellation = default)
    {
        var view = _store.Current;
        var repository = Existing(view, request.RegistryId, request.RepositoryName, context);
        var text = repository.LifecyclePreviewText ?? throw EcrErrors.LifecyclePolicyPreviewNotFoundException(
            $"Lifecycle policy preview for the repository with name '{repository.Name}' in the registry with id '{repository.AccountId}' does not exist");
        var all = ImageExpiration.Preview(view, repository.Id, ParsePolicy(text), _time.GetUtcNow());
        var list = request with { NextToken = null, MaxResults = null };
        var last = PageToken.Read(request.NextToken, list, context);
        var chosen = all
            .Where(expiry => IsChosen(request, expiry.Image))
            .OrderBy(expiry => expiry.Image.Image.Digest, StringComparer.Ordinal)
            .Where(expiry => string.CompareOrdinal(expiry.Image.Image.Digest, last) > 0);
        var page = PageToken.Take(chosen, request.MaxResults, expiry => expiry.Image.Image.Digest, list, context);
        return Task.FromResult(new GetLifecyclePolicyPreviewResponse
        {
            RegistryId = repository.AccountId,
            RepositoryName = repository.Name,
            LifecyclePolicyText = text,
            Status = LifecyclePolicyPreviewStatus.Complete,
            PreviewResults = [.. page.Items.Select(Describe)],
            NextToken = page.NextToken,
            Summary = new LifecyclePolicyPreviewSummary { ExpiringImageTotalCount = all.Count },
        });
    }

    private static bool IsChosen(GetLifecyclePolicyPreviewRequest request, LifecycleImage image) =>
        request.Filter?.TagStatus switch
        {
            TagStatus.Tagged => image.Tags.Count > 0,
            TagStatus.Untagged => image.Tags.Count == 0,
            _ => true,
        }
        && (request.ImageIds is not { Count: > 0 } ids
            || ids.Any(id => (id.ImageDigest ?? image.Image.Digest) == image.Image.Digest && (id.ImageTag is null || image.Tags.Contains(id.ImageTag))));

    private static LifecyclePolicyPreviewResult Describe(Expiry expiry) => new()
    {
        ImageDigest = expiry.Image.Image.Digest,
        ImageTags = expiry.Image.Tags,
        ImagePushedAt = expiry.Image.Image.PushedAt,
        Action = new LifecyclePolicyRuleAction { Type = ImageActionType.Expire },
        AppliedRulePriority = expiry.RulePriority,
        StorageClass = LifecyclePolicyStorageClass.Standard,
    };

    private static LifecyclePolicy ParsePolicy(string text) => LifecyclePolicy.TryParse(text, out var policy, out var fault)
        ? policy
        : throw ImageErrors.InvalidParameter("LifecyclePolicyText", $"Lifecycle policy validation failure: {fault}");

    private static AwsException NoLifecyclePolicy(RepositoryRecord repository) => EcrErrors.LifecyclePolicyNotFoundException(
        $"Lifecycle policy does not exist for the repository with name '{repository.Name}' in the registry with id '{repository.AccountId}'");
}
