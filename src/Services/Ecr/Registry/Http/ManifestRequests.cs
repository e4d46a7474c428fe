using System.Buffers;
using Estiba.Ecr.Images;
using Estiba.Ecr.Registry.Blobs;
using Estiba.State;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Estiba.Ecr.Registry.Http;

/// <summary><c>/v2/{name}/manifests/{tag or digest}</c>: pulling, pushing and deleting images.</summary>
internal sealed class ManifestRequests(Store store, ImageRegistry images, TimeProvider time)
{
    public Task HandleAsync(RegistryRequest request) =>
        request.Method switch
        {
            "GET" or "HEAD" => ReadAsync(request),
            "PUT" => PutAsync(request),
            "DELETE" => DeleteAsync(request),
            _ => throw RegistryException.Unsupported($"{request.Method} is not for manifests."),
        };

    private async Task ReadAsync(RegistryRequest request)
    {
        var image = Find(store.Current, request);

        // "Requests to pull the archived image will fail with a 404 error": "Archiving an image", Amazon ECR user
        // guide.
        if (image.IsArchived)
            throw RegistryException.ManifestArchived();
        request.Response.ContentType = image.MediaType;
        request.Response.ContentLength = image.ManifestSize;
        request.Response.Headers[RegistryHeaders.ContentDigest] = image.Digest;
        request.Response.Headers[HeaderNames.ETag] = $"\"{image.Digest}\"";
        if (HttpMethods.IsHead(request.Method))
            return;

        var manifest = await images.ReadManifestAsync(image, request.Cancellation);
        await images.RecordPullAsync(image, request.Cancellation);
        await request.Response.Body.WriteAsync(manifest, request.Cancellation);
    }

    private async Task PutAsync(RegistryRequest request)
    {
        var reference = request.Route.Reference;
        if (store.Current.Find(EcrTables.Repositories, request.Repository.Key) is null)
            throw ImageErrors.RepositoryNotFound(request.Repository);

        var content = await ReadBodyAsync(request);
        var declaredType = request.Http.Request.ContentType?.Split(';')[0].Trim();
        if (
            !ImageManifest.TryParse(
                content,
                declaredType is { Length: > 0 } ? declaredType : null,
                out var manifest,
                out var fault
            )
        )
            throw RegistryException.ManifestInvalid(fault);

        var isDigest = Digest.TryParse(reference, out var expected);
        if (!isDigest && !ImageTags.IsValid(reference))
            throw reference.Contains(':', StringComparison.Ordinal)
                ? RegistryException.DigestInvalid($"'{reference}' is not a digest.")
                : RegistryException.TagInvalid(reference);
        var digest =
            isDigest && !expected.IsSha256
                ? Digest.FromSha512(System.Security.Cryptography.SHA512.HashData(content.Span))
                : Digest.OfSha256(content.Span);
        if (isDigest && digest != expected)
            throw RegistryException.DigestInvalid($"The manifest has the digest '{digest}', not '{expected}'.");

        var pushed = new PushedImage(digest, manifest, content.Length, isDigest ? null : reference);
        var image = await images.PutAsync(request.Repository, pushed, content, check: null, request.Cancellation);
        request.Response.StatusCode = StatusCodes.Status201Created;
        request.Response.Headers[HeaderNames.Location] = $"/v2/{request.Repository.Name}/manifests/{image.Digest}";
        request.Response.Headers[RegistryHeaders.ContentDigest] = image.Digest;
        if (image.Subject is { } subject)
            request.Response.Headers[RegistryHeaders.Subject] = subject;
    }

    // "Deleting tags" takes only the tag away; "Deleting manifests", by digest, the image and all of its tags.
    private async Task DeleteAsync(RegistryRequest request)
    {
        var reference = request.Route.Reference;
        await store.CommitAsync(
            transaction =>
            {
                var image = Find(transaction, request);
                if (!Digest.TryParse(reference, out _))
                    transaction.Delete(EcrTables.Tags, request.Repository.TagKey(reference));
                else if (image.Indexes > 0)
                    throw RegistryException.Unsupported("The image is part of a manifest list. Delete that first.");
                else
                    ImageChanges.Delete(transaction, image, time.GetUtcNow());
            },
            request.Cancellation
        );
        request.Response.StatusCode = StatusCodes.Status202Accepted;
    }

    private static ImageRecord Find(View view, RegistryRequest request)
    {
        if (view.Find(EcrTables.Repositories, request.Repository.Key) is null)
            throw ImageErrors.RepositoryNotFound(request.Repository);
        return ImageRegistry.Find(view, request.Repository, request.Route.Reference)
            ?? throw RegistryException.ManifestUnknown();
    }

    private static async Task<ReadOnlyMemory<byte>> ReadBodyAsync(RegistryRequest request)
    {
        var reader = request.Http.Request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(request.Cancellation);
            if (read.Buffer.Length > ImageManifest.MaximumSize)
                throw RegistryException.ManifestInvalid(
                    $"A manifest has at most {ImageManifest.MaximumSize} bytes.",
                    StatusCodes.Status413PayloadTooLarge
                );
            if (read.IsCompleted)
            {
                var content = read.Buffer.ToArray();
                reader.AdvanceTo(read.Buffer.End);
                return content;
            }
            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }
}
