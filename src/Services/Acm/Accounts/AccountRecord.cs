using Estiba.Contracts;

namespace Estiba.Acm.Accounts;

/// <summary>What an account has set in a region.</summary>
internal sealed record AccountRecord
{
    /// <summary>How long before a certificate expires AWS begins to tell of it, unless something else is set.</summary>
    internal const int DefaultDaysBeforeExpiry = 45;

    /// <summary>The account and region it belongs to.</summary>
    public required Scope Scope { get; init; }

    /// <summary>The days.</summary>
    public required int DaysBeforeExpiry { get; init; }

    /// <summary>What it was set with, so that asking again changes nothing.</summary>
    public required string IdempotencyToken { get; init; }

    /// <summary>When it was set.</summary>
    public required DateTimeOffset SetAt { get; init; }

    /// <summary>Its key.</summary>
    public string Key => KeyOf(Scope);

    /// <summary>The key of an account's in a region.</summary>
    internal static string KeyOf(Scope scope) => scope.Key("configuration");
}
