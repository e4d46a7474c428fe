using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace Estiba.Engines.Simulated;

/// <summary>
/// The images that a pretended engine has: whatever was pulled, with digests that follow from the names.
/// </summary>
internal sealed class SimulatedImages(TimeProvider time)
{
    private const long Size = 12 * 1024 * 1024;

    private readonly ConcurrentDictionary<string, DateTimeOffset> _images = new(StringComparer.Ordinal);

    public static string IdOf(string image) =>
        "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(image)));

    public bool Has(string image) => _images.ContainsKey(image);

    public void Add(string image) => _images.TryAdd(image, time.GetUtcNow());

    public void Remove(string image) => _images.TryRemove(image, out _);

    public ImageInspection? Find(string image) =>
        Has(image)
            ? new ImageInspection
            {
                Id = IdOf(image),
                Tags = [image],
                Digests = [$"{Docker.ImageReference.Parse(image).Repository}@{IdOf("manifest of " + image)}"],
                Size = Size,
            }
            : null;

    public IReadOnlyList<ImageSummary> List() =>
        [.. _images.Select(image => new ImageSummary(IdOf(image.Key), [image.Key], [], image.Value, Size))];
}
