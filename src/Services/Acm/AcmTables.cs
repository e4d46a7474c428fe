using System.Text.Json.Serialization;
using Estiba.Acm.Accounts;
using Estiba.Acm.Certificates;
using Estiba.Acm.Issuing;
using Estiba.State;

namespace Estiba.Acm;

/// <summary>The state of this service.</summary>
public static class AcmTables
{
    /// <summary>Requested certificates by the token that they were requested with.</summary>
    internal static readonly Index<CertificateRecord> CertificatesByToken = new("token", record =>
        record.IdempotencyToken is { } token ? record.Scope.Key(token) : null
    );

    internal static readonly Table<CertificateRecord> Certificates = new(
        "acm.certificates",
        record => record.Key,
        AcmJson.Default,
        CertificatesByToken
    );

    internal static readonly Table<AuthorityRecord> Authorities = new(
        "acm.authorities",
        record => record.Key,
        AcmJson.Default
    );

    internal static readonly Table<AccountRecord> Accounts = new("acm.accounts", record => record.Key, AcmJson.Default);

    /// <summary>All of them, to open the store with.</summary>
    public static IReadOnlyList<Table> All { get; } = [Certificates, Authorities, Accounts];
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    IgnoreReadOnlyProperties = true
)]
[JsonSerializable(typeof(CertificateRecord))]
[JsonSerializable(typeof(AuthorityRecord))]
[JsonSerializable(typeof(AccountRecord))]
internal sealed partial class AcmJson : JsonSerializerContext;
