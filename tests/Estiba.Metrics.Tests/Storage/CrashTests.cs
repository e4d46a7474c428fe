using System.Diagnostics;
using System.Globalization;

namespace Estiba.Metrics.Tests.Storage;

public sealed class CrashTests
{
    private const string ChildDirectory = "ESTIBA_METRICS_CRASH_DIRECTORY";

    [Fact]
    public async Task A_journal_torn_at_any_byte_keeps_all_that_was_acknowledged_and_takes_more()
    {
        await using var world = await StorageWorld.OpenAsync();
        var ends = new List<long>();
        for (var i = 0; i < 6; i++)
        {
            await world.PutAsync("m", 1 << i);
            ends.Add(new FileInfo(world.Journals()[0]).Length);
        }

        using var copies = new TemporaryDirectory();
        var journal = Path.GetFileName(world.Journals()[0]);
        for (var length = 0L; length <= ends[^1]; length++)
        {
            var copy = copies.Next($"{length}");
            TemporaryDirectory.Copy(world.Options.Directory, copy);
            await using (var file = new FileStream(Path.Combine(copy, "journal", journal), FileMode.Open))
                file.SetLength(length);

            await using var torn = await StorageWorld.OpenAsync(copy);
            await torn.PutAsync("m", 1000);
            var whole = ends.Count(end => end <= length);
            torn.Total("m").ShouldBe((1 << whole) - 1 + 1000, $"cut at {length}");
            await torn.ReopenAsync();
            torn.Total("m").ShouldBe((1 << whole) - 1 + 1000, $"cut at {length}, and opened again");
        }
    }

    [Fact]
    public async Task A_copy_of_any_moment_and_all_copies_together_double_nothing()
    {
        await using var world = await StorageWorld.OpenAsync();
        using var copies = new TemporaryDirectory();
        var total = 0;
        for (var i = 0; i < 30; i++)
        {
            await world.PutAsync("m", i);
            await world.PutAsync("n", i, after: -86_400 * (i % 3), isHighResolution: true);
            total += i;
            if (i % 2 == 0)
                TemporaryDirectory.Copy(world.Options.Directory, copies.Next("all"));
            await world.Store.FlushAsync();
            TemporaryDirectory.Copy(world.Options.Directory, copies.Next("all"));
        }

        File.Copy(world.Options.SeriesFile, copies.Next("all/series"), overwrite: true);
        await using var crashed = await StorageWorld.OpenAsync(copies.Next("all"), world.Time);
        for (var round = 0; round < 2; round++)
        {
            crashed.Total("m").ShouldBe(total);
            crashed.Total("n").ShouldBe(total);
            await crashed.Store.FlushAsync();
        }

        crashed.Blocks("minutes").Length.ShouldBeLessThan(15);
    }

    [Fact]
    public async Task A_crash_between_coarser_blocks_and_the_end_of_the_finer_doubles_nothing()
    {
        await using var world = await StorageWorld.OpenAsync();
        using var copies = new TemporaryDirectory();
        await world.PutAsync("m", 5);
        await world.PutAsync("m", 6, after: 60);
        await world.Store.FlushAsync();
        TemporaryDirectory.Copy(world.Options.Directory, copies.Next("both"));
        world.Time.Advance(TimeSpan.FromDays(17));
        await world.Store.CleanAsync();
        world.Blocks("minutes").ShouldBeEmpty();
        TemporaryDirectory.Copy(world.Options.Directory, copies.Next("both"));

        await using var crashed = await StorageWorld.OpenAsync(copies.Next("both"), world.Time);
        crashed.Total("m", period: 300).ShouldBe(11);
        crashed.Blocks("minutes").ShouldBeEmpty();
    }

    [Fact]
    public async Task Series_whose_journal_could_not_be_written_are_forgotten()
    {
        await using var world = await StorageWorld.OpenAsync();
        Directory.Delete(world.Options.JournalDirectory, recursive: true);
        await Should.ThrowAsync<IOException>(() => world.PutAsync("m", 1));
        world.Store.SeriesCount.ShouldBe(0);

        Directory.CreateDirectory(world.Options.JournalDirectory);
        await world.PutAsync("m", 2);
        await world.ReopenAsync();
        world.Total("m").ShouldBe(2);
    }

    [Fact]
    public async Task A_process_that_is_killed_loses_nothing_that_it_acknowledged()
    {
        using var directory = new TemporaryDirectory();
        var acknowledged = 0;
        for (var round = 0; round < 2; round++)
        {
            using var child = Start(directory.Path);
            string? line;
            while ((line = await child.StandardOutput.ReadLineAsync()) is not null)
            {
                if (!line.StartsWith("acknowledged ", StringComparison.Ordinal))
                    continue;
                acknowledged = int.Parse(line.AsSpan("acknowledged ".Length), CultureInfo.InvariantCulture);
                if (acknowledged >= 700 * (round + 1))
                    break;
            }

            child.Kill();
            while ((line = await child.StandardOutput.ReadLineAsync()) is not null)
            {
                if (
                    line.StartsWith("acknowledged ", StringComparison.Ordinal)
                    && int.TryParse(line.AsSpan("acknowledged ".Length), out var more)
                )
                    acknowledged = Math.Max(acknowledged, more);
            }

            await child.WaitForExitAsync();
            await using var world = await StorageWorld.OpenAsync(directory.Path);
            var found = Enumerable.Range(0, 5).Sum(i => (int)world.Read($"m{i}", "SampleCount", 60).Sum(p => p.Value));
            found.ShouldBeInRange(acknowledged, acknowledged + 8);
            acknowledged = found;
        }
    }

    /// <summary>
    /// Puts until it is killed, when it runs as the child of the test above; otherwise there is nothing to do.
    /// </summary>
    [Fact]
    public async Task The_child_puts_until_it_is_killed()
    {
        if (Environment.GetEnvironmentVariable(ChildDirectory) is not { } directory)
            return;

        await using var output = new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true };
        await using var world = await StorageWorld.OpenAsync(directory);
        var written = Enumerable.Range(0, 5).Sum(i => (int)world.Read($"m{i}", "SampleCount", 60).Sum(p => p.Value));
        while (true)
        {
            await Task.WhenAll(Enumerable.Range(0, 8).Select(i => world.PutAsync($"m{i % 5}", i, after: -60 * i)));
            written += 8;
            await output.WriteLineAsync($"acknowledged {written}");
        }
    }

    private static Process Start(string directory)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["DOTNET_EnableDiagnostics"] = "0" }, // whose files in /tmp a kill would leave
        };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
            start.ArgumentList.Add(typeof(CrashTests).Assembly.Location);
        start.ArgumentList.Add("-method");
        start.ArgumentList.Add($"{typeof(CrashTests).FullName}.{nameof(The_child_puts_until_it_is_killed)}");
        start.Environment[ChildDirectory] = directory;
        return Process.Start(start)!;
    }
}
