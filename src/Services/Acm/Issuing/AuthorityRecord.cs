using Estiba.Contracts;

namespace Estiba.Acm.Issuing;

/// <summary>The platform's own certificate authority for an account in a region.</summary>
internal sealed record AuthorityRecord
{
    /// <summary>The account and region that it issues for.</summary>
    public required Scope Scope { get; init; }

    /// <summary>Its certificate, self-signed, in PEM form.</summary>
    public required string Certificate { get; init; }

    /// <summary>Its key, sealed.</summary>
    public required string PrivateKey { get; init; }

    /// <summary>Until when it is valid.</summary>
    public required DateTimeOffset NotAfter { get; init; }

    /// <summary>Its key.</summary>
    public string Key => KeyOf(Scope);

    /// <summary>The key of an account's in a region.</summary>
    internal static string KeyOf(Scope scope) => scope.Key("authority");
}
