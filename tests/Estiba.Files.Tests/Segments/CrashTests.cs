using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Testing;

namespace Estiba.Files.Tests.Segments;

public sealed class CrashTests
{
    private const string ChildDirectory = "ESTIBA_FILES_CRASH_DIRECTORY";

    private static readonly StreamKey Key = new(1, 10);

    [Fact]
    public async Task A_journal_torn_at_any_byte_keeps_every_whole_batch_and_takes_more()
    {
        await using var world = await StoreWorld.OpenAsync();
        var ends = new List<long>();
        for (var i = 0; i < 6; i++)
        {
            await world.AppendAsync(Key, i, $"{i}");
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

            await using var torn = await StoreWorld.OpenAsync(copy);
            await torn.AppendAsync(Key, 100, "after");
            var whole = ends.Count(end => end <= length);
            torn.Messages(StoreWorld.Stream(Key))
                .ShouldBe([.. Enumerable.Range(0, whole).Select(i => $"{i}"), "after"], $"cut at {length}");
        }
    }

    [Fact]
    public async Task Rubbish_behind_the_last_batch_is_cut_off()
    {
        await using var world = await StoreWorld.OpenAsync();
        await world.AppendAsync(Key, 1, "a");
        using var copies = new TemporaryDirectory();
        foreach (
            var rubbish in (byte[][])
                [
                    [0],
                    new byte[500],
                    [.. Enumerable.Repeat((byte)255, 500)],
                    [60, 0, 0, 0, 1, 2, 3, 4, .. new byte[60]],
                ]
        )
        {
            var copy = copies.Next(Guid.NewGuid().ToString());
            TemporaryDirectory.Copy(world.Options.Directory, copy);
            await File.AppendAllBytesAsync(
                Path.Combine(copy, "journal", Path.GetFileName(world.Journals()[0])),
                rubbish
            );

            await using var torn = await StoreWorld.OpenAsync(copy);
            await torn.AppendAsync(Key, 2, "b");
            await torn.ReopenAsync();
            torn.Messages(StoreWorld.Stream(Key)).ShouldBe(["a", "b"]);
        }
    }

    [Fact]
    public async Task What_is_cut_off_a_journal_is_told()
    {
        await using var world = await StoreWorld.OpenAsync();
        await world.AppendAsync(Key, 1, "a");
        using var copies = new TemporaryDirectory();
        var copy = copies.Next("torn");
        TemporaryDirectory.Copy(world.Options.Directory, copy);
        var journal = Path.Combine(copy, "journal", Path.GetFileName(world.Journals()[0]));
        await File.AppendAllBytesAsync(journal, [60, 0, 0, 0, 1, 2, 3, 4]);
        var log = new FakeLogger();

        await using (await SegmentStore.OpenAsync(world.Options with { Directory = copy }, world, world.Time, log))
            log.Collector.GetSnapshot()
                .ShouldHaveSingleItem()
                .Message.ShouldStartWith(
                    $"8 bytes at the end of the text journal {journal} were cut off, an unfinished write that nobody "
                        + "was told had succeeded; they are kept in "
                );
    }

    [Fact]
    public async Task A_crash_between_a_segment_and_the_end_of_its_journal_doubles_nothing()
    {
        await using var world = await StoreWorld.OpenAsync();
        for (var i = 0; i < 50; i++)
            await world.AppendAsync(new StreamKey(1 + i % 3, 10), i, $"{i}");
        using var copies = new TemporaryDirectory();
        TemporaryDirectory.Copy(world.Options.Directory, copies.Next("both"));
        await world.Store.FlushAsync();
        TemporaryDirectory.Copy(world.Options.Directory, copies.Next("both"));
        Directory.Delete(Directory.GetDirectories(copies.Next("both/groups"))[0], recursive: true);

        await using var crashed = await StoreWorld.OpenAsync(copies.Next("both"));
        for (var round = 0; round < 2; round++)
        {
            for (var group = 1; group <= 3; group++)
                crashed.Messages(new RecordQuery { Group = group }).Count.ShouldBe(group == 3 ? 16 : 17);
            await crashed.Store.FlushAsync();
        }
    }

