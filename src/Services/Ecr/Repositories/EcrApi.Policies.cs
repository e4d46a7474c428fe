using Estiba.Contracts;
using Estiba.Contracts.Ecr;
using Estiba.Ecr.Images;
using Estiba.Ecr.Repositories;

namespace Estiba.Ecr;

public sealed partial class EcrApi
{
    /// <inheritdoc />
    /// <remarks>The policy is kept and given back; it allows and denies nothing.</remarks>
    public async Task<SetRepositoryPolicyResponse> SetRepositoryPolicyAsync(
        SetRepositoryPolicyRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        if (!PolicyText.IsPolicy(request.PolicyText!))
            throw ImageErrors.InvalidParameter("PolicyText", "Invalid repository policy provided");
        var repository = await ChangeAsync(
            request.RegistryId,
            request.RepositoryName,
            context,
            repository => repository with { PolicyText = request.PolicyText },
            cancellation
        );
        return new SetRepositoryPolicyResponse
        {
            RegistryId = repository.AccountId,
            RepositoryName = repository.Name,
            PolicyText = repository.PolicyText,
        };
    }

    /// <inheritdoc />
    public Task<GetRepositoryPolicyResponse> GetRepositoryPolicyAsync(
        GetRepositoryPolicyRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var repository = Existing(_store.Current, request.RegistryId, request.RepositoryName, context);
        return Task.FromResult(
            new GetRepositoryPolicyResponse
            {
                RegistryId = repository.AccountId,
                RepositoryName = repository.Name,
                PolicyText = repository.PolicyText ?? throw NoPolicy(repository),
            }
        );
    }

    /// <inheritdoc />
    public async Task<DeleteRepositoryPolicyResponse> DeleteRepositoryPolicyAsync(
        DeleteRepositoryPolicyRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var policy = "";
        var repository = await ChangeAsync(
            request.RegistryId,
            request.RepositoryName,
            context,
            repository =>
            {
                policy = repository.PolicyText ?? throw NoPolicy(repository);
                return repository with { PolicyText = null };
            },
            cancellation
        );
        return new DeleteRepositoryPolicyResponse
        {
            RegistryId = repository.AccountId,
            RepositoryName = repository.Name,
            PolicyText = policy,
        };
    }

    private static AwsException NoPolicy(RepositoryRecord repository) =>
        EcrErrors.RepositoryPolicyNotFoundException(
            $"Repository policy does not exist for the repository with name '{repository.Name}' in the registry "
                + $"with id '{repository.AccountId}'"
        );
}
