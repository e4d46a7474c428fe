namespace Estiba.Ecr.Registry.Http;

/// <summary>What a path under <c>/v2/</c> names.</summary>
internal enum RegistryResource
{
    Unknown,
    Probe,
    Catalog,
    Tags,
    Manifest,
    Blob,
    Uploads,
    Upload,
    Referrers,
}

/// <summary>
/// A path under <c>/v2/</c>, taken apart: the resource, its repository, and the tag, digest or upload id.
/// </summary>
/// <remarks>
/// Endpoints end-1 to end-13 of the OCI distribution specification. A repository's name may hold slashes, and words
/// like <c>blobs</c>, so the path is read from its end.
/// </remarks>
internal readonly record struct RegistryRoute(RegistryResource Resource, string Repository = "", string Reference = "")
{
    private const string Prefix = "/v2";

    private static readonly RegistryRoute Unknown = new(RegistryResource.Unknown);

    /// <param name="path">The whole path, not encoded, without the query.</param>
    public static RegistryRoute Parse(string path)
    {
        if (path is Prefix or Prefix + "/")
            return new(RegistryResource.Probe);
        if (!path.StartsWith(Prefix + "/", StringComparison.Ordinal))
            return Unknown;
        if (path is Prefix + "/_catalog")
            return new(RegistryResource.Catalog);

        var rest = path[(Prefix.Length + 1)..];
        if (rest.EndsWith("/blobs/uploads/", StringComparison.Ordinal))
            return Of(RegistryResource.Uploads, rest[..^"/blobs/uploads/".Length]);
        if (rest.EndsWith("/blobs/uploads", StringComparison.Ordinal))
            return Of(RegistryResource.Uploads, rest[..^"/blobs/uploads".Length]);
        if (rest.EndsWith("/tags/list", StringComparison.Ordinal))
            return Of(RegistryResource.Tags, rest[..^"/tags/list".Length]);

        var last = rest.LastIndexOf('/');
        if (last <= 0 || last == rest.Length - 1)
            return Unknown;
        var (parent, reference) = (rest[..last], rest[(last + 1)..]);

        return Under(parent, "/blobs/uploads") is { } uploads ? Of(RegistryResource.Upload, uploads, reference)
            : Under(parent, "/blobs") is { } blobs ? Of(RegistryResource.Blob, blobs, reference)
            : Under(parent, "/manifests") is { } manifests ? Of(RegistryResource.Manifest, manifests, reference)
            : Under(parent, "/referrers") is { } referrers ? Of(RegistryResource.Referrers, referrers, reference)
            : Unknown;
    }

    private static string? Under(string parent, string folder) =>
        parent.EndsWith(folder, StringComparison.Ordinal) ? parent[..^folder.Length] : null;

    private static RegistryRoute Of(RegistryResource resource, string repository, string reference = "") =>
        repository.Length == 0 ? Unknown : new(resource, repository, reference);
}
