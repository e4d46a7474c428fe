using System.Buffers;
using System.IO.Pipelines;
using Estiba.Contracts;
using Estiba.Contracts.Ecr;
using Estiba.Ecr.Authorization;
using Estiba.Ecr.Images;
using Estiba.Ecr.Layers;
using Estiba.Ecr.Registry.Blobs;
using Estiba.Ecr.Registry.Http;
using Estiba.Ecr.Repositories;
using Estiba.Files;

namespace Estiba.Ecr;

public sealed partial class EcrApi
{
    // "Amazon ECR quotas": the size of every part but the last.
    private const int SmallestPart = 5 * 1024 * 1024;
    private const long SuggestedPart = 10 * 1024 * 1024;

    /// <inheritdoc />
    public async Task<BatchCheckLayerAvailabilityResponse> BatchCheckLayerAvailabilityAsync(
        BatchCheckLayerAvailabilityRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var repository = Existing(_store.Current, request.RegistryId, request.RepositoryName, context).Id;
        var layers = new List<Layer>();
        var failures = new List<LayerFailure>();
        foreach (var digest in request.LayerDigests!)
        {
            if (digest.Length == 0)
                failures.Add(
                    new LayerFailure
                    {
                        LayerDigest = digest,
                        FailureCode = LayerFailureCode.MissingLayerDigest,
                        FailureReason = "Invalid request parameters: layer digest cannot be null",
                    }
                );
            else if (!Digest.TryParse(digest, out _))
                failures.Add(
                    new LayerFailure
                    {
                        LayerDigest = digest,
                        FailureCode = LayerFailureCode.InvalidLayerDigest,
                        FailureReason =
                            "Invalid request parameters: layer digest should satisfy the regex "
                            + "'[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'",
                    }
                );
            else if (await _layers.FindForPushAsync(repository, digest, cancellation) is { } layer)
                layers.Add(
                    new Layer
                    {
                        LayerDigest = digest,
                        LayerAvailability = LayerAvailability.Available,
                        LayerSize = layer.Size,
                        MediaType = layer.MediaType,
                    }
                );
            else
                layers.Add(new Layer { LayerDigest = digest, LayerAvailability = LayerAvailability.Unavailable });
        }
        return new BatchCheckLayerAvailabilityResponse { Layers = layers, Failures = failures };
    }

    /// <inheritdoc />
    public Task<InitiateLayerUploadResponse> InitiateLayerUploadAsync(
        InitiateLayerUploadRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var repository = Existing(_store.Current, request.RegistryId, request.RepositoryName, context).Id;
        try
        {
            var upload = _uploads.Start(repository.Key)
                ?? throw EcrErrors.LimitExceededException(
                    $"{_options.MaximumUploads} uploads are under way. Try again when some have ended."
                );
            return Task.FromResult(
                new InitiateLayerUploadResponse { UploadId = upload.Id.ToString(), PartSize = SuggestedPart }
            );
        }
        catch (IOException exception) when (DurableFile.IsDiskFull(exception))
        {
            throw DiskFull();
        }
    }

    /// <inheritdoc />
    public async Task<UploadLayerPartResponse> UploadLayerPartAsync(
        UploadLayerPartRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var repository = Existing(_store.Current, request.RegistryId, request.RepositoryName, context).Id;
        var upload = Upload(repository, request.UploadId!);
        using var lease = await upload.EnterAsync(cancellation);
        if (upload.IsOver)
            throw NoUpload(repository, request.UploadId!);

        var part = request.LayerPartBlob ?? ReadOnlyMemory<byte>.Empty;
        if (request.PartFirstByte != upload.Length || request.PartLastByte - request.PartFirstByte + 1 != part.Length)
        {
            throw EcrErrors.InvalidLayerPartException(
                $"The layer part of {part.Length} bytes, from byte {request.PartFirstByte} to "
                    + $"{request.PartLastByte}, does not follow on the {upload.Length} bytes that were received.",
                new InvalidLayerPartExceptionDetails
                {
                    RegistryId = repository.AccountId,
                    RepositoryName = repository.Name,
                    UploadId = request.UploadId,
                    LastValidByteReceived = upload.Length > 0 ? upload.Length - 1 : null,
                }
            );
        }
        if (upload.HadShortPart)
            throw EcrErrors.LayerPartTooSmallException("All layer parts except the last part should be at least 5MB");
        try
        {
            await _layers.AppendAsync(upload, PipeReader.Create(new ReadOnlySequence<byte>(part)), cancellation);
        }
        catch (IOException exception) when (DurableFile.IsDiskFull(exception))
        {
            throw DiskFull();
        }
        upload.HadShortPart = part.Length < SmallestPart;
        return new UploadLayerPartResponse
        {
            RegistryId = repository.AccountId,
            RepositoryName = repository.Name,
            UploadId = request.UploadId,
            LastByteReceived = upload.Length - 1,
        };
    }