    [Fact]
    public async Task A_crash_between_a_merge_and_the_end_of_what_it_merged_doubles_nothing()
    {
        await using var world = await StoreWorld.OpenAsync();
        using var copies = new TemporaryDirectory();
        for (var i = 0; i < 12; i++)
        {
            await world.AppendAsync(Key, i, $"{i}");
            await world.Store.FlushAsync();
            TemporaryDirectory.Copy(world.Options.Directory, copies.Next("all"));
        }

        foreach (var path in Directory.GetFiles(copies.Next("all/groups"), "*.segment", SearchOption.AllDirectories))
            await File.WriteAllBytesAsync(
                path.Replace(".segment", ".segment.tmp", StringComparison.Ordinal),
                [1, 2, 3]
            );
        await using var crashed = await StoreWorld.OpenAsync(copies.Next("all"));
        crashed.Messages(StoreWorld.Stream(Key)).ShouldBe([.. Enumerable.Range(0, 12).Select(i => $"{i}")]);
        Directory.GetFiles(copies.Next("all/groups"), "*.tmp", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Files_that_were_copied_while_a_journal_was_sorted_take_more_and_lose_none_of_it(bool isReopened)
    {
        await using var world = await StoreWorld.OpenAsync();
        await world.AppendAsync(Key, 1, "one");
        await world.AppendAsync(new StreamKey(2, 20), 1, "another group");
        using var copies = new TemporaryDirectory();
        var copy = copies.Next("backup");
        TemporaryDirectory.Copy(world.Options.JournalDirectory, Path.Combine(copy, "journal"));
        await world.AppendAsync(Key, 2, "two");
        await world.Store.FlushAsync();
        TemporaryDirectory.Copy(world.Options.GroupsDirectory, Path.Combine(copy, "groups"));
        Directory.Delete(Path.Combine(copy, "groups", $"{2:x16}"), recursive: true); // it was sorted after the copy
        SegmentStore.MakeCatalog(world.Options with { Directory = copy });

        await using var restored = await StoreWorld.OpenAsync(copy, later: TimeSpan.FromMinutes(1));
        await restored.AppendAsync(Key, 3, "three");
        if (isReopened)
            await restored.ReopenAsync();
        await restored.Store.FlushAsync();
        await restored.AppendAsync(Key, 4, "four");
        await restored.ReopenAsync();

        var found = restored.All(StoreWorld.Stream(Key));
        found.ConvertAll(StoreWorld.Text).ShouldBe(["one", "two", "three", "four"]);
        found.ConvertAll(record => record.Position.Sequence).ShouldBeUnique();
        restored.Messages(new RecordQuery { Group = 2 }).ShouldBe(["another group"]);
        restored.Damage.Latest.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_crash_after_a_group_was_deleted_leaves_no_name_too_many_in_the_catalog()
    {
        await using var world = await StoreWorld.OpenAsync();
        await world.AppendAsync(Key, 1, "stays");
        await world.AppendAsync(new StreamKey(2, 20), 1, "is deleted");
        await world.Store.FlushAsync();
        world.Messages(new RecordQuery { Group = 2 }).ShouldBe(["is deleted"]);

        // What runs in the background is busy, so that the crash comes before it.
        using var goOn = new ManualResetEventSlim();
        var isBusy = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        world.Merging = () =>
        {
            isBusy.TrySetResult();
            goOn.Wait(TimeSpan.FromSeconds(120)).ShouldBeTrue();
        };
        await world.AppendAsync(Key, 2, "stays too");
        var flush = world.Store.FlushAsync();
        await isBusy.Task;
        world.DeletedGroups.Add(2);
        world.Store.DeleteGroup(2);
        using var copies = new TemporaryDirectory();
        TemporaryDirectory.Copy(world.Options.Directory, copies.Next("crashed"));
        goOn.Set();
        await flush;

        foreach (var file in (string[])["catalog", .. FilesNamedIn(copies.Next("crashed"))])
            File.Exists(Path.Combine(copies.Next("crashed"), file)).ShouldBeTrue(file);
        await using var crashed = await StoreWorld.OpenAsync(copies.Next("crashed"), deletedGroups: 2);
        crashed.Damage.Latest.ShouldBeEmpty();
        crashed.Store.IsGone(2).ShouldBeTrue();
        crashed.Messages(StoreWorld.Stream(Key)).ShouldBe(["stays", "stays too"]);
    }

    [Fact]
    public async Task A_store_opens_whose_files_were_all_of_a_group_that_was_being_deleted()
    {
        await using var world = await StoreWorld.OpenAsync();
        await world.AppendAsync(Key, 1, "is deleted");
        await world.Store.FlushAsync();
        using var copies = new TemporaryDirectory();
        TemporaryDirectory.Copy(world.Options.Directory, copies.Next("crashed"));
        foreach (var path in Directory.GetFiles(copies.Next("crashed/groups"), "*", SearchOption.AllDirectories))
            File.Delete(path); // as earlier versions did before they took them from the catalog

        await using var crashed = await StoreWorld.OpenAsync(copies.Next("crashed"), deletedGroups: Key.Group);

        crashed.Damage.Latest.ShouldBeEmpty();
        await crashed.ReopenAsync();
        crashed.Damage.Latest.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_written_into_a_deleted_group_brings_nothing_of_it_back()
    {
        await using var world = await StoreWorld.OpenAsync();
        await world.AppendAsync(Key, 1, "before");
        world.DeletedGroups.Add(Key.Group);
        world.Store.DeleteGroup(Key.Group);
        await world.AppendAsync(Key, 2, "too late");

        await world.Store.FlushAsync();

        world.Store.LoadedGroups.ShouldBe(0);
        world.Store.IsGone(Key.Group).ShouldBeTrue();
        world.Messages(StoreWorld.Stream(Key)).ShouldBeEmpty();
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
            await using var world = await StoreWorld.OpenAsync(directory.Path);
            var found = world.Messages(new RecordQuery { Group = 1 });
            found.Take(acknowledged).ShouldBe([.. Enumerable.Range(1, acknowledged).Select(i => $"{i}")]);
            acknowledged = found.Count;
        }
    }

    /// <summary>
    /// Writes until it is killed, when it runs as the child of the test above; otherwise there is nothing to do.
    /// </summary>
    [Fact]
    public async Task The_child_writes_until_it_is_killed()
    {
        if (Environment.GetEnvironmentVariable(ChildDirectory) is not { } directory)
            return;

        await using var output = new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true };
        await using var world = await StoreWorld.OpenAsync(directory);
        var written = world.Messages(new RecordQuery { Group = 1 }).Count;
        while (true)
        {
            var first = written + 1;
            await Task.WhenAll(
                Enumerable.Range(first, 8).Select(i => world.AppendAsync(new StreamKey(1, i % 5), i, $"{i}"))
            );
            written += 8;
            await output.WriteLineAsync($"acknowledged {written}");
        }
    }

    /// <summary>The files that a catalog names.</summary>
    private static IReadOnlyCollection<string> FilesNamedIn(string directory) =>
        FileCatalog.Peek(directory)!.Value.Names;

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
        start.ArgumentList.Add($"{typeof(CrashTests).FullName}.{nameof(The_child_writes_until_it_is_killed)}");
        start.Environment[ChildDirectory] = directory;
        return Process.Start(start)!;
    }
}
