using System.Text.Json;

namespace Estiba.CommandLine;

/// <summary>How a platform says that it is (<c>/_estiba/health</c>).</summary>
/// <param name="Status"><c>ok</c>, <c>degraded</c> or <c>failed</c>.</param>
/// <param name="Version">Its version.</param>
/// <param name="Troubles">What is wrong: the part and the reason.</param>
internal sealed record PlatformHealth(string Status, string Version, IReadOnlyList<string> Troubles)
{
    /// <summary>Asks for it.</summary>
    /// <exception cref="HttpRequestException">Nobody answers, or not with that.</exception>
    internal static async Task<PlatformHealth> ReadAsync(Uri endpoint, HttpClient http, CancellationToken cancellation)
    {
        using var response = await http.GetAsync(new Uri(endpoint, "/_estiba/health"), cancellation);
        try
        {
            using var health = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellation));
            var root = health.RootElement;
            return new(Text(root, "status"), Text(root, "version"), [.. Troubled(root)]);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new HttpRequestException(
                $"what answers there is no Estiba (status {(int)response.StatusCode})",
                exception
            );
        }
    }

    // A server of an earlier version has no checks.
    private static IEnumerable<string> Troubled(JsonElement root) =>
        root.TryGetProperty("checks", out var checks)
            ? checks
                .EnumerateArray()
                .Where(check => Text(check, "status") != "ok")
                .Select(check => $"{Text(check, "name")} {Text(check, "status")}: {Text(check, "reason")}")
            : [];

    private static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";
}
