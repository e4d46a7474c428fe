using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;

namespace Estiba.Contracts.Generator;

/// <summary>Writes the list of all services that there are contracts of.</summary>
internal static class CatalogueWriter
{
    /// <summary>The name in C# of a contract's service; null for a contract without operations.</summary>
    internal static string? NameOf(string json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        if (!root.GetProperty("operations").EnumerateObject().Any())
            return null;
        return root.GetProperty("metadata").TryGetProperty("name", out var name)
            ? name.GetString()
            : Names.Pascal(root.GetProperty("service").GetString()!);
    }

    internal static string Write(IEnumerable<string> services)
    {
        var source = new Source("Estiba.Contracts");
        source.Line(
            "/// <summary>The services that there are contracts of, whether anybody implements them or not.</summary>"
        );
        source.Open("public static class ServiceCatalogue");
        source.Line("/// <summary>Their facts, by name.</summary>");
        source.Line("public static global::System.Collections.Generic.IReadOnlyList<ServiceModel> All { get; } =");
        source.Line("[");
        foreach (var service in services.OrderBy(name => name, StringComparer.Ordinal))
            source.Line($"    global::Estiba.Contracts.{service}.{service}Model.Service,");
        source.Line("];");
        return source.Close().ToString();
    }
}
