using System.Xml.Linq;
using Estiba.Contracts.Protocols;

namespace Estiba.Contracts.Tests;

/// <summary>The rules of docs/architecture.md that a machine can check.</summary>
public sealed class ArchitectureTests
{
    /// <summary>
    /// The folders of src, from the bottom to the top. Those of one line stand beside each other and do not know each
    /// other; all services do, whatever they are called.
    /// </summary>
    private static readonly string[][] Layers =
    [
        ["Foundation/Contracts.Generator"],
        ["Foundation/Contracts", "Foundation/Files", "Foundation/Listeners", "Foundation/Dns"],
        ["Foundation/State"],
        ["Hosts/Engines"],
        ["Foundation/Hosting"],
        [
            .. Directory.GetDirectories(Path.Combine(Source, "Services")).Select(NameOf),
            "Hosts/Agent",
            "Gateway",
            "Console",
        ],
        ["Estiba"],
    ];

    /// <summary>
    /// The folders of a project, from the bottom to the top, where their order is decided. What is in a folder of a
    /// folder belongs to the latter; files beside the project's own are above all folders.
    /// </summary>
    private static readonly Dictionary<string, string[]> FolderOrders = new()
    {
        ["Services/Ecs"] =
        [
            "Tagging",
            "Accounts",
            "CapacityProviders",
            "Clusters",
            "Idempotency",
            "ContainerInstances",
            "Attributes",
            "Queries",
            "TaskDefinitions",
            "ServiceConnect",
            "Tasks",
            "Placement",
            "Services",
            "LoadBalancers",
            "ServiceRegistries",
            "Scheduling",
            "ClusterAutoScaling",
            "Metrics",
            "Agents",
        ],
    };

    /// <summary>The projects of which some folders still import each other; no others may.</summary>
    private static readonly string[] ProjectsWithoutAnOrder =
    [
        "Estiba",
        "Foundation/Contracts",
        "Hosts/Agent",
        "Services/Compute",
        "Services/Ecr",
        "Services/Identity",
    ];

    [Fact]
    public void Every_project_of_the_house_has_its_place() =>
        Projects.Select(FolderOf).ShouldBe(Layers.SelectMany(layer => layer), ignoreOrder: true);

    [Fact]
    public void Every_project_is_in_the_solution() =>
        XDocument
            .Load(Path.Combine(Repository.Root, "Estiba.slnx"))
            .Descendants("Project")
            .Select(project => project.Attribute("Path")!.Value)
            .ShouldBe(
                new[] { "src", "tests", "benchmarks", "tools" }
                    .SelectMany(folder =>
                        Directory.GetFiles(
                            Path.Combine(Repository.Root, folder),
                            "*.csproj",
                            SearchOption.AllDirectories
                        )
                    )
                    .Select(path => Path.GetRelativePath(Repository.Root, path)),
                ignoreOrder: true
            );

    [Fact]
    public void A_project_references_only_what_is_below_it()
    {
        foreach (var project in Projects)
        {
            var allowed = Layers
                .TakeWhile(layer => !layer.Contains(FolderOf(project)))
                .SelectMany(layer => layer)
                .ToList();
            ReferencesOf(project).ShouldBeSubsetOf(allowed, FolderOf(project));
        }
    }

    [Fact]
    public void A_folder_imports_only_folders_below_it()
    {
        foreach (var (project, order) in FolderOrders)
        {
            var imports = FolderImports.Of(Path.Combine(Source, project));
            imports.Folders.ShouldBe(order, ignoreOrder: true, project);
            imports.All.ShouldNotBeEmpty(project);
            foreach (var import in imports.All)
                Array
                    .IndexOf(order, import.Imported)
                    .ShouldBeLessThan(Array.IndexOf(order, import.Folder), $"{project}: {import}");
        }
    }

    [Fact]
    public void Folders_do_not_import_each_other()
    {
        foreach (var project in Projects.Select(FolderOf).Except(ProjectsWithoutAnOrder))
            FolderImports.Of(Path.Combine(Source, project)).Circle().ShouldBeEmpty(project);
    }

