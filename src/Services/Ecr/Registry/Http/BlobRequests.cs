using System.Security.Cryptography;
using Estiba.Ecr.Layers;
using Estiba.Ecr.Registry.Blobs;
using Estiba.Files;
using Estiba.State;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Estiba.Ecr.Registry.Http;

/// <summary>
/// <c>/v2/{name}/blobs/{digest}</c>: reading a layer, whole or in part, and taking it out of the repository.
/// </summary>
internal sealed class BlobRequests(Store store, BlobStore blobs, LayerStore layers)
{
    // Measured: a smaller piece makes a pull slower where the processors are busy, a larger one no faster.
    // SendFileAsync copies in small pieces here and takes twice as long.
    private const int PieceSize = 256 * 1024;

    /// <summary>A blob up to this size is compared with its digest before anything of it is sent.</summary>
    private const int SmallSize = 1024 * 1024;

    public Task HandleAsync(RegistryRequest request) =>
        request.Method switch
        {
            "GET" or "HEAD" => ReadAsync(request),
            "DELETE" => DeleteAsync(request),
            _ => throw RegistryException.Unsupported($"{request.Method} is not for blobs."),
        };

    private async Task ReadAsync(RegistryRequest request)
    {
        var digest = RegistryRequest.ParseDigest(request.Route.Reference);
        var isHead = HttpMethods.IsHead(request.Method);
        // A push asks with HEAD whether it must upload the layer.
        var layer = isHead
            ? await layers.FindForPushAsync(request.Repository, request.Route.Reference, request.Cancellation)
            : LayerStore.Find(store.Current, request.Repository, request.Route.Reference);
        if (layer is null)
            throw Missing(request);

        var headers = request.Response.Headers;
        headers[HeaderNames.ETag] = $"\"{layer.Digest}\"";
        headers[HeaderNames.AcceptRanges] = "bytes";
        headers[HeaderNames.CacheControl] = "max-age=31536000";
        headers[RegistryHeaders.ContentDigest] = layer.Digest;
        if (request.Http.Request.Headers.IfNoneMatch.ToString().Contains(layer.Digest, StringComparison.Ordinal))
        {
            request.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        request.Response.ContentType = "application/octet-stream";
        if (isHead)
            request.Response.ContentLength = layer.Size;
        else
            await SendAsync(request, layer, digest);
    }

    private async Task SendAsync(RegistryRequest request, LayerRecord layer, Digest digest)
    {
        using var file = blobs.Contains(digest, layer.Size) ? blobs.OpenRead(digest) : null;
        if (file is null)
            throw Lost(digest);
        var total = file.Length;
        if (total <= SmallSize)
            VerifySmall(file, digest);
        var part = ByteRange.Parse(request.Http.Request.Headers.Range, total);
        if (part is { Length: 0 })
        {
            request.Response.StatusCode = StatusCodes.Status416RangeNotSatisfiable;
            request.Response.Headers[HeaderNames.ContentRange] = $"bytes */{total}";
            return;
        }
        if (part is { } range)
        {
            request.Response.StatusCode = StatusCodes.Status206PartialContent;
            request.Response.Headers[HeaderNames.ContentRange] =
                $"bytes {range.First}-{range.First + range.Length - 1}/{total}";
        }
        if (part is null && blobs.Verification.IsDue(digest, file))
            await SendVerifiedAsync(request.Http, file, digest, total);
        else
            await SendAsync(request.Http, file, part ?? new ByteRange(0, total), hash: null);
    }

    /// <summary>
    /// Sends a blob and compares it with its digest on the way. Of a damaged one the client never gets the end, and the
    /// next gets an error.
    /// </summary>
    private async Task SendVerifiedAsync(HttpContext context, IStoredFile file, Digest digest, long total)
    {
        using var hash = IncrementalHash.CreateHash(
            digest.IsSha256 ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA512
        );
        context.Response.ContentLength = total;
        var last = Math.Max(0, total - PieceSize);
        if (!await SendAsync(context, file, new ByteRange(0, last), hash))
            return;

        var end = new byte[total - last];
        ReadWhole(file, end, last);
        hash.AppendData(end);
        if (BlobVerification.Of(hash, digest) != digest)
        {
            blobs.PutAside(digest);
            context.Abort();
            return;
        }

        blobs.Verification.Passed(digest, file);
        await context.Response.Body.WriteAsync(end, context.RequestAborted);
    }

    private void VerifySmall(IStoredFile file, Digest digest)
    {
        if (!blobs.Verification.IsDue(digest, file))
            return;
        if (BlobVerification.DigestOf(file, digest) != digest)
        {
            blobs.PutAside(digest);
            throw Lost(digest);
        }

        blobs.Verification.Passed(digest, file);
    }

    private static InvalidDataException Lost(Digest digest) =>
        new($"The blob {digest} is missing from the registry's files, or damaged. Push an image that has it again.");

    private static void ReadWhole(IStoredFile file, Span<byte> target, long offset)
    {
        while (!target.IsEmpty)
        {
            var read = file.Read(target, offset);
            if (read == 0)
                throw new InvalidDataException("A blob's file is shorter than it was.");
            target = target[read..];
            offset += read;
        }
    }

    /// <returns>False if the client has gone.</returns>
    private static async Task<bool> SendAsync(
        HttpContext context,
        IStoredFile file,
        ByteRange part,
        IncrementalHash? hash
    )
    {
        context.Response.ContentLength ??= part.Length;
        var writer = context.Response.BodyWriter;
        var (offset, rest) = (part.First, part.Length);
        while (rest > 0)
        {
            var piece = writer.GetMemory(PieceSize);
            // Almost always from the page cache; an asynchronous read would only move it to another thread.
            var read = file.Read(piece.Span[..(int)Math.Min(piece.Length, rest)], offset);
            if (read == 0)
                throw new InvalidDataException("A blob's file is shorter than it was.");
            hash?.AppendData(piece.Span[..read]);
            writer.Advance(read);
            offset += read;
            rest -= read;
            var flushed = await writer.FlushAsync(context.RequestAborted);
            if (flushed.IsCompleted)
                return false;
        }
        return true;
    }

    private async Task DeleteAsync(RegistryRequest request)
    {
        var digest = RegistryRequest.ParseDigest(request.Route.Reference);
        if (LayerStore.Find(store.Current, request.Repository, digest.ToString()) is { Images: > 0 })
            throw RegistryException.Unsupported(
                "The layer is part of an image. Delete the image; the layer goes when nothing uses it."
            );
        if (!await layers.RemoveAsync(request.Repository, digest.ToString(), request.Cancellation))
            throw Missing(request);
        request.Response.StatusCode = StatusCodes.Status202Accepted;
    }

    private Exception Missing(RegistryRequest request) =>
        store.Current.Find(EcrTables.Repositories, request.Repository.Key) is null
            ? Images.ImageErrors.RepositoryNotFound(request.Repository)
            : RegistryException.BlobUnknown(request.Route.Reference);
}
