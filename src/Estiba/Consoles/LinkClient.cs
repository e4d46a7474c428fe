using System.Text.Json;
using Estiba.Contracts;
using Estiba.Contracts.Signing;
using Estiba.Joining;
using Estiba.Platforms;

namespace Estiba.Consoles;

/// <summary>Asks a running platform for a link to its console, in the name of its owner.</summary>
internal static class LinkClient
{
    /// <exception cref="AwsException">The platform has no console, or does not give it to this key.</exception>
    internal static async Task<string> CreateAsync(
        RunningPlatform platform,
        HttpClient http,
        CancellationToken cancellation
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(platform.Endpoint, LinkDoor.Path));
        new RequestSigner(TimeProvider.System).Sign(
            request,
            [],
            platform.Credentials,
            platform.Region,
            JoinDoors.SigningName
        );
        using var response = await http.SendAsync(request, cancellation);
        var body = await response.Content.ReadAsByteArrayAsync(cancellation);
        return response.IsSuccessStatusCode
            ? JsonSerializer.Deserialize(body, ConsoleJson.Default.ConsoleLink)!.Link
            : throw JoinRefusal.Read(body, response.StatusCode);
    }
}
