namespace Estiba.EndToEnd.Tests.Terraform;

/// <summary>The configurations below examples/terraform.</summary>
public sealed class TerraformExamples
{
    internal static string Root { get; } = Find();

    [Fact]
    public void Every_example_has_a_class_of_tests()
    {
        var tested = typeof(TerraformTests)
            .Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(TerraformTests)))
            .Select(type => type.Name);

        var examples = Directory.GetDirectories(Root).Select(directory => Path.GetFileName(directory)!);

        tested.ShouldBe(
            examples.Select(name => $"Terraform{char.ToUpperInvariant(name[0])}{name[1..]}Tests"),
            ignoreOrder: true
        );
    }

    private static string Find()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "Estiba.slnx")))
            directory = directory.Parent!;
        return Path.Combine(directory.FullName, "examples", "terraform");
    }
}
