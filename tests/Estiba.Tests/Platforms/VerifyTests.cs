using Estiba.Files;
using Estiba.Verification;
using Microsoft.Data.Sqlite;

namespace Estiba.Tests.Platforms;

/// <summary><c>estiba verify</c>, with a fault in every kind of file.</summary>
public sealed class VerifyTests
{
    [Fact]
    public async Task A_sound_directory_is_sound_beside_its_platform_and_without_it()
    {
        using var world = await DataWorld.UsedAsync();
        await using (await world.StartAsync())
        {
            var beside = await DataWorld.CommandAsync("verify", "--data", world.Root);
            beside.Output.ShouldContain($"is sound, while process {Environment.ProcessId} works with it");
            beside.ExitCode.ShouldBe(0);
        }

        var (exitCode, output, error) = await DataWorld.CommandAsync("verify", "--data", world.Root);
        output.ShouldContain($"{world.Root} is sound.");
        error.ShouldBeEmpty();
        exitCode.ShouldBe(0);
        await using (await world.StartAsync()) { }
    }

    [Theory]
    [InlineData("registry")]
    [InlineData("registry/blobs")]
    [InlineData("logs")]
    [InlineData("metrics")]
    public async Task What_a_killed_health_check_has_left_is_nothing_to_note(string directory)
    {
        using var world = await DataWorld.UsedAsync();
        await File.WriteAllBytesAsync(
            world.File($"{directory}/.estiba-probe"),
            new byte[512],
            TestContext.Current.CancellationToken
        );
        File.SetUnixFileMode(world.File($"{directory}/.estiba-probe"), UnixFileMode.UserRead | UnixFileMode.UserWrite);

        var (exitCode, output, _) = await DataWorld.CommandAsync("verify", "--data", world.Root);

        output.ShouldNotContain("note: ");
        exitCode.ShouldBe(0);
    }

    [Fact]
    public async Task A_directory_of_the_first_version_is_sound()
    {
        using var world = DataWorld.OfTheFirstVersion();
        var (exitCode, output, _) = await DataWorld.CommandAsync("verify", "--data", world.Root);
        output.ShouldContain("is sound");
        exitCode.ShouldBe(0);
    }

    [Theory]
    [InlineData("state.db", -1)]
    [InlineData("state.db", 100)]
    [InlineData("platform.json", 0)]
    [InlineData("credentials", 2)]
    [InlineData("logs/journal/*.journal", 40)]
    [InlineData("logs/groups/*.segment", 300)]
    [InlineData("logs/catalog", 5)]
    [InlineData("registry/blobs/*", 10)]
    [InlineData("agents/*agent.json", 0)]
    [InlineData("settings.json", 20)]
    [InlineData("secret.key", 10)]
    [InlineData("state.db.revision", 5)]
    public async Task A_flipped_bit_is_found(string pattern, long at)
    {
        using var world = await DataWorld.UsedAsync();
        var file = Find(world, pattern);
        DataWorld.Flip(file, at < 0 ? RowOfTheGroup(file) : at);

        var (exitCode, output, _) = await DataWorld.CommandAsync("verify", "--data", world.Root);

        output.ShouldContain("fault: ");
        output.ShouldContain(pattern == "logs/catalog" ? "catalog" : Path.GetFileName(file));
        output.ShouldNotContain("   at Estiba");
        exitCode.ShouldBe(1);
    }

    [Theory]
    [InlineData("state.db")]
    [InlineData("platform.json")]
    [InlineData("credentials")]
    [InlineData("logs/journal/*.journal")]
    [InlineData("logs/groups/*.segment")]
    [InlineData("logs/catalog")]
    [InlineData("registry/blobs/*")]
    public async Task A_missing_file_is_found(string pattern)
    {
        using var world = await DataWorld.UsedAsync();
        var file = Find(world, pattern);
        File.Delete(file);

        var (exitCode, output, _) = await DataWorld.CommandAsync("verify", "--data", world.Root);

        output.ShouldContain("missing");
        output.ShouldContain(Path.GetFileName(file));
        exitCode.ShouldBe(1);
    }

    [Theory]
    [InlineData("logs")]
    [InlineData("metrics")]
    [InlineData("registry")]
    [InlineData("agents")]
    public async Task A_missing_directory_is_found(string name)
    {
        using var world = await DataWorld.UsedAsync();
        Directory.Delete(world.File(name), recursive: true);

        var (exitCode, output, _) = await DataWorld.CommandAsync("verify", "--data", world.Root);

        output.ShouldContain($"{name} is missing");
        exitCode.ShouldBe(1);
    }

    [Fact]
    public async Task What_a_running_platform_takes_away_while_it_is_looked_at_is_no_fault()
    {
        using var world = await DataWorld.UsedAsync();
        var (seen, findings) = (0, new List<Finding>());

        await DataCheck.RunAsync(
            world.Layout,
            findings.Add,
            path =>
            {
                if (!path.StartsWith(world.Layout.Agents, StringComparison.Ordinal))
                    return;
                seen++;
                if (Path.GetDirectoryName(path) is { } agent && Directory.Exists(agent))
                    Directory.Delete(agent, recursive: true);
            },
            TestContext.Current.CancellationToken
        );

        seen.ShouldBeGreaterThan(0);
        findings.Where(finding => !finding.IsNote).ShouldBeEmpty();
    }

    [Fact]
    public async Task Where_there_is_nothing_to_check_that_is_said()
    {
        var (exitCode, _, error) = await DataWorld.CommandAsync("verify", "--data", "/nowhere");
        error.ShouldContain("there is no directory /nowhere");
        exitCode.ShouldBe(1);
    }

    private static string Find(DataWorld world, string pattern)
    {
        if (!pattern.Contains('*', StringComparison.Ordinal))
            return world.File(pattern);
        return Directory
            .GetFiles(
                world.File(Path.GetDirectoryName(pattern)!),
                Path.GetFileName(pattern),
                SearchOption.AllDirectories
            )
            .Order(StringComparer.Ordinal)
            .First();
    }

    /// <summary>Somewhere in the name of the log group, in its row.</summary>
    private static long RowOfTheGroup(string file)
    {
        // What a row was before may still lie between the pages' rows, where a flipped bit does no harm.
        using (var database = new SqliteConnection($"Data Source={file};Pooling=False"))
        {
            database.Open();
            using var vacuum = database.CreateCommand();
            vacuum.CommandText = "VACUUM; PRAGMA wal_checkpoint(TRUNCATE)";
            vacuum.ExecuteNonQuery();
        }

        var at = File.ReadAllBytes(file).AsSpan().LastIndexOf("\"creationTime\":1"u8);
        at.ShouldBeGreaterThan(0);
        return at + "\"creationTime\":".Length + 3;
    }
}