    /// <inheritdoc />
    public async Task<CompleteLayerUploadResponse> CompleteLayerUploadAsync(
        CompleteLayerUploadRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var repository = Existing(_store.Current, request.RegistryId, request.RepositoryName, context).Id;
        var upload = Upload(repository, request.UploadId!);
        if (!Digest.TryParse(request.LayerDigests![0], out var expected))
            throw EcrErrors.InvalidLayerException($"The layer digest '{request.LayerDigests[0]}' is not valid.");
        using var lease = await upload.EnterAsync(cancellation);
        if (upload.IsOver)
            throw NoUpload(repository, request.UploadId!);

        if (upload.Length == 0)
            throw EcrErrors.EmptyUploadException($"The upload with id '{upload.Id}' has received no layer parts.");
        var digest = upload.Finish(expected);
        if (!request.LayerDigests.Contains(digest.ToString()))
            throw EcrErrors.InvalidLayerException(
                $"The uploaded layer has the digest '{digest}', which is not one of those in the request."
            );
        if (LayerStore.Find(_store.Current, repository, digest.ToString()) is { } existing && _layers.HasBlob(existing))
        {
            _uploads.End(upload);
            throw EcrErrors.LayerAlreadyExistsException(
                $"Layer with digest '{digest}' already exists in the repository with name '{repository.Name}' in "
                    + $"the registry with id '{repository.AccountId}'"
            );
        }
        await _layers.CompleteAsync(repository, upload, digest, cancellation);
        return new CompleteLayerUploadResponse
        {
            RegistryId = repository.AccountId,
            RepositoryName = repository.Name,
            UploadId = request.UploadId,
            LayerDigest = digest.ToString(),
        };
    }

    /// <inheritdoc />
    public Task<GetDownloadUrlForLayerResponse> GetDownloadUrlForLayerAsync(
        GetDownloadUrlForLayerRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var repository = Existing(_store.Current, request.RegistryId, request.RepositoryName, context).Id;
        if (
            LayerStore.Find(_store.Current, repository, request.LayerDigest!) is not { } layer
            || !_layers.HasBlob(layer)
        )
        {
            throw EcrErrors.LayersNotFoundException(
                $"Layer with digest '{request.LayerDigest}' does not exist in the repository with name "
                    + $"'{repository.Name}' in the registry with id '{repository.AccountId}'"
            );
        }
        var token = _tokens.Issue(
            new RegistryLogin
            {
                AccountId = context.AccountId,
                Region = context.Region,
                PrincipalArn = context.PrincipalArn,
                AccessKeyId = context.AccessKeyId,
                ExpiresAt = _time.GetUtcNow() + _options.DownloadUrlLifetime,
                Repository = repository.Name,
                LayerDigest = layer.Digest,
            }
        );
        var url = new Uri(
            _options.Endpoint,
            $"/v2/{repository.Name}/blobs/{layer.Digest}?{RegistryAuthentication.DownloadToken}={token}"
        );
        return Task.FromResult(
            new GetDownloadUrlForLayerResponse { DownloadUrl = url.AbsoluteUri, LayerDigest = layer.Digest }
        );
    }

    private BlobUpload Upload(RepositoryId repository, string id) =>
        (Guid.TryParse(id, out var guid) ? _uploads.Find(repository.Key, guid) : null)
        ?? throw NoUpload(repository, id);

    private static AwsException NoUpload(RepositoryId repository, string id) =>
        EcrErrors.UploadNotFoundException(
            $"The upload with id '{id}' could not be found in the repository with name '{repository.Name}' in the "
                + $"registry with id '{repository.AccountId}'"
        );

    private static AwsException DiskFull() =>
        EcrErrors.ServerException("The registry's disk is full. Free some space, or delete images, and upload again.");
}
