using Estiba.Contracts;
using Estiba.Contracts.Words;
using Estiba.ExampleService;
using Estiba.Hosting.Calls;
using Estiba.Hosting.Controllers;
using Estiba.State;
using Estiba.State.Journals;
using Microsoft.Extensions.Logging.Abstractions;

namespace Estiba.Hosting.Tests;

/// <summary>The service of docs/adding-a-service.md works as that page says.</summary>
public sealed class ExampleServiceTests
{
    private const int LongestProject = 60;

    [Fact]
    public async Task The_example_counts_the_words_of_a_text()
    {
        Module[] modules = [new WordsModule()];
        await using var store = await Store.OpenAsync(new MemoryJournal(), ModuleRunner.TablesOf(modules));
        await using var runner = await ModuleRunner.OpenAsync(modules, new ModuleHost { Store = store });
        await runner.StartAsync(new ControllerLoops(TimeProvider.System, new Random(1), NullLoggerFactory.Instance));
        var words = runner.Neighbour<IWordsApi>(CallPrincipal.Caller);
        var question = new CountRequest { Text = "stowage of containers aboard a ship" };

        var first = await words.CountAsync(question, Samples.Caller);
        await runner.WhenIdleAsync();
        var second = await words.CountAsync(question, Samples.Caller);

        (first.Words, second.Words).ShouldBe((null, 6));
    }

    [Fact]
    public void What_the_example_implements_is_read_from_its_declaration()
    {
        var coverage = new WordsModule().Services.Single().Coverage();

        (coverage.Service, coverage.Missing.Count).ShouldBe(("Words", 0));
        coverage.Implemented.ShouldBe(["Count"]);
    }

    [Fact]
    public void A_service_is_a_project_of_less_than_sixty_lines() =>
        (Lines("WordsModule.cs") + Lines("Estiba.ExampleService.csproj")).ShouldBeLessThan(LongestProject);

    [Theory]
    [InlineData("WordsModule.cs")]
    [InlineData("Estiba.ExampleService.csproj")]
    [InlineData("words.json")]
    public void The_page_shows_the_very_project(string file) =>
        File.ReadAllText(Path.Combine(Root, "docs/adding-a-service.md")).ShouldContain(Text(file));

    private static int Lines(string file) => Text(file).AsSpan().Count('\n');

    private static string Text(string file) =>
        File.ReadAllText(Path.Combine(Root, "tests/Estiba.ExampleService", file));

    private static string Root
    {
        get
        {
            var directory = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(directory.FullName, "Estiba.slnx")))
                directory = directory.Parent!;
            return directory.FullName;
        }
    }
}
