using Estiba.Contracts;
using Estiba.Contracts.Ecr;

namespace Estiba.Ecr;

/// <content>Repository creation templates: nothing creates repositories by itself, so there are none, and every read
/// says so.</content>
public sealed partial class EcrApi
{
    /// <inheritdoc />
    public Task<DescribeRepositoryCreationTemplatesResponse> DescribeRepositoryCreationTemplatesAsync(
        DescribeRepositoryCreationTemplatesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        request.Prefixes is [var first, ..]
            ? throw NoTemplate(first, context)
            : Task.FromResult(
                new DescribeRepositoryCreationTemplatesResponse
                {
                    RegistryId = context.AccountId,
                    RepositoryCreationTemplates = [],
                }
            );

    /// <inheritdoc />
    public Task<UpdateRepositoryCreationTemplateResponse> UpdateRepositoryCreationTemplateAsync(
        UpdateRepositoryCreationTemplateRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw NoTemplate(request.Prefix!, context);

    /// <inheritdoc />
    public Task<DeleteRepositoryCreationTemplateResponse> DeleteRepositoryCreationTemplateAsync(
        DeleteRepositoryCreationTemplateRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw NoTemplate(request.Prefix!, context);

    private static AwsException NoTemplate(string prefix, CallContext context) =>
        EcrErrors.TemplateNotFoundException(
            $"The Repository Creation Template with prefix '{prefix}' does not exist in the registry with id "
                + $"'{context.AccountId}'"
        );
}
