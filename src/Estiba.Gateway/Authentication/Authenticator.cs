using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Estiba.Contracts;
using Estiba.Contracts.Signing;

namespace Estiba.Gateway.Authentication;

/// <summary>Finds out who sent a request: the claim it makes, in the order in which AWS's services check it, and then its signature.</summary>
internal sealed class Authenticator(ICredentialSource credentials, GatewayOptions options, TimeProvider time)
{
    /// <summary>How far the clock of a client may be from ours.</summary>
    public static readonly TimeSpan Skew = TimeSpan.FromMinutes(5);

    private static readonly SearchValues<char> RegionCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    private readonly SignatureVerifier _verifier = new(new SigningKeyCache());

    /// <summary>Who sent the request.</summary>
    /// <param name="request">The request as received.</param>
    /// <param name="body">Its body.</param>
    /// <param name="service">The signing name of the service that it goes to.</param>
    /// <exception cref="SignatureException">It does not prove who sent it.</exception>
    public Caller Authenticate(in SignedRequest request, ReadOnlySpan<byte> body, string service)
    {
        var claim = SignatureClaim.Read(request);
        CheckTime(claim);
        CheckHost(claim);
        CheckScope(claim, service);

        var credential = credentials.Find(claim.AccessKeyId);
        if (options.AnyCredentials)
            return Unchecked(claim, credential);

        if (credential is null)
            throw Unknown();
        if (!_verifier.Verify(request, claim, credential.SecretAccessKey, body))
        {
            throw new SignatureException(SignatureFault.Invalid,
                "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. " +
                "Consult the service documentation for details.");
        }

        CheckToken(claim, credential);
        return new Caller(credential.AccountId, credential.PrincipalArn, credential.AccessKeyId, claim.Scope.Region, credential.Actions);
    }

    private Caller Unchecked(SignatureClaim claim, Credential? credential)
    {
        var account = credential?.AccountId
            ?? (claim.AccessKeyId is { Length: 12 } key && key.All(char.IsAsciiDigit) ? key : options.DefaultAccountId);
        var principal = credential?.PrincipalArn ?? new Arn("iam", "", account, "root").ToString();
        return new Caller(account, principal, claim.AccessKeyId, claim.Scope.Region);
    }

    private void CheckTime(SignatureClaim claim)
    {
        var now = time.GetUtcNow();
        var latest = now + Skew;
        if (claim.Time > latest)
        {
            throw new SignatureException(SignatureFault.Invalid,
                $"Signature not yet current: {claim.Timestamp} is still later than {Text(latest)} ({Text(now)} + {Skew.TotalMinutes} min.)");
        }

        var earliest = now - (claim.Expires ?? Skew);
        if (claim.Time < earliest)
        {
            var reach = claim.Expires is { } expires ? $"{expires.TotalSeconds} s" : $"{Skew.TotalMinutes} min";
            throw new SignatureException(claim.Expires is null ? SignatureFault.Invalid : SignatureFault.Expired,
                $"Signature expired: {claim.Timestamp} is now earlier than {Text(earliest)} ({Text(now)} - {reach}.)");
        }
    }

    // A signature without the host could be sent on to any other service.
    private static void CheckHost(SignatureClaim claim)
    {
        if (!claim.SignedHeaders.AsSpan().Contains("host"))
        {
            throw new SignatureException(SignatureFault.Invalid,
                "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
        }
    }

    private static void CheckScope(SignatureClaim claim, string service)
    {
        var (date, region, scopedService) = claim.Scope;
        if (IsRegion(region) && scopedService == service && claim.Terminator == CredentialScope.Terminator
            && claim.Timestamp.AsSpan(0, 8).SequenceEqual(date))
        {
            return;
        }

        var message = new StringBuilder();
        if (!IsRegion(region))
            message.Append(CultureInfo.InvariantCulture, $"Credential should be scoped to a valid region, not '{region}'. ");
        if (scopedService != service)
            message.Append(CultureInfo.InvariantCulture, $"Credential should be scoped to correct service: '{service}'. ");
        if (claim.Terminator != CredentialScope.Terminator)
        {
            message.Append(CultureInfo.InvariantCulture,
                $"Credential should be scoped with a valid terminator: '{CredentialScope.Terminator}', not '{claim.Terminator}'. ");
        }

        if (!claim.Timestamp.AsSpan(0, 8).SequenceEqual(date))
        {
            message.Append(CultureInfo.InvariantCulture,
                $"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: " +
                $"'{date}' != '{claim.Timestamp[..8]}', from '{claim.Timestamp}'.");
        }

        throw new SignatureException(SignatureFault.Invalid, message.ToString());
    }

    // Every region is welcome, but its name becomes part of ARNs and keys, so it has to look like one.
    private static bool IsRegion(string region) =>
        region.Length is > 0 and <= 32 && char.IsAsciiLetterLower(region[0])
        && region.AsSpan().IndexOfAnyExcept(RegionCharacters) < 0;

    private void CheckToken(SignatureClaim claim, Credential credential)
    {
        var given = Encoding.UTF8.GetBytes(claim.SessionToken ?? "");
        var expected = Encoding.UTF8.GetBytes(credential.SessionToken ?? "");
        if (!CryptographicOperations.FixedTimeEquals(given, expected))
            throw Unknown();
        if (credential.Expires <= time.GetUtcNow())
            throw new SignatureException(SignatureFault.ExpiredCredentials, "The security token included in the request is expired");
    }

    private static SignatureException Unknown() =>
        new(SignatureFault.UnknownCredentials, "The security token included in the request is invalid.");

    private static string Text(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
}
