using System.Collections.Frozen;
using Estiba.Ecr.Repositories;
using Estiba.State;

namespace Estiba.Ecr.Settings;

/// <summary>The account settings that ECR has: their values, and what they are when nobody has put one.</summary>
/// <remarks>GetAccountSetting and PutAccountSetting, Amazon ECR API reference.</remarks>
internal static class AccountSettings
{
    public const string BlobMounting = "BLOB_MOUNTING";

    private const string Enabled = "ENABLED";

    // The first value is the default. Mounting is on where ECR has it off: there is no account here that must be asked
    // first.
    private static readonly FrozenDictionary<string, string[]> Known = new Dictionary<string, string[]>
    {
        ["BASIC_SCAN_TYPE_VERSION"] = ["AWS_NATIVE", "CLAIR"],
        ["REGISTRY_POLICY_SCOPE"] = ["V2", "V1"],
        [BlobMounting] = [Enabled, "DISABLED"],
    }.ToFrozenDictionary();

    /// <summary>The values that a setting may have; null if there is no such setting.</summary>
    public static IReadOnlyList<string>? ValuesOf(string name) => Known.GetValueOrDefault(name);

    public static string ValueOf(RegistryRecord? registry, string name) =>
        registry?.AccountSettings.GetValueOrDefault(name) ?? Known[name][0];

    public static bool AllowsMounting(View view, RepositoryId repository) =>
        ValueOf(
            view.Find(EcrTables.Registries, EcrTables.RegistryKey(new Scope(repository.AccountId, repository.Region))),
            BlobMounting
        ) == Enabled;
}
