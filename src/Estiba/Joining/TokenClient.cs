using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Contracts.Signing;
using Estiba.Platforms;

namespace Estiba.Joining;

/// <summary>Makes, lists and revokes tokens of a running platform, in the name of its owner.</summary>
internal sealed class TokenClient(RunningPlatform platform, string region, HttpClient http)
{
    private readonly RequestSigner _signer = new(TimeProvider.System);

    internal Task<MadeToken> CreateAsync(string? cluster, TimeSpan? lifetime, CancellationToken cancellation) =>
        SendAsync(
            HttpMethod.Post,
            Query(("cluster", cluster), ("seconds", lifetime is { } span ? $"{(long)span.TotalSeconds}" : null)),
            JoinJson.Default.MadeToken,
            cancellation
        );

    /// <summary>Whether there is a cluster of this name, or with this ARN, that hosts can join.</summary>
    internal async Task<bool> HasClusterAsync(string cluster, CancellationToken cancellation)
    {
        var ecs = new EcsClient(platform.ClientOptions(region, http));
        var found = await ecs.DescribeClustersAsync(
            new() { Clusters = [cluster] },
            platform.CallContext(region),
            cancellation
        );
        return found.Clusters is [{ Status: "ACTIVE" }];
    }

    internal Task<TokenList> ListAsync(CancellationToken cancellation) =>
        SendAsync(HttpMethod.Get, "", JoinJson.Default.TokenList, cancellation);

    internal Task<Revoked> RevokeAsync(string name, bool withHosts, CancellationToken cancellation) =>
        SendAsync(
            HttpMethod.Delete,
            Query(("name", name), ("hosts", withHosts ? "true" : null)),
            JoinJson.Default.Revoked,
            cancellation
        );

    private static string Query(params (string Name, string? Value)[] parameters) =>
        string.Join(
            '&',
            parameters
                .Where(parameter => parameter.Value is not null)
                .Select(parameter => $"{parameter.Name}={Uri.EscapeDataString(parameter.Value!)}")
        );

    private async Task<T> SendAsync<T>(
        HttpMethod method,
        string query,
        JsonTypeInfo<T> type,
        CancellationToken cancellation
    )
    {
        using var request = new HttpRequestMessage(
            method,
            new UriBuilder(platform.Endpoint) { Path = JoinDoors.TokensPath, Query = query }.Uri
        );
        _signer.Sign(request, [], platform.Credentials, region, JoinDoors.SigningName);
        using var response = await http.SendAsync(request, cancellation);
        var body = await response.Content.ReadAsByteArrayAsync(cancellation);
        return response.IsSuccessStatusCode
            ? JsonSerializer.Deserialize(body, type)!
            : throw JoinRefusal.Read(body, response.StatusCode);
    }
}
