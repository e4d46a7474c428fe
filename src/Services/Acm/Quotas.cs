namespace Estiba.Acm;

/// <summary>What an account may have in a region, and what a request ("Quotas", user guide).</summary>
internal static class Quotas
{
    /// <summary>Certificates that were requested, and as many that were imported.</summary>
    internal const int Certificates = 2500;

    /// <summary>Domain names of a requested certificate.</summary>
    internal const int DomainNames = 10;

    /// <summary>Characters of the first of them, which is the subject's common name.</summary>
    internal const int LongestFirstName = 64;

    /// <summary>How long an idempotency token is remembered.</summary>
    internal static readonly TimeSpan TokenLife = TimeSpan.FromHours(1);
}
