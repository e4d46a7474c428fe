using System.Buffers.Text;
using System.Security.Cryptography;
using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Contracts.Signing;
using Estiba.Contracts.Sts;

namespace Estiba.Console.Sessions;

/// <summary>Lets those in whose key is good.</summary>
internal sealed class SignIn(ConsoleOptions options, OneTimeLinks links, SessionList sessions, HttpClient http)
{
    private static readonly HashSet<string> KeyFaults = new(StringComparer.Ordinal)
    {
        "UnrecognizedClientException",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "SignatureDoesNotMatch",
        "IncompleteSignature",
        "MissingAuthenticationToken",
        "ExpiredToken",
        "ExpiredTokenException",
    };

    /// <summary>Whether an error says that the key itself is not good, rather than that it may not do this.</summary>
    internal static bool IsOfKey(AwsException error) => KeyFaults.Contains(error.Code);

    /// <summary>Lets whoever has the link in; null when it is used, or too old.</summary>
    internal async Task<Session?> ByLinkAsync(string secret, CancellationToken cancellation) =>
        links.Redeem(secret) ? await ByKeyAsync(options.LinkCredentials, cancellation) : null;

    /// <summary>Lets whoever has the key in; null when the key is not good.</summary>
    /// <exception cref="HttpRequestException">Nobody answers.</exception>
    /// <exception cref="AwsException">The service could not say.</exception>
    internal async Task<Session?> ByKeyAsync(AwsCredentials credentials, CancellationToken cancellation)
    {
        var client = new AwsClientOptions
        {
            Endpoint = options.Endpoint,
            Region = options.Region,
            Credentials = () => credentials,
            Http = http,
            Time = options.Time,
        };
        string? principal;
        try
        {
            principal = (await new StsClient(client).GetCallerIdentityAsync(new(), Session.Context, cancellation)).Arn;
        }
        catch (AwsException refused) when (IsOfKey(refused))
        {
            return null;
        }

        var session = new Session(
            Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32)),
            credentials,
            principal ?? credentials.AccessKeyId,
            options.Time.GetUtcNow() + SessionList.Lifetime,
            new EcsClient(client)
        );
        sessions.Add(session);
        return session;
    }
}
