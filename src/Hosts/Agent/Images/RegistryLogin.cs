using System.Text;
using System.Text.RegularExpressions;
using Estiba.Contracts;
using Estiba.Contracts.Acs;
using Estiba.Contracts.Ecr;
using Estiba.Engines;

namespace Estiba.Agent.Images;

/// <summary>Where an image is really pulled from and with which password.</summary>
/// <remarks>
/// A token of ECR is good for twelve hours; it is kept and asked for again half an hour before it ends. How long it has
/// been here is measured: a clock that is wrong, or set anew, makes no token live longer.
/// </remarks>
internal sealed partial class RegistryLogin(
    IEcrApi ecr,
    Func<CallContext> context,
    string? registryEndpoint,
    TimeProvider time
)
{
    private static readonly TimeSpan Reserve = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan LongestLife = TimeSpan.FromHours(12);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (RegistryCredentials Credentials, long At, TimeSpan Life)> _tokens = new(
        StringComparer.Ordinal
    );

    /// <summary>
    /// The name to pull the image by: an image of an AWS registry comes from the local one, if there is one.
    /// </summary>
    public string PullName(string image) =>
        registryEndpoint is not null && AwsRegistry.Match(image) is { Success: true } match
            ? $"{registryEndpoint}/{image[match.Length..]}"
            : image;

    /// <summary>The credentials for pulling the image under <paramref name="pullName"/>; null for none.</summary>
    /// <exception cref="AwsException">ECR refuses.</exception>
    public async Task<RegistryCredentials?> CredentialsAsync(
        string image,
        string pullName,
        RegistryAuthenticationData? authentication,
        CancellationToken cancellation
    )
    {
        if (authentication?.DockerAuthData is { Username: { } username, Password: { } password })
            return new RegistryCredentials(username, password, Server(pullName));
        if (authentication?.Type == "asm")
            throw new AwsException(
                "UnsupportedOperation",
                "Registry credentials in Secrets Manager are not supported."
            );

        var match = AwsRegistry.Match(image);
        if (authentication?.Type != "ecr" && !match.Success)
            return null;

        var account = authentication?.EcrAuthData?.RegistryId ?? (match.Success ? match.Groups["account"].Value : "");
        var region = authentication?.EcrAuthData?.Region ?? (match.Success ? match.Groups["region"].Value : "");
        return await TokenAsync(account, region, Server(pullName), cancellation);
    }

    private async Task<RegistryCredentials> TokenAsync(
        string account,
        string region,
        string server,
        CancellationToken cancellation
    )
    {
        var key = $"{account}/{region}/{server}";
        lock (_gate)
            if (_tokens.TryGetValue(key, out var known) && time.GetElapsedTime(known.At) < known.Life - Reserve)
                return known.Credentials;

        var asked = time.GetTimestamp();
        var caller = context();
        var answer = await ecr.GetAuthorizationTokenAsync(
            new GetAuthorizationTokenRequest(),
            region.Length > 0 ? caller with { Region = region } : caller,
            cancellation
        );
        if (answer.AuthorizationData is not [{ AuthorizationToken: { } token } data, ..])
            throw new AwsException("ServerException", "ECR answered without an authorization token.", 500);

        var text = Encoding.UTF8.GetString(Convert.FromBase64String(token));
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var credentials = new RegistryCredentials(text[..colon], text[(colon + 1)..], server);
        var life = data.ExpiresAt - time.GetUtcNow() ?? TimeSpan.Zero;
        lock (_gate)
            _tokens[key] = (credentials, asked, life < LongestLife ? life : LongestLife);
        return credentials;
    }

    private static string Server(string pullName)
    {
        var slash = pullName.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 ? pullName[..slash] : "https://index.docker.io/v1/";
    }

    [GeneratedRegex(
        @"^(?<account>\d{12})\.dkr[.-]ecr(-fips)?\.(?<region>[a-z0-9-]+)\.(on\.aws|" + Arn.DnsSuffixPattern + ")/",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex AwsRegistry { get; }
}
