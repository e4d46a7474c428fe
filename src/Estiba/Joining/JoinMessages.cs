using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Estiba.Contracts;

namespace Estiba.Joining;

/// <summary>What a host sends to <c>/_estiba/join</c>.</summary>
/// <param name="Token">The whole token.</param>
/// <param name="Host">What the host calls itself.</param>
internal sealed record JoinRequest(string? Token, string? Host);

/// <summary>What it is given for a good token.</summary>
internal sealed record JoinAnswer
{
    public required string AccessKeyId { get; init; }

    public required string SecretAccessKey { get; init; }

    public required string AccountId { get; init; }

    public required string Region { get; init; }

    /// <summary>The cluster that the token is for; null where the host may choose.</summary>
    public string? Cluster { get; init; }

    /// <summary>The server's version.</summary>
    public required string Version { get; init; }

    /// <summary>The platform that the host belongs to from now on; null from an earlier version.</summary>
    public string? PlatformId { get; init; }

    /// <summary>What the host is to be called, and to say of itself; null where it may say so itself.</summary>
    public HostIdentity? Identity { get; init; }
}

/// <summary>What a host that has joined an earlier version asks for.</summary>
/// <param name="PlatformId">The platform that it belongs to.</param>
internal sealed record PlatformAnswer(string PlatformId);

/// <summary>An error, as AWS's JSON services write it.</summary>
internal sealed record JoinRefusal
{
    [JsonPropertyName("__type")]
    public string? Code { get; init; }

    public string? Message { get; init; }

    /// <summary>What an answer that is no success says.</summary>
    internal static AwsException Read(byte[] body, HttpStatusCode status)
    {
        JoinRefusal? refusal = null;
        try
        {
            refusal = JsonSerializer.Deserialize(body, JoinJson.Default.JoinRefusal);
        }
        catch (JsonException)
        {
            // It is of another version, or no platform at all.
        }

        return new AwsException(
            refusal?.Code ?? "UnknownError",
            refusal?.Message ?? $"the answer has the status {(int)status}.",
            (int)status
        );
    }
}

/// <summary>A token that was just made: the only time that it is told.</summary>
internal sealed record MadeToken(string Token, string Id);

/// <summary>Tokens and hosts, without any secret.</summary>
internal sealed record TokenList(IReadOnlyList<ListedToken> Tokens, IReadOnlyList<ListedHost> Hosts);

/// <summary>A token in a list.</summary>
internal sealed record ListedToken(string Id, string? Cluster, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt);

/// <summary>A host in a list.</summary>
internal sealed record ListedHost(string Host, string? Cluster, string TokenId, DateTimeOffset JoinedAt);

/// <summary>How much was revoked.</summary>
internal sealed record Revoked(int Tokens, int Hosts);
