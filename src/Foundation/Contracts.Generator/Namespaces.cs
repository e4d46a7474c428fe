using System.Text.Json;

namespace Estiba.Contracts.Generator;

/// <summary>XML namespaces, which descriptions give as an address alone or with a prefix.</summary>
internal static class Namespaces
{
    internal static string? Of(JsonElement fact) =>
        fact.ValueKind == JsonValueKind.String ? fact.GetString()
        : fact.TryGetProperty("uri", out var uri) ? uri.GetString()
        : null;

    internal static string? PrefixOf(JsonElement fact) =>
        fact.ValueKind == JsonValueKind.Object && fact.TryGetProperty("prefix", out var prefix)
            ? prefix.GetString()
            : null;
}
