namespace Estiba.Agent.Images;

/// <summary>When each image was pulled and last used by a task; clean-up and the pull behaviour <c>once</c> go by it.</summary>
internal sealed class ImageUse
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, (DateTimeOffset? PulledAt, DateTimeOffset UsedAt)> images = new(StringComparer.Ordinal);

    public bool WasPulled(string image)
    {
        lock (gate) return images.TryGetValue(image, out var known) && known.PulledAt is not null;
    }

    public void Pulled(string image, DateTimeOffset at)
    {
        lock (gate) images[image] = (at, at);
    }

    public void Used(string image, DateTimeOffset at)
    {
        lock (gate) images[image] = (images.TryGetValue(image, out var known) ? known.PulledAt : null, at);
    }

    public void Removed(string image)
    {
        lock (gate) images.Remove(image);
    }

    /// <summary>Images that tasks of this agent have used, least recently used first.</summary>
    public IReadOnlyList<(string Image, DateTimeOffset PulledAt, DateTimeOffset UsedAt)> ByUse()
    {
        lock (gate) return [.. images.Select(image => (image.Key, image.Value.PulledAt ?? image.Value.UsedAt, image.Value.UsedAt)).OrderBy(image => image.UsedAt)];
    }
}
