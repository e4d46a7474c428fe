using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Estiba.Contracts;
using Estiba.Contracts.Signing;

namespace Estiba.Gateway.Authentication;

/// <summary>
/// Finds out who sent a request: the claim it makes, in the order in which AWS's services check it, and then its
/// signature.
/// </summary>
internal sealed class Authenticator(ICredentialSource credentials, GatewayOptions options, TimeProvider time)
{
    /// <summary>How far the clock of a client may be from ours.</summary>
    public static readonly TimeSpan Skew = TimeSpan.FromMinutes(5);

    private const string Mismatch =
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret "
        + "Access Key and signing method. "
        + "Consult the service documentation for details.";

    private static readonly SearchValues<char> RegionCharacters = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyz0123456789-"
    );

    private readonly SignatureVerifier _verifier = new(new SigningKeyCache());

    /// <summary>Who sent the request.</summary>
    /// <param name="request">The request as received.</param>
    /// <param name="body">Its body.</param>
    /// <param name="service">The signing name of the service that it goes to.</param>
    /// <exception cref="SignatureException">It does not prove who sent it.</exception>
    public Caller Authenticate(in SignedRequest request, ReadOnlySpan<byte> body, string service) =>
        Prove(request, Admit(request, SignatureClaim.Read(request), service), body);

    /// <summary>
    /// Checks all of a claim that can be checked before the body is there, so that nothing is kept for somebody whom
    /// nobody knows.
    /// </summary>
    /// <param name="request">The request, of which only the head is read.</param>
    /// <param name="claim">What it says of its signature.</param>
    /// <param name="service">The signing name of the service that it goes to; null where only the body tells.</param>
    /// <exception cref="SignatureException">It cannot be proven by any body.</exception>
    public Claimant Admit(in SignedRequest request, SignatureClaim claim, string? service)
    {
        CheckTime(claim);
        CheckHeaders(request, claim);
        CheckScope(claim, service);
        if (!SignatureVerifier.CanBeRight(request, claim))
            throw Wrong();

        var credential = credentials.Find(claim.AccessKeyId);
        if (options.AnyCredentials)
            return new Claimant(claim, credential);
        if (credential is null)
            throw Unknown();
        CheckToken(claim, credential);
        return new Claimant(claim, credential);
    }

    /// <summary>Who sent the request, now that its body is there.</summary>
    /// <exception cref="SignatureException">The signature is another one.</exception>
    public Caller Prove(in SignedRequest request, Claimant claimant, ReadOnlySpan<byte> body) =>
        Known(
            claimant,
            options.AnyCredentials
                || _verifier.Verify(request, claimant.Claim, claimant.Credential!.SecretAccessKey, body)
        );

    /// <summary>Who sent the request, whose body is yet to come and must be what the request says of it.</summary>
    /// <exception cref="SignatureException">The signature is another one.</exception>
    public Caller ProveHead(in SignedRequest request, Claimant claimant, string payload) =>
        Known(
            claimant,
            options.AnyCredentials
                || _verifier.VerifyHead(request, claimant.Claim, claimant.Credential!.SecretAccessKey, payload)
        );

    /// <summary>
    /// The signatures that the chunks of a proven request's body must have; null where nobody can say it.
    /// </summary>
    public ChunkSignatures? ChunksOf(Claimant claimant) =>
        options.AnyCredentials ? null : _verifier.ChunksOf(claimant.Claim, claimant.Credential!.SecretAccessKey);

    /// <summary>Whether the key of somebody who was let in is still there.</summary>
    public bool Knows(Caller caller) =>
        options.AnyCredentials || caller.AccessKeyId.Length == 0 || credentials.Find(caller.AccessKeyId) is not null;

    /// <summary>A signature is another one than it should be.</summary>
    public static SignatureException Wrong() => new(SignatureFault.Invalid, Mismatch);

    private Caller Known(Claimant claimant, bool isRight)
    {
        var (claim, credential) = claimant;
        if (!isRight)
            throw Wrong();
        if (options.AnyCredentials)
            return Unchecked(claim, credential);
        credentials.Used(credential!, claim.Scope.Service, claim.Scope.Region);
        return new Caller(
            credential!.AccountId,
            credential.PrincipalArn,
            credential.AccessKeyId,
            claim.Scope.Region,
            credential.Actions
        );
    }

    /// <summary>Checks that a request is signed for the service that its body names.</summary>
    /// <exception cref="SignatureException">It is signed for another.</exception>
    public static void CheckService(Claimant claimant, string service) => CheckScope(claimant.Claim, service);

    private Caller Unchecked(SignatureClaim claim, Credential? credential)
    {
        var account = credential?.AccountId
            ?? (claim.AccessKeyId is { Length: 12 } key && key.All(char.IsAsciiDigit) ? key : options.DefaultAccountId);
        var principal = credential?.PrincipalArn ?? Arn.RootOf(account).ToString();
        return new Caller(account, principal, claim.AccessKeyId, claim.Scope.Region);
    }

    private void CheckTime(SignatureClaim claim)
    {
        var now = time.GetUtcNow();
        var latest = now + Skew;
        if (claim.Time > latest)
        {
            throw new SignatureException(
                SignatureFault.Invalid,
                $"Signature not yet current: {claim.Timestamp} is still later than {Text(latest)} ({Text(now)} + "
                    + $"{Skew.TotalMinutes} min.)"
            );
        }

        var lifetime = Lifetime(claim);
        var earliest = now - lifetime;
        if (claim.Time < earliest)
        {
            var reach = lifetime.TotalSeconds % 60 == 0 ? $"{lifetime.TotalMinutes} min" : $"{lifetime.TotalSeconds} s";
            throw new SignatureException(
                claim.IsPresigned ? SignatureFault.Expired : SignatureFault.Invalid,
                $"Signature expired: {claim.Timestamp} is now earlier than {Text(earliest)} ({Text(now)} - {reach}.)"
            );
        }
    }

    private static TimeSpan Lifetime(SignatureClaim claim) =>
        (claim.IsPresigned ? ServiceTraits.Of(claim.Scope.Service).PresignedLifetime : null) ?? claim.Expires ?? Skew;

    // A signature without the host could be sent on to any other service, and a header that it leaves out could be
    // anybody's: an operation, for example.
    private static void CheckHeaders(in SignedRequest request, SignatureClaim claim)
    {
        if (!claim.SignedHeaders.AsSpan().Contains("host"))
        {
            throw new SignatureException(
                SignatureFault.Invalid,
                "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."
            );
        }

        if (request.UnsignedHeader(claim.SignedHeaders) is { } name)
            throw new SignatureException(
                SignatureFault.Invalid,
                $"'{name}' must be a 'SignedHeader' in the AWS Authorization."
            );
    }

    private static void CheckScope(SignatureClaim claim, string? service)
    {
        var (date, region, scopedService) = claim.Scope;
        service ??= scopedService;
        if (
            IsRegion(region)
            && scopedService == service
            && claim.Terminator == CredentialScope.Terminator
            && claim.Timestamp.AsSpan(0, 8).SequenceEqual(date)
        )
        {
            return;
        }

        var message = new StringBuilder();
        if (!IsRegion(region))
            message.Append(
                CultureInfo.InvariantCulture,
                $"Credential should be scoped to a valid region, not '{region}'. "
            );
        if (scopedService != service)
            message.Append(
                CultureInfo.InvariantCulture,
                $"Credential should be scoped to correct service: '{service}'. "
            );
        if (claim.Terminator != CredentialScope.Terminator)
        {
            message.Append(
                CultureInfo.InvariantCulture,
                $"Credential should be scoped with a valid terminator: '{CredentialScope.Terminator}', not "
                    + $"'{claim.Terminator}'. "
            );
        }

        if (!claim.Timestamp.AsSpan(0, 8).SequenceEqual(date))
        {
            message.Append(
                CultureInfo.InvariantCulture,
                $"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
                    + $"'{date}' != '{claim.Timestamp[..8]}', from '{claim.Timestamp}'."
            );
        }

        throw new SignatureException(SignatureFault.Invalid, message.ToString());
    }

    // Every region is welcome, but its name becomes part of ARNs and keys, so it has to look like one.
    private static bool IsRegion(string region) =>
        region.Length is > 0 and <= 32
        && char.IsAsciiLetterLower(region[0])
        && region.AsSpan().IndexOfAnyExcept(RegionCharacters) < 0;

    private void CheckToken(SignatureClaim claim, Credential credential)
    {
        var given = Encoding.UTF8.GetBytes(claim.SessionToken ?? "");
        var expected = Encoding.UTF8.GetBytes(credential.SessionToken ?? "");
        if (!CryptographicOperations.FixedTimeEquals(given, expected))
            throw Unknown();
        if (credential.Expires <= time.GetUtcNow())
            throw new SignatureException(
                SignatureFault.ExpiredCredentials,
                "The security token included in the request is expired"
            );
    }

    private static SignatureException Unknown() =>
        new(SignatureFault.UnknownCredentials, "The security token included in the request is invalid.");

    private static string Text(DateTimeOffset moment) =>
        moment.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
}
