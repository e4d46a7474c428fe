using System.Net.Http.Headers;
using System.Text.Json;
using Estiba.Contracts;
using Estiba.Contracts.Signing;

namespace Estiba.Joining;

/// <summary>Brings a token to a server.</summary>
internal sealed class JoinClient(HttpClient http)
{
    private static readonly TimeSpan LongestQuestion = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Asks which platform a server is; null where it does not answer soon, does not know the question, or does not
    /// tell whoever has these keys.
    /// </summary>
    internal async Task<string?> FindPlatformAsync(
        Uri server,
        AwsCredentials keys,
        string region,
        CancellationToken cancellation
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server, JoinDoors.PlatformPath));
        new RequestSigner(TimeProvider.System).Sign(request, [], keys, region, JoinDoors.SigningName);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(LongestQuestion);
        try
        {
            using var response = await http.SendAsync(request, patience.Token);
            return response.IsSuccessStatusCode
                ? JsonSerializer
                    .Deserialize(
                        await response.Content.ReadAsByteArrayAsync(patience.Token),
                        JoinJson.Default.PlatformAnswer
                    )
                    ?.PlatformId
                : null;
        }
        catch (Exception unknown)
            when (unknown is HttpRequestException or JsonException
                || (unknown is OperationCanceledException && !cancellation.IsCancellationRequested)
            )
        {
            return null;
        }
    }

    /// <summary>Joins, and says what the host was given.</summary>
    /// <exception cref="AwsException">The server refuses.</exception>
    /// <exception cref="HttpRequestException">It cannot be reached, or is no Estiba server.</exception>
    internal async Task<(Membership Membership, string ServerVersion)> JoinAsync(
        Uri server,
        string token,
        string host,
        CancellationToken cancellation
    )
    {
        using var content = new ByteArrayContent(
            JsonSerializer.SerializeToUtf8Bytes(new JoinRequest(token, host), JoinJson.Default.JoinRequest)
        );
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var response = await http.PostAsync(new Uri(server, JoinDoors.JoinPath), content, cancellation);
        var body = await response.Content.ReadAsByteArrayAsync(cancellation);
        try
        {
            if (!response.IsSuccessStatusCode)
            {
                var refusal = JsonSerializer.Deserialize(body, JoinJson.Default.JoinRefusal);
                throw new AwsException(
                    refusal?.Code ?? "UnknownError",
                    refusal?.Message ?? "",
                    (int)response.StatusCode
                );
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
                PlatformId = answer.PlatformId,
                Identity = answer.Identity,
            };
            return (membership, answer.Version);
        }
        catch (JsonException stranger)
        {
            throw new HttpRequestException(
                $"{server} answers with status {(int)response.StatusCode} and is no Estiba server, or one of "
                    + "another version.",
                stranger
            );
        }
    }
}
