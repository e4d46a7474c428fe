using System.Text.Json;
using System.Text.Json.Serialization;
using Estiba.Files;

namespace Estiba.Agent.Images;

/// <summary>One image that this agent has pulled: under which names, when, and when a task last wanted it.</summary>
/// <param name="Image">Its name; or its id, when a newer image has taken its name.</param>
/// <param name="PullName">The name under which it was pulled.</param>
/// <param name="PulledAt">When.</param>
/// <param name="UsedAt">When a task last wanted it.</param>
/// <param name="Id">The engine's id of it; null where that is not known.</param>
internal sealed record ImageRecord(
    string Image,
    string PullName,
    DateTimeOffset PulledAt,
    DateTimeOffset UsedAt,
    string? Id = null
)
{
    /// <summary>A newer image has taken its name.</summary>
    [JsonIgnore]
    public bool IsSuperseded => Image == Id;
}

/// <summary>
/// The images that this agent has pulled; clean-up and the pull behaviour <c>once</c> go by it, and touch no other.
/// </summary>
/// <remarks>
/// Kept in the data directory. It is written when an image is new and with each clean-up, so after a kill a use may be
/// older than it was.
/// </remarks>
internal sealed class ImageUse
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ImageRecord> _images = new(StringComparer.Ordinal);
    private readonly string? _path;

    public ImageUse(string? dataDirectory)
    {
        if (dataDirectory is null)
            return;
        _path = Path.Combine(dataDirectory, "images.json");
        if (!File.Exists(_path))
            return;
        try
        {
            foreach (
                var image in JsonSerializer.Deserialize(File.ReadAllBytes(_path), ImageJson.Default.ListImageRecord)
                    ?? []
            )
                _images[image.Image] = image;
        }
        catch (JsonException)
        {
            // Without it, images stay where they might have been removed.
        }
    }

    public bool WasPulled(string image)
    {
        lock (_gate)
            return _images.ContainsKey(image);
    }

    /// <summary>
    /// An image was pulled. The one that had its name before is remembered by its id, for nobody else will remove it.
    /// </summary>
    public void Pulled(string image, string pullName, string? id, DateTimeOffset at)
    {
        lock (_gate)
        {
            var before = _images.GetValueOrDefault(image);
            _images[image] = new ImageRecord(image, pullName, at, at, id);
            if (id is not null)
                _images.Remove(id);
            if (before?.Id is { } old && old != id)
                _images[old] = before with { Image = old, PullName = old };
            if (before is null || before.Id != id)
                Save();
        }
    }

    public void Used(string image, DateTimeOffset at)
    {
        lock (_gate)
            if (_images.TryGetValue(image, out var known))
                _images[image] = known with { UsedAt = at };
    }

    public void Removed(string image)
    {
        lock (_gate)
        {
            _images.Remove(image);
            Save();
        }
    }

    /// <summary>Least recently used first.</summary>
    public IReadOnlyList<ImageRecord> ByUse()
    {
        lock (_gate)
            return [.. _images.Values.OrderBy(image => image.UsedAt)];
    }

    private void Save()
    {
        if (_path is null)
            return;
        try
        {
            DurableFile.Write(_path, durably: false, stream =>
                JsonSerializer.Serialize(stream, [.. _images.Values], ImageJson.Default.ListImageRecord)
            );
        }
        catch (IOException)
        {
            // The same holds for a disk that is full.
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(List<ImageRecord>))]
internal sealed partial class ImageJson : JsonSerializerContext;
