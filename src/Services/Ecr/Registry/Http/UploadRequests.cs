using Estiba.Ecr.Images;
using Estiba.Ecr.Layers;
using Estiba.Ecr.Registry.Blobs;
using Estiba.State;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Estiba.Ecr.Registry.Http;

/// <summary>
/// <c>/v2/{name}/blobs/uploads/…</c>: a layer in one POST, in a POST and a PUT, or in chunks that may be taken up again
/// after either side was gone; or taken from another repository ("Pushing blobs", OCI distribution specification).
/// </summary>
internal sealed class UploadRequests(Store store, BlobUploads uploads, LayerStore layers, EcrOptions options)
{
    public async Task StartAsync(RegistryRequest request)
    {
        if (!HttpMethods.IsPost(request.Method))
            throw RegistryException.Unsupported("Uploads are started with POST.");
        if (store.Current.Find(EcrTables.Repositories, request.Repository.Key) is null)
            throw ImageErrors.RepositoryNotFound(request.Repository);
        if (await MountAsync(request))
            return;

        var digest = request.Query("digest") is { } text ? RegistryRequest.ParseDigest(text) : (Digest?)null;
        var upload = uploads.Start(request.Repository.Key)
            ?? throw RegistryException.TooManyUploads(options.MaximumUploads);
        if (digest is null)
        {
            Accept(request, upload, StatusCodes.Status202Accepted);
            return;
        }
        using var lease = await upload.EnterAsync(request.Cancellation);
        try
        {
            await layers.AppendAsync(upload, request.Http.Request.BodyReader, request.Cancellation);
            await CompleteAsync(request, upload, digest.Value);
        }
        finally
        {
            // Nobody was told its id, so nobody can take it up again.
            if (!upload.IsOver)
                uploads.End(upload);
        }
    }

    public async Task ContinueAsync(RegistryRequest request)
    {
        var upload = Guid.TryParse(request.Route.Reference, out var id)
            ? uploads.Find(request.Repository.Key, id)
            : null;
        if (upload is null)
            throw Unknown(request);
        using var lease = await upload.EnterAsync(request.Cancellation);
        if (upload.IsOver)
            throw Unknown(request);

        switch (request.Method)
        {
            case "GET":
                Accept(request, upload, StatusCodes.Status204NoContent);
                break;
            case "PATCH":
                await AppendAsync(request, upload);
                Accept(request, upload, StatusCodes.Status202Accepted);
                break;
            case "PUT":
                var digest = RegistryRequest.ParseDigest(request.Query("digest"));
                await AppendAsync(request, upload);
                await CompleteAsync(request, upload, digest);
                break;
            case "DELETE":
                uploads.End(upload);
                request.Response.StatusCode = StatusCodes.Status204NoContent;
                break;
            default:
                throw RegistryException.Unsupported($"{request.Method} is not for uploads.");
        }
    }

    private async Task<bool> MountAsync(RegistryRequest request)
    {
        if (request.Query("mount") is not { } mount || request.Query("from") is not { } from)
            return false;
        if (!await request.Access.MayReadAsync(request, from))
            return false;
        if (
            await layers.MountAsync(request.Repository, from, RegistryRequest.ParseDigest(mount), request.Cancellation)
            is not { } layer
        )
            return false;

        Created(request, layer);
        return true;
    }

    private async Task AppendAsync(RegistryRequest request, BlobUpload upload)
    {
        var length = request.Http.Request.ContentLength;
        if (request.Http.Request.Headers.ContentRange is [{ } header, ..])
        {
            if (!ContentRange.TryParse(header, out var range))
                throw RegistryException.UploadInvalid($"'{header}' is not a Content-Range: 'first-last'.");
            if (range.First != upload.Length)
                throw RegistryException.OutOfOrder(upload.Length);
            if (length is not null && length != range.Length)
                throw RegistryException.SizeInvalid(
                    $"The chunk has {length} bytes, and its Content-Range says {range.Length}."
                );
        }
        if (length != 0)
            await layers.AppendAsync(upload, request.Http.Request.BodyReader, request.Cancellation);
    }

    private async Task CompleteAsync(RegistryRequest request, BlobUpload upload, Digest expected)
    {
        var digest = upload.Finish(expected);
        if (digest != expected)
        {
            uploads.End(upload);
            throw RegistryException.DigestInvalid($"The uploaded content has the digest '{digest}', not '{expected}'.");
        }
        Created(request, await layers.CompleteAsync(request.Repository, upload, digest, request.Cancellation));
    }

    private static void Accept(RegistryRequest request, BlobUpload upload, int status)
    {
        request.Response.StatusCode = status;
        request.Response.Headers[HeaderNames.Location] = $"/v2/{request.Repository.Name}/blobs/uploads/{upload.Id}";
        request.Response.Headers[HeaderNames.Range] = $"0-{Math.Max(0, upload.Length - 1)}";
        request.Response.Headers[RegistryHeaders.UploadId] = upload.Id.ToString();
    }

    private static void Created(RegistryRequest request, LayerRecord layer)
    {
        request.Response.StatusCode = StatusCodes.Status201Created;
        request.Response.Headers[HeaderNames.Location] = $"/v2/{request.Repository.Name}/blobs/{layer.Digest}";
        request.Response.Headers[RegistryHeaders.ContentDigest] = layer.Digest;
    }

    private Exception Unknown(RegistryRequest request) =>
        store.Current.Find(EcrTables.Repositories, request.Repository.Key) is null
            ? ImageErrors.RepositoryNotFound(request.Repository)
            : RegistryException.UploadUnknown(request.Route.Reference);
}
