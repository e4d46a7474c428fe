using System.Xml.Linq;

namespace Estiba.Contracts.Tests;

/// <summary>The rules of docs/architecture.md that a machine can check.</summary>
public sealed class ArchitectureTests
{
    private static readonly string[] Services = ["Ecs", "Ecr", "Logs", "Compute", "Identity"];

    [Fact]
    public void A_service_references_contracts_and_state_and_nothing_else()
    {
        foreach (var service in Services) ReferencesOf(service).ShouldBeSubsetOf(["Estiba.Contracts", "Estiba.State"]);
    }

    [Fact]
    public void The_gateway_references_no_service() => ReferencesOf("Gateway").ShouldBeSubsetOf(["Estiba.Contracts", "Estiba.State"]);

    [Fact]
    public void The_agent_knows_only_the_contracts() => ReferencesOf("Agent").ShouldBe(["Estiba.Contracts"]);

    [Fact]
    public void Only_the_state_speaks_sql()
    {
        foreach (var project in Directory.GetFiles(Path.Combine(Repository.Root, "src"), "*.csproj", SearchOption.AllDirectories).Where(project => !project.EndsWith("Estiba.State.csproj", StringComparison.Ordinal)))
            File.ReadAllText(project).ShouldNotContain("Sqlite");
    }

    [Fact]
    public void Contracts_hold_facts_and_no_prose()
    {
        foreach (var contract in Directory.GetFiles(Path.Combine(Repository.Root, "contracts"), "*.json")) File.ReadAllText(contract).ShouldNotContain("documentation", Case.Insensitive, contract);
    }

    private static IEnumerable<string> ReferencesOf(string room) =>
        XDocument.Load(Path.Combine(Repository.Root, "src", "Estiba." + room, $"Estiba.{room}.csproj"))
            .Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value));
}
