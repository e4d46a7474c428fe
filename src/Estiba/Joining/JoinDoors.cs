using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Estiba.CommandLine;
using Estiba.Contracts;
using Estiba.Gateway.Doors;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Estiba.Joining;

/// <summary>Where hosts bring their tokens, and where <c>estiba token</c> makes them. Not an AWS operation: AWS has Systems Manager's activations for this.</summary>
internal sealed partial class JoinDoors(JoinTokens tokens, ILogger logger)
{
    internal const string JoinPath = "/_estiba/join";
    internal const string TokensPath = "/_estiba/tokens";

    /// <summary>The signing name of requests about tokens.</summary>
    internal const string SigningName = "estiba";

    private const int LargestRequest = 4096;

    internal IEnumerable<Door> Doors => [Door.Open(JoinPath, JoinAsync), Door.Signed(TokensPath, $"{SigningName}:ManageTokens", ManageAsync)];

    private async Task JoinAsync(HttpContext http)
    {
        Require(http, HttpMethods.Post);
        var request = await ReadAsync(http);
        try
        {
            var host = await tokens.JoinAsync(request.Token, request.Host, http.RequestAborted);
            Log.Joined(logger, host.Host, http.Connection.RemoteIpAddress?.ToString(), host.TokenId);
            var answer = new JoinAnswer
            {
                AccessKeyId = host.AccessKeyId,
                SecretAccessKey = host.SecretAccessKey,
                AccountId = host.AccountId,
                Region = host.Region,
                Cluster = host.Cluster,
                Version = CommandLine.Version.Text,
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
            Log.SameName(logger, http.Connection.RemoteIpAddress?.ToString(), request.Host);
            throw;
        }
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
            await AnswerAsync(http, await tokens.RevokeAsync(caller, query["name"].ToString(), query["hosts"] == "true", http.RequestAborted), JoinJson.Default.Revoked);
        }
        else
        {
            Require(http, HttpMethods.Post);
            TimeSpan? lifetime = long.TryParse(query["seconds"], out var seconds) ? TimeSpan.FromSeconds(seconds) : null;
            var token = await tokens.CreateAsync(caller, query["cluster"].FirstOrDefault(), lifetime, http.RequestAborted);
            await AnswerAsync(http, new MadeToken(token.Text, token.Id), JoinJson.Default.MadeToken);
        }
    }

    private static void Require(HttpContext http, string method)
    {
        if (!HttpMethods.Equals(http.Request.Method, method)) throw new AwsException("UnknownOperationException", $"This address takes {method} requests.", StatusCodes.Status405MethodNotAllowed);
    }

    private static async Task<JoinRequest> ReadAsync(HttpContext http)
    {
        if (http.Request.ContentLength is not (> 0 and <= LargestRequest)) throw AwsException.Serialization("The request must be a small JSON object with its Content-Length.");
        try
        {
            return await JsonSerializer.DeserializeAsync(http.Request.Body, JoinJson.Default.JoinRequest, http.RequestAborted) ?? throw AwsException.Serialization("The request must be a JSON object.");
        }
        catch (JsonException)
        {
            throw AwsException.Serialization("The request must be a JSON object with a token and a host."); // and not the parser's words, which quote it
        }
    }

    private static Task AnswerAsync<T>(HttpContext http, T answer, JsonTypeInfo<T> type)
    {
        http.Response.Headers.CacheControl = "no-store";
        return http.Response.WriteAsJsonAsync(answer, type, contentType: null, http.RequestAborted);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Host {Host} at {Address} has joined with token {Token}.")]
        internal static partial void Joined(ILogger logger, string host, string? address, string token);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Host {Host} at {Address} came with a token that is not good.")]
        internal static partial void Refused(ILogger logger, string? host, string? address);

        [LoggerMessage(Level = LogLevel.Warning, Message = "A machine at {Address} wants to join as host {Host}, which is connected already. It may not, while that one is there.")]
        internal static partial void SameName(ILogger logger, string? address, string? host);
    }
}
