using System.Net.Http.Headers;
using System.Text.Json;
using Estiba.Contracts;

namespace Estiba.Joining;

/// <summary>Brings a token to a server.</summary>
internal sealed class JoinClient(HttpClient http)
{
    /// <summary>Joins, and says what the host was given.</summary>
    /// <exception cref="AwsException">The server refuses.</exception>
    /// <exception cref="HttpRequestException">It cannot be reached, or is no Estiba server.</exception>
    internal async Task<(Membership Membership, string ServerVersion)> JoinAsync(Uri server, string token, string host, CancellationToken cancellation)
    {
        using var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(new JoinRequest(token, host), JoinJson.Default.JoinRequest));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var response = await http.PostAsync(new Uri(server, JoinDoors.JoinPath), content, cancellation);
        var body = await response.Content.ReadAsByteArrayAsync(cancellation);
        try
        {
            if (!response.IsSuccessStatusCode)
            {
                var refusal = JsonSerializer.Deserialize(body, JoinJson.Default.JoinRefusal);
                throw new AwsException(refusal?.Code ?? "UnknownError", refusal?.Message ?? "", (int)response.StatusCode);
            }

            var answer = JsonSerializer.Deserialize(body, JoinJson.Default.JoinAnswer)!;
            var membership = new Membership
            {
                Server = server,
                AccessKeyId = answer.AccessKeyId,
                SecretAccessKey = answer.SecretAccessKey,
                AccountId = answer.AccountId,
                Region = answer.Region,
                Cluster = answer.Cluster,
            };
            return (membership, answer.Version);
        }
        catch (JsonException stranger)
        {
            throw new HttpRequestException($"{server} answers with status {(int)response.StatusCode} and is no Estiba server, or one of another version.", stranger);
        }
    }
}
