using Estiba.Engines.Simulated;

namespace Estiba.Simulation;

/// <summary>Where images are pulled from; it has every image whose name does not say otherwise.</summary>
internal sealed class Registry(World world)
{
    private static readonly TimeSpan LongestPull = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan LongestSlowPull = TimeSpan.FromMinutes(2);

    /// <summary>No pull succeeds.</summary>
    internal bool IsDown { get; set; }

    /// <summary>Every pull takes long.</summary>
    internal bool IsSlow { get; set; }

    /// <summary>How long a pull takes that begins now, and why it fails; null when it does not.</summary>
    internal (TimeSpan Duration, string? Error) Pull(string image)
    {
        var longest = IsSlow || image.StartsWith("large/", StringComparison.Ordinal) ? LongestSlowPull : LongestPull;
        var error = IsDown
            ? "Get \"https://registry/v2/\": dial tcp: i/o timeout"
            : ContainerScript.OfImage(image).PullError;
        return (world.UpTo(longest), error);
    }
}
