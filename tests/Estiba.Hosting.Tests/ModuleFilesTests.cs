namespace Estiba.Hosting.Tests;

public sealed class ModuleFilesTests
{
    [Fact]
    public void A_folder_is_backed_up_and_missed_as_it_is()
    {
        var files = new ModuleFiles("things");

        files.PathsInBackup.ShouldBe(["things"]);
        files.LastingPaths.ShouldBe(["things"]);
    }

    [Fact]
    public void Parts_of_a_folder_are_backed_up_in_their_order_and_its_catalog_is_missed_and_not_backed_up()
    {
        var files = new ModuleFiles("things")
        {
            BackedUp = ["journal", "blocks"],
            Lasting = ["journal"],
            Catalog = "catalog",
        };

        files.PathsInBackup.ShouldBe(["things/journal", "things/blocks"]);
        files.LastingPaths.ShouldBe(["things", "things/journal", "things/catalog"]);
    }

    [Fact]
    public void What_is_somebody_elses_is_backed_up_and_not_missed()
    {
        var files = new ModuleFiles("theirs") { IsPassing = true };

        files.PathsInBackup.ShouldBe(["theirs"]);
        files.LastingPaths.ShouldBeEmpty();
    }
}
