using Estiba.Acm.Certificates;
using Estiba.Acm.Tagging;
using Estiba.Contracts;
using Estiba.Contracts.Acm;

namespace Estiba.Acm;

/// <content>Tags of certificates.</content>
public sealed partial class AcmApi
{
    /// <inheritdoc/>
    public async Task<AddTagsToCertificateResponse> AddTagsToCertificateAsync(
        AddTagsToCertificateRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        await ChangeAsync(
            request.CertificateArn!,
            context,
            before => before with { Tags = Tags.Merge(before.Tags, request.Tags) },
            cancellation
        );
        return new AddTagsToCertificateResponse();
    }

    /// <inheritdoc/>
    public async Task<RemoveTagsFromCertificateResponse> RemoveTagsFromCertificateAsync(
        RemoveTagsFromCertificateRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        await ChangeAsync(
            request.CertificateArn!,
            context,
            before => before with { Tags = Tags.Without(before.Tags, request.Tags!) },
            cancellation
        );
        return new RemoveTagsFromCertificateResponse();
    }

    /// <inheritdoc/>
    public Task<ListTagsForCertificateResponse> ListTagsForCertificateAsync(
        ListTagsForCertificateRequest request,
        CallContext context,
        CancellationToken cancellation
    ) =>
        Task.FromResult(
            new ListTagsForCertificateResponse
            {
                Tags = CertificateNames.Require(_store.Current, Scope.Of(context), request.CertificateArn!).Tags,
            }
        );
}
