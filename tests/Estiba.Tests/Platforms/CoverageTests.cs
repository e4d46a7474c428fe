using Estiba.CommandLine;
using Estiba.Hosting;

namespace Estiba.Tests.Platforms;

public sealed class CoverageTests
{
    [Fact]
    public void An_operation_with_a_method_of_its_own_is_implemented() =>
        Coverage.Of<IExampleApi, ExampleApi>("example").Implemented.ShouldBe(["Answer"]);

    [Fact]
    public void An_operation_left_to_the_contracts_default_is_missing() =>
        Coverage.Of<IExampleApi, ExampleApi>("example").Missing.ShouldBe(["Refuse"]);

    [Fact]
    public async Task The_compatibility_page_is_up_to_date()
    {
        var page = await File.ReadAllTextAsync(
            Path.Combine(ProjectRoot(), CompatibilityPage.Path),
            TestContext.Current.CancellationToken
        );
        page.ShouldBe(
            CompatibilityPage.Render(Modules.Coverage()),
            "bring it up to date with: ./estiba coverage --write"
        );
    }

    private static string ProjectRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "Estiba.slnx")))
            directory = directory.Parent!;
        return directory.FullName;
    }

    private interface IExampleApi
    {
        Task AnswerAsync() => throw new NotSupportedException();

        Task RefuseAsync() => throw new NotSupportedException();
    }

    private sealed class ExampleApi : IExampleApi
    {
        public Task AnswerAsync() => Task.CompletedTask;
    }
}
