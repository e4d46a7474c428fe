namespace Estiba.EndToEnd.Tests.Terraform;

/// <summary>The configurations below examples/terraform.</summary>
public sealed class TerraformExamples
{
    /// <summary>
    /// Those that take minutes, because AWS's provider waits 25 seconds after each change of a queue, whoever answers:
    /// they are run by hand.
    /// </summary>
    private static readonly string[] Slow = ["messaging"];

    internal static string Root { get; } = Find();

    [Fact]
    public void Every_example_has_a_class_of_tests()
    {
        var tested = typeof(TerraformTests)
            .Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(TerraformTests)))
            .Select(type => type.Name);

        var examples = Directory
            .GetDirectories(Root)
            .Select(directory => Path.GetFileName(directory)!)
            .Except(Slow, StringComparer.Ordinal);

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
