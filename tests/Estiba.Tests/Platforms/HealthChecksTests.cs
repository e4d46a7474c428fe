using Estiba.Engines;
using Estiba.Engines.Docker;
using Estiba.Files;
using Estiba.Hosting.Health;
using Estiba.Platforms;
using Estiba.State;
using Estiba.State.Journals;

namespace Estiba.Tests.Platforms;

public sealed class HealthChecksTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("estiba-health-").FullName;

    private DataLayout Data => DataLayout.At(_root);

    [Fact]
    public async Task A_directory_that_can_be_written_is_well_and_stays_as_it_was()
    {
        (await Look(HealthChecks.Directory("logs", _root))).ShouldBe(HealthResult.Ok);
        Directory.EnumerateFileSystemEntries(_root).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("/proc/estiba")] // nobody can make a file there, root neither
    [InlineData("/none")]
    public async Task A_directory_that_cannot_be_written_has_failed_and_is_not_named(string path)
    {
        var result = await Look(HealthChecks.Directory("logs", path));

        result.Status.ShouldBe(HealthStatus.Failed);
        result.Reason!.ShouldStartWith("Its directory cannot be written: ");
    }

    [Fact]
    public async Task The_folders_are_checked_that_modules_have_made()
    {
        await using var store = await Store.OpenAsync(
            new MemoryJournal(),
            [],
            cancellation: TestContext.Current.CancellationToken
        );
        string[] folders = [.. Modules.Files.Where(files => !files.IsPassing).Select(files => files.Folder)];
        folders.Length.ShouldBeGreaterThan(3);
        foreach (var folder in folders[1..])
            Directory.CreateDirectory(Data.In(folder));

        HealthChecks
            .Of(store, Data, new Damage())
            .Select(check => check.Name)
            .ShouldBe(["store", .. folders[1..], "disk", "data"]);
    }

    [Theory]
    [InlineData(100L << 30, 1000L << 30, HealthStatus.Ok)]
    [InlineData(1023L << 20, 1000L << 30, HealthStatus.Degraded)]
    [InlineData(60L << 20, 512L << 20, HealthStatus.Ok)]
    [InlineData(50L << 20, 512L << 20, HealthStatus.Degraded)]
    public void A_disk_with_little_room_is_degraded(long free, long total, HealthStatus status) =>
        HealthChecks.Disk(free, total).Status.ShouldBe(status);

    [Fact]
    public async Task An_engine_that_is_away_is_degraded_and_one_that_comes_later_is_no_trouble()
    {
        await using var engine = new DockerEngine("/none/docker.sock");

        (await Look(HealthChecks.Engine(() => engine))).Status.ShouldBe(HealthStatus.Degraded);
        (await Look(HealthChecks.Engine(() => null))).ShouldBe(HealthResult.Ok);
    }

    [Fact]
    public async Task A_store_that_cannot_be_written_has_failed()
    {
        await using var store = await Store.OpenAsync(
            new FullJournal(),
            [],
            cancellation: TestContext.Current.CancellationToken
        );

        var result = await Look(HealthChecks.Of(store, Data, new Damage()).Single(check => check.Name == "store"));

        result.ShouldBe(HealthResult.Failed("The state cannot be written: database or disk is full"));
    }

    [Fact]
    public async Task What_was_found_damaged_is_told_by_its_number()
    {
        await using var store = await Store.OpenAsync(
            new MemoryJournal(),
            [],
            cancellation: TestContext.Current.CancellationToken
        );
        var damage = new Damage();
        var check = HealthChecks.Of(store, Data, damage).Single(check => check.Name == "data");
        (await Look(check)).ShouldBe(HealthResult.Ok);

        damage.Report("logs/1.segment 4096", "A block is damaged.");

        (await Look(check)).ShouldBe(
            HealthResult.Degraded("1 parts of the data directory are damaged or missing: 'estiba verify' says which.")
        );
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private static Task<HealthResult> Look(HealthCheck check) => check.RunAsync(TestContext.Current.CancellationToken);

    private sealed class FullJournal : IJournal
    {
        public bool IsImmediate => true;

        public (long Revision, long LastRowId) Load(Action<JournalRow> row) => (0, 0);

        public void Write(JournalBatch batch) =>
            throw new JournalException("The change was not kept.", new IOException("database or disk is full"));

        public void Dispose() { }
    }
}
