namespace Estiba.Engines.Docker;

/// <summary>An image's name taken apart: <c>registry/path:tag@digest</c>.</summary>
/// <remarks>
/// The first part is a registry only if it has a point, a port or is <c>localhost</c>; so <c>nginx</c> and
/// <c>library/nginx</c> have none.
/// </remarks>
public sealed record ImageReference(string? Registry, string Path, string? Tag, string? Digest)
{
    /// <summary>Registry and path, without tag and digest.</summary>
    public string Repository => Registry is null ? Path : $"{Registry}/{Path}";

    public static ImageReference Parse(string reference)
    {
        ArgumentException.ThrowIfNullOrEmpty(reference);
        var rest = reference;
        string? digest = null,
            tag = null,
            registry = null;

        if (rest.IndexOf('@', StringComparison.Ordinal) is >= 0 and var at)
        {
            digest = rest[(at + 1)..];
            rest = rest[..at];
        }

        if (rest.LastIndexOf(':') is >= 0 and var colon && colon > rest.LastIndexOf('/'))
        {
            tag = rest[(colon + 1)..];
            rest = rest[..colon];
        }

        if (rest.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash)
        {
            var first = rest[..slash];
            if (
                first == "localhost"
                || first.Contains('.', StringComparison.Ordinal)
                || first.Contains(':', StringComparison.Ordinal)
            )
            {
                registry = first;
                rest = rest[(slash + 1)..];
            }
        }

        return new ImageReference(registry, rest, tag, digest);
    }

    public ImageReference WithDefaultTag() => Tag is null && Digest is null ? this with { Tag = "latest" } : this;

    public override string ToString() =>
        Repository + (Tag is null ? "" : ":" + Tag) + (Digest is null ? "" : "@" + Digest);
}
