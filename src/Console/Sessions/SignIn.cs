using System.Buffers.Text;
using System.Security.Cryptography;
using Estiba.Contracts;
using Estiba.Contracts.Signing;
using Estiba.Contracts.Sts;

namespace Estiba.Console.Sessions;

/// <summary>Lets those in whose key is good.</summary>
internal sealed class SignIn(
    ConsoleSettings settings,
    OneTimeLinks links,
    SessionList sessions,
    HttpClient http,
    TimeProvider time
)
{
    private static readonly HashSet<string> KeyFaults = new(StringComparer.Ordinal)
    {
        "UnrecognizedClientException",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "SignatureDoesNotMatch",
        "IncompleteSignature",
        "MissingAuthenticationToken",
        "AuthFailure",
        "InvalidAccessKeyId",
        "ExpiredToken",
        "ExpiredTokenException",
    };

    /// <summary>Whether an error says that the key itself is not good, rather than that it may not do this.</summary>
    internal static bool IsOfKey(AwsException error) => KeyFaults.Contains(error.Code);

    /// <summary>Lets whoever has the link in; null when it is used, or too old.</summary>
    internal async Task<Session?> ByLinkAsync(string link, CancellationToken cancellation) =>
        links.Redeem(link) && settings.Links is { } key
            ? await ByKeyAsync(new AwsCredentials(key.AccessKeyId, key.SecretAccessKey, key.SessionToken), cancellation)
            : null;

    /// <summary>Lets whoever has the key in; null when the key is not good.</summary>
    /// <exception cref="HttpRequestException">Nobody answers.</exception>
    /// <exception cref="AwsException">The service could not say.</exception>
    internal async Task<Session?> ByKeyAsync(AwsCredentials credentials, CancellationToken cancellation)
    {
        var clients = new Clients(service => new HttpTransport(OptionsFor(service, credentials)));
        string? principal;
        try
        {
            var sts = clients.Of<IStsApi>();
            principal = (await sts.GetCallerIdentityAsync(new(), Session.Context, cancellation)).Arn;
        }
        catch (AwsException refused) when (IsOfKey(refused))
        {
            return null;
        }

        var session = new Session(
            Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32)),
            credentials,
            principal ?? credentials.AccessKeyId,
            time.GetUtcNow() + SessionList.Lifetime,
            clients
        );
        sessions.Add(session);
        return session;
    }

    private AwsClientOptions OptionsFor(ServiceModel service, AwsCredentials credentials) =>
        new()
        {
            Endpoint = ServiceEndpoint.Of(settings.Endpoint, service, settings.Region),
            Region = settings.Region,
            Credentials = () => credentials,
            Http = http,
            Time = time,
        };
}
