using System.Text;
using Estiba.Contracts;
using Estiba.Contracts.Ecr;
using Estiba.Ecr.Authorization;

namespace Estiba.Ecr;

public sealed partial class EcrApi
{
    /// <inheritdoc />
    /// <remarks>
    /// Whichever registries are asked for, a token is good for the caller's own. Whoever asks by registry, as Amazon's
    /// container agent does, compares the answer with <c>https://</c> and the beginning of an image's name; AWS's own
    /// answers always begin so.
    /// </remarks>
    public Task<GetAuthorizationTokenResponse> GetAuthorizationTokenAsync(
        GetAuthorizationTokenRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var expiresAt = _time.GetUtcNow() + _options.TokenLifetime;
        var token = _tokens.Issue(
            new RegistryLogin
            {
                AccountId = context.AccountId,
                Region = context.Region,
                PrincipalArn = context.PrincipalArn,
                AccessKeyId = context.AccessKeyId,
                IsForPulling = !context.May("ecr:PutImage"),
                ExpiresAt = expiresAt,
            }
        );
        var data = new AuthorizationData
        {
            AuthorizationToken = Convert.ToBase64String(Encoding.UTF8.GetBytes($"AWS:{token}")),
            ExpiresAt = expiresAt,
            ProxyEndpoint = request.RegistryIds is { Count: > 0 }
                ? $"https://{_options.Endpoint.Authority}"
                : _options.Endpoint.GetLeftPart(UriPartial.Authority),
        };
        var registries = request.RegistryIds?.Distinct().Count() ?? 1;
        return Task.FromResult(
            new GetAuthorizationTokenResponse { AuthorizationData = [.. Enumerable.Repeat(data, registries)] }
        );
    }
}
