using System.Globalization;

namespace Estiba.Compute.Describing;

/// <summary>Moments as EC2's filters have them.</summary>
internal static class Moments
{
    public static string? Text(DateTimeOffset? moment) =>
        moment?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
