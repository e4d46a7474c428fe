using System.Reflection;
using Estiba.Hosting;
using Estiba.Platforms;
using Module = Estiba.Hosting.Module;

namespace Estiba.Tests;

public sealed class ModulesTests
{
    private static readonly IReadOnlyList<Module> All = Modules.Of(
        new PlatformConfiguration { Data = DataLayout.At("/nowhere") }
    );

    [Fact]
    public void Every_service_of_the_house_has_a_module_in_the_list()
    {
        var services = Directory.GetFiles(
            Path.Combine(RepositoryRoot(), "src/Services"),
            "*.csproj",
            SearchOption.AllDirectories
        );

        services
            .Select(Path.GetFileNameWithoutExtension)
            .ShouldBeSubsetOf(All.Select(module => module.GetType().Assembly.GetName().Name));
    }

    [Fact]
    public void Every_table_of_a_service_is_among_those_of_the_platform()
    {
        var declared = All.Select(module => module.GetType().Assembly)
            .Distinct()
            .SelectMany(assembly => assembly.GetTypes())
            .SelectMany(type => type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .Where(field => field.FieldType.IsAssignableTo(typeof(State.Table)))
            .Select(field => (State.Table)field.GetValue(null)!);

        declared.ShouldBeSubsetOf(Modules.Tables);
    }

    [Fact]
    public void Every_table_knows_how_its_records_are_written()
    {
        foreach (var table in Modules.Tables)
            table.Json.Type.ShouldNotBeNull(table.Name);
    }

    [Fact]
    public void Modules_and_services_have_names_of_their_own()
    {
        All.Select(module => module.Name).ShouldBeUnique();
        All.SelectMany(module => module.Services).Select(service => service.Model.Name).ShouldBeUnique();
    }

    private static string RepositoryRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "Estiba.slnx")))
            directory = directory.Parent!;
        return directory.FullName;
    }
}
