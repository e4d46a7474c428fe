using System.Globalization;

namespace Estiba.AutoScaling;

/// <summary>Times as causes of activities have them.</summary>
internal static class Moments
{
    /// <summary>For example <c>2026-05-06T07:08:09Z</c>.</summary>
    internal static string Text(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
