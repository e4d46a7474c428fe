using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Estiba.CommandLine;
using Estiba.Contracts;
using Estiba.Hosting.Http;
using Estiba.Listeners.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Estiba.Joining;

/// <summary>
/// Where hosts bring their tokens, and where <c>estiba token</c> makes them. Not an AWS operation: AWS has Systems
/// Manager's activations for this.
/// </summary>
internal sealed partial class JoinDoors(JoinTokens tokens, string platformId, ILogger logger)
{
    internal const string JoinPath = "/_estiba/join";
    internal const string TokensPath = "/_estiba/tokens";
    internal const string PlatformPath = "/_estiba/platform";

    /// <summary>What a host does that asks which platform it belongs to.</summary>
    internal const string GetPlatform = $"{SigningName}:GetPlatform";

    /// <summary>The signing name of requests about tokens.</summary>
    internal const string SigningName = "estiba";

    private const int LargestRequest = 4096;

    /// <summary>10,000 days, in seconds.</summary>
    private const long LongestLifetime = 10_000L * 24 * 60 * 60;

    internal IEnumerable<HttpPath> Paths =>
        [
            HttpPath.Open(JoinPath, JoinAsync),
            HttpPath.Signed(TokensPath, $"{SigningName}:ManageTokens", ManageAsync),
            HttpPath.Signed(PlatformPath, GetPlatform, (http, _) => TellPlatformAsync(http)),
        ];

    private async Task JoinAsync(HttpContext http)
    {
        Require(http, HttpMethods.Post);
        var request = await Unauthenticated.WaitForAsync(http, () => ReadAsync(http));
        try
        {
            var joined = await tokens.JoinAsync(request.Token, request.Host, http.RequestAborted);
            var (host, secret) = joined;
            Log.Joined(logger, host.Host, http.Connection.RemoteIpAddress?.ToString(), host.TokenId);
            var answer = new JoinAnswer
            {
                AccessKeyId = host.AccessKeyId,
                SecretAccessKey = secret,
                AccountId = host.AccountId,
                Region = host.Region,
                Cluster = host.Cluster,
                Version = CommandLine.Version.Text,
                PlatformId = platformId,
                Identity = joined.Identity,
            };
            await AnswerAsync(http, answer, JoinJson.Default.JoinAnswer);
        }
        catch (AwsException refused) when (refused.StatusCode == StatusCodes.Status403Forbidden)
        {
            Log.Refused(logger, request.Host, http.Connection.RemoteIpAddress?.ToString());
            throw;
        }
        catch (AwsException refused) when (refused.StatusCode == StatusCodes.Status409Conflict)
        {
            Log.NameIsTaken(logger, http.Connection.RemoteIpAddress?.ToString(), request.Host, refused.Message);
            throw;
        }
    }

    private Task TellPlatformAsync(HttpContext http)
    {
        Require(http, HttpMethods.Get);
        return AnswerAsync(http, new PlatformAnswer(platformId), JoinJson.Default.PlatformAnswer);
    }

    private async Task ManageAsync(HttpContext http, CallContext caller)
    {
        var query = http.Request.Query;
        if (HttpMethods.IsGet(http.Request.Method))
        {
            await AnswerAsync(http, tokens.List(caller), JoinJson.Default.TokenList);
        }
        else if (HttpMethods.IsDelete(http.Request.Method))
        {
            await AnswerAsync(
                http,
                await tokens.RevokeAsync(caller, query["name"].ToString(), WithHosts(query), http.RequestAborted),
                JoinJson.Default.Revoked
            );
        }
        else
        {
            Require(http, HttpMethods.Post);
            var token = await tokens.CreateAsync(
                caller,
                query.ContainsKey("cluster") ? query["cluster"].ToString() : null,
                Lifetime(query),
                http.RequestAborted
            );
            await AnswerAsync(http, new MadeToken(token.Text, token.Id), JoinJson.Default.MadeToken);
        }
    }

    // What cannot be read must not stand for "never": a token would be good for longer than somebody meant.
    private static TimeSpan? Lifetime(IQueryCollection query)
    {
        if (!query.ContainsKey("seconds"))
            return null;
        return
            long.TryParse(query["seconds"], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            && seconds is > 0 and <= LongestLifetime
            ? TimeSpan.FromSeconds(seconds)
            : throw new AwsException("ValidationException", $"seconds must be a number from 1 to {LongestLifetime}.");
    }

    private static bool WithHosts(IQueryCollection query) =>
        query["hosts"].ToString() switch
        {
            "" or "false" => false,
            "true" => true,
            _ => throw new AwsException("ValidationException", "hosts must be true or false."),
        };

    private static void Require(HttpContext http, string method)
    {
        if (!HttpMethods.Equals(http.Request.Method, method))
            throw new AwsException(
                "UnknownOperationException",
                $"This address takes {method} requests.",
                StatusCodes.Status405MethodNotAllowed
            );
    }

    private static async Task<JoinRequest> ReadAsync(HttpContext http)
    {
        if (http.Request.ContentLength is not (> 0 and <= LargestRequest))
            throw AwsException.Serialization("The request must be a small JSON object with its Content-Length.");
        try
        {
            return await JsonSerializer.DeserializeAsync(
                http.Request.Body,
                JoinJson.Default.JoinRequest,
                http.RequestAborted
            ) ?? throw AwsException.Serialization("The request must be a JSON object.");
        }
        catch (JsonException)
        {
            // and not the parser's words, which quote it
            throw AwsException.Serialization("The request must be a JSON object with a token and a host.");
        }
    }

    private static Task AnswerAsync<T>(HttpContext http, T answer, JsonTypeInfo<T> type)
    {
        http.Response.Headers.CacheControl = "no-store";
        return http.Response.WriteAsJsonAsync(answer, type, contentType: null, http.RequestAborted);
    }

    private static partial class Log
    {
        [LoggerMessage(
            Level = LogLevel.Information,
            Message = "Host {Host} at {Address} has joined with token {Token}."
        )]
        internal static partial void Joined(ILogger logger, string host, string? address, string token);

        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "Host {Host} at {Address} came with a token that is not good."
        )]
        internal static partial void Refused(ILogger logger, string? host, string? address);

        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "A machine at {Address} wants to join as host {Host}, and may not: {Reason}"
        )]
        internal static partial void NameIsTaken(ILogger logger, string? address, string? host, string reason);
    }
}
