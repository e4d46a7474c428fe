namespace Estiba.Console.Pages.Namespaces;

/// <summary>The namespaces of Cloud Map and their services.</summary>
/// <param name="Namespaces">The namespaces.</param>
/// <param name="Services">The services.</param>
public sealed record NamespacesView(
    IReadOnlyList<CloudMap.NamespaceSummary> Namespaces,
    IReadOnlyList<CloudMap.ServiceSummary> Services
);
