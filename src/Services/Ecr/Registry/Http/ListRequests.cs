using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Estiba.Ecr.Images;
using Estiba.Ecr.Repositories;
using Estiba.State;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Estiba.Ecr.Registry.Http;

/// <summary>
/// What the registry lists: the tags of a repository, the repositories of a registry, and what refers to an image.
/// </summary>
internal sealed class ListRequests(Store store)
{
    private const int MostTags = 1000;
    private const int MostRepositories = 1000;

    public Task TagsAsync(RegistryRequest request)
    {
        OnlyGet(request);
        var repository = Existing(request);
        var last = request.Query("last");
        var page = Page(
            request,
            store
                .Current.Range(EcrTables.Tags, repository.TagPrefix, last is null ? null : repository.TagKey(last))
                .Select(tag => tag.Tag),
            MostTags
        );
        return WriteAsync(request, new TagList(repository.Name, page), RegistryJson.Default.TagList);
    }

    public Task CatalogAsync(RegistryRequest request)
    {
        OnlyGet(request);
        var prefix = new Scope(request.Login.AccountId, request.Login.Region).Prefix;
        var page = Page(
            request,
            store
                .Current.Range(EcrTables.Repositories, prefix, request.Query("last") is { } last ? prefix + last : null)
                .Select(repository => repository.Name),
            MostRepositories
        );
        return WriteAsync(request, new RepositoryList(page), RegistryJson.Default.RepositoryList);
    }

    public Task ReferrersAsync(RegistryRequest request)
    {
        OnlyGet(request);
        var repository = Existing(request);
        var subject = RegistryRequest.ParseDigest(request.Route.Reference);
        var referrers = store.Current.Where(
            EcrTables.Images,
            EcrTables.ImagesBySubject,
            repository.ContentKey(subject.ToString())
        );
        if (request.Query("artifactType") is { } type)
        {
            referrers = referrers.Where(image => image.ArtifactType == type);
            request.Response.Headers[RegistryHeaders.FiltersApplied] = "artifactType";
        }
        var index = new ReferrersIndex(2, ImageManifest.OciIndex, [.. referrers.Select(Describe)]);
        return WriteAsync(request, index, RegistryJson.Default.ReferrersIndex, ImageManifest.OciIndex);
    }

    private static ReferrerDescriptor Describe(ImageRecord image) =>
        new(image.MediaType, image.Digest, image.ManifestSize, image.ArtifactType, image.Annotations);

    private RepositoryId Existing(RegistryRequest request) =>
        store.Current.Find(EcrTables.Repositories, request.Repository.Key) is null
            ? throw ImageErrors.RepositoryNotFound(request.Repository)
            : request.Repository;

    /// <summary>
    /// The items of one page, which come in order; a header says where the next one is ("Listing Tags", OCI
    /// distribution specification).
    /// </summary>
    private static List<string> Page(RegistryRequest request, IEnumerable<string> items, int most)
    {
        var size = request.PageSize(most);
        var page = items.Take(size + 1).ToList();
        if (page.Count <= size)
            return page;

        page.RemoveAt(size);
        if (page.Count > 0)
            request.Response.Headers[HeaderNames.Link] =
                $"<{request.Http.Request.PathBase}{request.Http.Request.Path}?last="
                + $"{Uri.EscapeDataString(page[^1])}&n={size}>; rel=\"next\"";
        return page;
    }

    private static void OnlyGet(RegistryRequest request)
    {
        if (!HttpMethods.IsGet(request.Method))
            throw RegistryException.Unsupported("Lists are read with GET.");
    }

    private static Task WriteAsync<T>(
        RegistryRequest request,
        T answer,
        JsonTypeInfo<T> type,
        string contentType = "application/json"
    )
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(answer, type);
        request.Response.ContentType = contentType;
        request.Response.ContentLength = body.Length;
        return request.Response.Body.WriteAsync(body, request.Cancellation).AsTask();
    }
}