    [Fact]
    public void A_project_that_has_got_an_order_keeps_it()
    {
        foreach (var project in ProjectsWithoutAnOrder)
            FolderImports.Of(Path.Combine(Source, project)).Circle().ShouldNotBeEmpty($"{project} has an order now");
    }

    [Fact]
    public void A_namespace_of_ECS_is_its_folder() =>
        FolderImports.Misplaced(Path.Combine(Source, "Services/Ecs")).ShouldBeEmpty();

    [Fact]
    public void The_agent_knows_only_the_contracts_files_listeners_and_engines() =>
        ReferencesOf(Path.Combine(Source, "Hosts/Agent/Estiba.Agent.csproj"))
            .ShouldBe(
                ["Foundation/Contracts", "Foundation/Files", "Foundation/Listeners", "Hosts/Engines"],
                ignoreOrder: true
            );

    [Fact]
    public void The_console_knows_only_the_contracts() =>
        ReferencesOf(Path.Combine(Source, "Console/Estiba.Console.csproj")).ShouldBe(["Foundation/Contracts"]);

    /// <summary>It is a program of its own: the platform is compiled ahead of time, which Blazor cannot be.</summary>
    [Fact]
    public void Nothing_of_the_house_knows_the_console()
    {
        foreach (var project in Projects)
            ReferencesOf(project).ShouldNotContain("Console", FolderOf(project));
    }

    [Fact]
    public void Only_the_state_speaks_sql()
    {
        foreach (var project in Projects.Where(project => FolderOf(project) != "Foundation/State"))
            File.ReadAllText(project).ShouldNotContain("Sqlite");
    }

    /// <summary>
    /// What is peculiar to a service is in its contract, or where a signature's name alone must tell it, in one table.
    /// </summary>
    [Fact]
    public void Neutral_code_names_no_service()
    {
        string[] tables = ["ServiceTraits.cs", "Arn.cs"];
        var protocols = Protocol.All.Select(protocol => protocol.Name).ToHashSet();
        var names = ServiceCatalogue
            .All.SelectMany(service => new[] { service.Name, service.SigningName })
            .Concat(["s3express", "cloudfront", "kms"])
            .Where(name => !protocols.Contains(name))
            .Select(name => $"\"{name}\"")
            .ToHashSet();

        foreach (var folder in new[] { "Foundation/Contracts", "Foundation/Contracts.Generator", "Gateway" })
        foreach (var file in Directory.GetFiles(Path.Combine(Source, folder), "*.cs", SearchOption.AllDirectories))
        {
            if (file.Contains("/obj/", StringComparison.Ordinal) || tables.Contains(Path.GetFileName(file)))
                continue;
            var text = File.ReadAllText(file);
            names.Where(name => text.Contains(name, StringComparison.Ordinal)).ShouldBeEmpty(file);
        }
    }

    [Fact]
    public void Contracts_hold_facts_and_no_prose()
    {
        foreach (var contract in Directory.GetFiles(Path.Combine(Repository.Root, "contracts"), "*.json"))
            File.ReadAllText(contract).ShouldNotContain("\"documentation\":", Case.Insensitive, contract);
    }

    private static string Source => Path.Combine(Repository.Root, "src");

    private static string[] Projects => Directory.GetFiles(Source, "*.csproj", SearchOption.AllDirectories);

    private static string FolderOf(string project) => NameOf(Path.GetDirectoryName(project)!);

    private static string NameOf(string folder) => Path.GetRelativePath(Source, folder).Replace('\\', '/');

    private static IEnumerable<string> ReferencesOf(string project) =>
        XDocument
            .Load(project)
            .Descendants("ProjectReference")
            .Select(reference =>
                FolderOf(
                    Path.GetFullPath(
                        Path.Combine(Path.GetDirectoryName(project)!, reference.Attribute("Include")!.Value)
                    )
                )
            );
}
