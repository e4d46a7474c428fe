using Estiba.Contracts;
using Estiba.Contracts.Logs;

namespace Estiba.Logs;

public sealed partial class LogsApi
{
    /// <inheritdoc />
    /// <remarks>The key is kept and shown; nothing is encrypted with it.</remarks>
    public async Task<AssociateKmsKeyResponse> AssociateKmsKeyAsync(
        AssociateKmsKeyRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        CheckKey(request.KmsKeyId);
        await ChangeAsync(
            view => GroupOf(view, context, request.LogGroupName, request.ResourceIdentifier),
            group => group with { KmsKeyId = request.KmsKeyId },
            cancellation
        );
        return new AssociateKmsKeyResponse();
    }

    /// <inheritdoc />
    public async Task<DisassociateKmsKeyResponse> DisassociateKmsKeyAsync(
        DisassociateKmsKeyRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await ChangeAsync(
            view => GroupOf(view, context, request.LogGroupName, request.ResourceIdentifier),
            group => group with { KmsKeyId = null },
            cancellation
        );
        return new DisassociateKmsKeyResponse();
    }

    // "The ARN of the KMS key", and not of an alias: "AssociateKmsKey", API reference.
    private static void CheckKey(string? key)
    {
        if (
            key is null
            || (
                Arn.TryParse(key, out var arn)
                && arn is { Service: "kms", ResourceType: "key", ResourceName.Length: > 0 }
            )
        )
            return;
        throw LogsErrors.InvalidParameterException("The specified KMS Key Id could not be found.");
    }
}
