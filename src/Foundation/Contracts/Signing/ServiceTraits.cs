namespace Estiba.Contracts.Signing;

/// <summary>
/// What sets a service apart that must be known by the name in a signature alone: before anything else of a request is
/// known, or because there is no contract of it. All else is in the contracts.
/// </summary>
public sealed record ServiceTraits
{
    private static readonly ServiceTraits Usual = new();

    private static readonly Dictionary<string, ServiceTraits> Peculiar = new(StringComparer.Ordinal)
    {
        // "Authenticating Requests: Using the Authorization Header", Amazon S3's API reference.
        ["s3"] = new() { IsBodyOptional = true, IsPathAsSent = true },
        // Tokens of EKS say that they expire after a minute, and are used for a quarter of an hour.
        ["sts"] = new() { PresignedLifetime = TimeSpan.FromMinutes(15) },
        ["monitoring"] = new() { ActionPrefix = "cloudwatch" },
        ["s3express"] = new()
        {
            IsBodyOptional = true,
            IsPathAsSent = true,
            SpeaksXml = true,
        },
        ["cloudfront"] = new() { SpeaksXml = true },
    };

    /// <summary>Whether a signature may leave the body out, or cover it chunk by chunk.</summary>
    public bool IsBodyOptional { get; private init; }

    /// <summary>
    /// Whether the path is signed as it was sent; else it is encoded once more, without empty and relative segments.
    /// </summary>
    public bool IsPathAsSent { get; private init; }

    /// <summary>What its actions begin with in policies; null where that is the name in signatures.</summary>
    public string? ActionPrefix { get; private init; }

    /// <summary>How long a presigned request is good, whatever it says itself; null where that counts.</summary>
    public TimeSpan? PresignedLifetime { get; private init; }

    /// <summary>Whether it speaks REST with XML, of a service that there is no contract of.</summary>
    public bool SpeaksXml { get; private init; }

    /// <summary>What is peculiar to a service.</summary>
    /// <param name="signingName">The name in its credential scopes.</param>
    public static ServiceTraits Of(string signingName) => Peculiar.GetValueOrDefault(signingName, Usual);
}
