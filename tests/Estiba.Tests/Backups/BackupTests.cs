using System.Diagnostics;
using System.Text;
using Estiba.Backups;
using Estiba.CommandLine;
using Estiba.Files;
using Estiba.Platforms;
using Estiba.Tests.Platforms;

namespace Estiba.Tests.Backups;

/// <summary><c>estiba backup</c> and <c>estiba restore</c>.</summary>
public sealed class BackupTests
{
    [Theory]
    [InlineData("backup.tar")]
    [InlineData("backup.tar.gz")]
    public async Task A_backup_of_a_running_platform_restores_to_all_that_it_had(string name)
    {
        using var world = await DataWorld.UsedAsync();
        Directory.CreateDirectory(world.File("environment-files/bucket"));
        await File.WriteAllTextAsync(world.File("environment-files/bucket/web.env"), "A=b");
        await using (await world.StartAsync())
        {
            await world.MeasureAsync(7);
            using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
            // Agents write what they hear when their session is open: it is to be in the backup, too.
            while (
                Directory.GetFiles(world.File("agents"), "service-connect.json", SearchOption.AllDirectories).Length
                == 0
            )
                await Task.Delay(20, limit.Token);
            var (exitCode, output, error) = await DataWorld.CommandAsync(
                "backup",
                world.Beside(name),
                "--data",
                world.Root
            );
            error.ShouldBeEmpty();
            output.ShouldContain("files of");
            exitCode.ShouldBe(0);
        }

        File.GetUnixFileMode(world.Beside(name)).ShouldBe(PrivateFiles.FileMode);
        Directory.GetFiles(world.Beside(".")).Select(Path.GetFileName).ShouldBe([name]);
        var before = Contents(world.Root);
        Directory.Delete(world.Root, recursive: true);

        (
            await DataWorld.CommandAsync("restore", world.Beside(name), "--data", world.Root, "--same-platform")
        ).ExitCode.ShouldBe(0);

        Contents(world.Root).ShouldBe(before, ignoreOrder: true);
        foreach (
            var path in Directory
                .EnumerateFileSystemEntries(world.Root, "*", SearchOption.AllDirectories)
                .Prepend(world.Root)
        )
            File.GetUnixFileMode(path)
                .ShouldBe(Directory.Exists(path) ? PrivateFiles.DirectoryMode : PrivateFiles.FileMode, path);
        var (verified, sound, _) = await DataWorld.CommandAsync("verify", "--data", world.Root);
        verified.ShouldBe(0);
        sound.ShouldNotContain("earlier version");
        File.Exists(world.File("logs/catalog")).ShouldBeTrue();
        await using (await world.StartAsync())
        {
            (await world.MessagesAsync("s")).ShouldBe(["one", "two"]);
            (await world.MessagesAsync("big")).Count.ShouldBe(9000);
            (await world.ManifestAsync()).ShouldNotBeNull();
            (await world.MeasuredAsync()).ShouldBe([7]);
        }
    }

    [Fact]
    public async Task A_backup_made_while_logs_are_written_and_sorted_is_whole()
    {
        using var world = await DataWorld.UsedAsync();
        await using (await world.StartAsync())
        {
            for (var round = 0; round < 3; round++)
            {
                var making = DataWorld.CommandAsync("backup", world.Beside($"{round}.tar"), "--data", world.Root);
                for (var i = 0; i < 50 || !making.IsCompleted; i++)
                    await world.PutMessageAsync("s", $"{round}-{i}");
                (await making).ExitCode.ShouldBe(0);
            }
        }

        for (var round = 0; round < 3; round++)
        {
            var root = world.Beside($"restored-{round}");
            (await DataWorld.CommandAsync("restore", world.Beside($"{round}.tar"), "--data", root)).ExitCode.ShouldBe(
                0
            );
            (await DataWorld.CommandAsync("verify", "--data", root)).Output.ShouldContain("is sound");
        }

        // What is written afterwards is kept, whatever part of a journal the backup has.
        var last = world.Beside("restored-2");
        await using (await world.StartAsync(takesOver: true, root: last))
            await world.PutMessageAsync("s", "after the restore", last);
        await using (await world.StartAsync(root: last))
        {
            var messages = await world.MessagesAsync("s", last);
            messages.Take(2).ShouldBe(["one", "two"]);
            messages[^1].ShouldBe("after the restore");
            messages.ShouldBeUnique();
        }
    }

    [Fact]
    public async Task A_backup_is_restored_into_an_empty_directory_that_is_a_mount_point()
    {
        using var world = await DataWorld.UsedAsync();
        (await DataWorld.CommandAsync("backup", world.Beside("b.tar"), "--data", world.Root)).ExitCode.ShouldBe(0);
        var mounted = world.Beside("mounted");
        Directory.CreateDirectory(mounted);
        world.Run("mount", "-t", "tmpfs", "-o", "size=64m,mode=0755", "tmpfs", mounted);
        try
        {
            // A restore that was killed has left this, and what is there is not taken for a new directory.
            Directory.CreateDirectory(Path.Combine(mounted, ".restoring/logs"));
            (await world.RefusedAsync(mounted)).Message.ShouldContain("repeat 'estiba restore'");

            var (exitCode, _, error) = await DataWorld.CommandAsync(
                "restore",
                world.Beside("b.tar"),
                "--data",
                mounted
            );

            error.ShouldBeEmpty();
            exitCode.ShouldBe(0);
            Contents(mounted).ShouldBe(Contents(world.Root));
            File.GetUnixFileMode(mounted).ShouldBe(PrivateFiles.DirectoryMode);
            (await DataWorld.CommandAsync("verify", "--data", mounted)).Output.ShouldContain("is sound");
        }
        finally
        {
            world.Run("umount", mounted);
        }
    }

    [Fact]
    public async Task A_platform_that_was_killed_is_backed_up_with_what_it_had_acknowledged()
    {
        using var world = DataWorld.OfTheFirstVersion();
        await using (await world.StartAsync())
            world.Copy(world.Root, world.Beside("killed"));
        var identity = PlatformIdentity.Read(world.Root)!.Id;
        Directory.Delete(world.Root, recursive: true);

        (
            await DataWorld.CommandAsync("backup", world.Beside("backup.tar"), "--data", world.Beside("killed"))
        ).ExitCode.ShouldBe(0);
        (await DataWorld.CommandAsync("restore", world.Beside("backup.tar"), "--data", world.Root)).ExitCode.ShouldBe(
            0
        );

        // Neither of them has lost what was only in the write-ahead file.
        foreach (var root in new[] { world.Beside("killed"), world.Root })
        {
            await using (await world.StartAsync(takesOver: true, root: root))
                (await world.ManifestAsync(root)).ShouldNotBeNull();
            PlatformIdentity.Read(root)!.Id.ShouldBe(identity);
            if (root != world.Root)
                Directory.Delete(root, recursive: true);
        }
    }

    [Fact]
    public async Task A_restore_leaves_a_directory_alone_that_is_not_empty()
    {
        using var world = await DataWorld.UsedAsync();
        (await DataWorld.CommandAsync("backup", world.Beside("backup.tar"), "--data", world.Root)).ExitCode.ShouldBe(0);
        var before = Contents(world.Root);

        var (exitCode, _, error) = await DataWorld.CommandAsync(
            "restore",
            world.Beside("backup.tar"),
            "--data",
            world.Root
        );

        exitCode.ShouldBe(1);
        error.ShouldContain("is not empty");
        Contents(world.Root).ShouldBe(before);
    }

    [Fact]
    public async Task A_restore_goes_into_an_empty_directory()
    {
        using var world = await DataWorld.UsedAsync();
        await DataWorld.CommandAsync("backup", world.Beside("backup.tar"), "--data", world.Root);
        Directory.CreateDirectory(world.Beside("empty"));

        (
            await DataWorld.CommandAsync("restore", world.Beside("backup.tar"), "--data", world.Beside("empty"))
        ).ExitCode.ShouldBe(0);

        (await DataWorld.CommandAsync("verify", "--data", world.Beside("empty"))).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task What_a_restore_leaves_that_is_killed_while_it_moves_files_no_platform_starts_with()
    {
        using var world = await DataWorld.UsedAsync();
        await DataWorld.CommandAsync("backup", world.Beside("backup.tar"), "--data", world.Root);
        await DataWorld.CommandAsync("restore", world.Beside("backup.tar"), "--data", world.Beside("whole"));
        var all = Directory.EnumerateFileSystemEntries(world.Beside("whole")).Count();
        all.ShouldBeGreaterThan(4);

        for (var moved = 0; moved < all; moved++)
        {
            var killed = Killed(world, moved);
            foreach (var acceptsLoss in new[] { false, true })
                (await world.RefusedAsync(killed, acceptsLoss, takesOver: true)).Message.ShouldContain(
                    "repeat 'estiba restore'"
                );
            (await DataWorld.CommandAsync("verify", "--data", killed)).Output.ShouldContain("repeat 'estiba restore'");
            var again = await DataWorld.CommandAsync("restore", world.Beside("backup.tar"), "--data", killed);
            again.ExitCode.ShouldBe(moved == 0 ? 0 : 1);
            if (moved == 0)
                continue;
            again.Error.ShouldContain("Delete all that is in the directory");
            await world.RefusedAsync(killed, acceptsLoss: true, takesOver: true);
        }
    }

    [Fact]
    public async Task A_restore_that_is_killed_when_all_files_are_in_their_place_is_complete()
    {
        using var world = await DataWorld.UsedAsync();
        await DataWorld.CommandAsync("backup", world.Beside("backup.tar"), "--data", world.Root);
        await DataWorld.CommandAsync("restore", world.Beside("backup.tar"), "--data", world.Beside("whole"));
        var killed = Killed(world, moved: int.MaxValue);

        await using (await world.StartAsync(takesOver: true, root: killed))
            (await world.ManifestAsync(killed)).ShouldNotBeNull();

        Directory.Exists(Path.Combine(killed, ".restoring")).ShouldBeFalse();
    }

    /// <summary>A directory in which a restore was killed when it had moved so many files into place.</summary>
    private static string Killed(DataWorld world, int moved)
    {
        var killed = world.Beside($"killed-{moved}");
        Directory.CreateDirectory(killed);
        var restoring = Path.Combine(killed, ".restoring");
        world.Copy(world.Beside("whole"), restoring);
        foreach (var name in Restore.InOrder(restoring).Take(moved))
            Directory.Move(Path.Combine(restoring, name), Path.Combine(killed, name));
        return killed;
    }

    [Theory]
    [InlineData("backup.tar", "SQLite format 3")]
    [InlineData("backup.tar", "\"schemaVersion\"")]
    [InlineData("backup.tar.gz", "")]
    public async Task A_damaged_or_torn_backup_is_refused_and_leaves_nothing(string name, string what)
    {
        using var world = await DataWorld.UsedAsync();
        await DataWorld.CommandAsync("backup", world.Beside(name), "--data", world.Root);
        var whole = await File.ReadAllBytesAsync(world.Beside(name));
        foreach (var isTorn in new[] { true, false })
        {
            // In what a file holds: between two files there are zeros that nobody reads.
            var at = what.Length > 0 ? whole.AsSpan().IndexOf(Encoding.ASCII.GetBytes(what)) + 1 : whole.Length / 2;
            at.ShouldBeGreaterThan(1);
            if (isTorn)
            {
                await File.WriteAllBytesAsync(world.Beside(name), whole[..at]);
            }
            else
            {
                await File.WriteAllBytesAsync(world.Beside(name), whole);
                DataWorld.Flip(world.Beside(name), at);
            }

            var (exitCode, _, error) = await DataWorld.CommandAsync(
                "restore",
                world.Beside(name),
                "--data",
                world.Beside("restored")
            );

            error.ShouldContain("could not be restored");
            exitCode.ShouldBe(1);
            Directory.Exists(world.Beside("restored")).ShouldBeFalse();
            Directory.GetDirectories(world.Beside(".")).ShouldHaveSingleItem();
        }
    }

    [Fact]
    public async Task What_a_killed_backup_and_a_killed_restore_leave_is_in_nobodys_way()
    {
        using var world = await DataWorld.UsedAsync();
        foreach (var name in new[] { "backup.tar", "yesterday.tar" })
        {
            await File.WriteAllTextAsync(world.Beside($"{name}.estiba-partial"), "half");
            await File.WriteAllTextAsync(world.Beside($"{name}.estiba-partial-state"), "half");
        }

        Directory.CreateDirectory(world.Beside("restored.restoring/logs"));

        (await DataWorld.CommandAsync("backup", world.Beside("backup.tar"), "--data", world.Root)).ExitCode.ShouldBe(0);
        (
            await DataWorld.CommandAsync("restore", world.Beside("backup.tar"), "--data", world.Beside("restored"))
        ).ExitCode.ShouldBe(0);

        (await DataWorld.CommandAsync("verify", "--data", world.Beside("restored"))).ExitCode.ShouldBe(0);
        Directory
            .GetFileSystemEntries(world.Beside("."))
            .Select(Path.GetFileName)
            .ShouldBe(["backup.tar", "data", "restored"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_backup_leaves_another_alone_that_is_being_made()
    {
        using var world = await DataWorld.UsedAsync();
        using var other = UnfinishedBackup.Begin(world.Beside("other.tar"));

        (await DataWorld.CommandAsync("backup", world.Beside("mine.tar"), "--data", world.Root)).ExitCode.ShouldBe(0);
        var (exitCode, _, error) = await DataWorld.CommandAsync(
            "backup",
            world.Beside("other.tar"),
            "--data",
            world.Root
        );

        exitCode.ShouldBe(1);
        error.ShouldContain("could not be made");
        other.Finish();
        File.Exists(world.Beside("other.tar")).ShouldBeTrue();
    }

    [Theory]
    [InlineData("backup.tar")]
    [InlineData("backup.tar.gz")]
    public async Task After_a_backup_was_killed_there_is_none_and_the_next_one_is_whole(string name)
    {
        using var world = await DataWorld.UsedAsync();
        // A pipe that nobody writes: who reads it waits for ever, in the middle of the work.
        var endless = world.File("environment-files/bucket/endless");
        Directory.CreateDirectory(Path.GetDirectoryName(endless)!);
        world.Run("mkfifo", endless);

        await KillAsync(
            () => Size(world.Beside($"{name}.estiba-partial-state")) > 0,
            "backup",
            world.Beside(name),
            world
        );

        File.Exists(world.Beside(name)).ShouldBeFalse();
        File.Delete(endless);
        (await DataWorld.CommandAsync("backup", world.Beside("next.tar"), "--data", world.Root)).ExitCode.ShouldBe(0);
        Directory
            .GetFileSystemEntries(world.Beside("."))
            .Select(Path.GetFileName)
            .ShouldBe(["data", "next.tar"], ignoreOrder: true);
        (
            await DataWorld.CommandAsync("restore", world.Beside("next.tar"), "--data", world.Beside("restored"))
        ).ExitCode.ShouldBe(0);
        (await DataWorld.CommandAsync("verify", "--data", world.Beside("restored"))).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task Whatever_a_killed_backup_has_left_is_removed_by_the_next_one()
    {
        using var world = await DataWorld.UsedAsync();
        foreach (var ending in new[] { "", "-state", "-state-journal" })
            await File.WriteAllTextAsync(
                world.Beside($"killed.tar.estiba-partial{ending}"),
                "",
                TestContext.Current.CancellationToken
            );

        (await DataWorld.CommandAsync("backup", world.Beside("next.tar"), "--data", world.Root)).ExitCode.ShouldBe(0);

        Directory
            .GetFileSystemEntries(world.Beside("."))
            .Select(Path.GetFileName)
            .ShouldBe(["data", "next.tar"], ignoreOrder: true);
    }

    [Fact]
    public async Task After_a_restore_was_killed_there_is_no_directory_and_the_next_one_is_whole()
    {
        using var world = await DataWorld.UsedAsync();
        await WriteMuchAsync(world.File("environment-files/bucket/large"));
        (await DataWorld.CommandAsync("backup", world.Beside("b.tar"), "--data", world.Root)).ExitCode.ShouldBe(0);
        Directory.Delete(world.Root, recursive: true);

        await KillAsync(
            () => Size($"{world.Root}.restoring/environment-files/bucket/large") > 0,
            "restore",
            world.Beside("b.tar"),
            world
        );

        Directory.Exists(world.Root).ShouldBeFalse();
        (
            await DataWorld.CommandAsync("restore", world.Beside("b.tar"), "--data", world.Root, "--same-platform")
        ).ExitCode.ShouldBe(0);
        Directory
            .GetFileSystemEntries(world.Beside("."))
            .Select(Path.GetFileName)
            .ShouldBe(["b.tar", "data"], ignoreOrder: true);
        (await DataWorld.CommandAsync("verify", "--data", world.Root)).ExitCode.ShouldBe(0);
        await using (await world.StartAsync())
            (await world.MessagesAsync("s")).ShouldBe(["one", "two"]);
    }

    [Fact]
    public async Task A_restored_directory_misses_what_is_lost_of_it_later()
    {
        using var world = await DataWorld.UsedAsync();
        await DataWorld.CommandAsync("backup", world.Beside("b.tar"), "--data", world.Root);
        await DataWorld.CommandAsync(
            "restore",
            world.Beside("b.tar"),
            "--data",
            world.Beside("restored"),
            "--same-platform"
        );
        File.Delete(Directory.GetFiles(world.Beside("restored/logs/groups"), "*", SearchOption.AllDirectories)[0]);

        var (exitCode, output, _) = await DataWorld.CommandAsync("verify", "--data", world.Beside("restored"));

        exitCode.ShouldBe(1);
        output.ShouldContain("is missing");
    }

    [Fact]
    public async Task A_file_that_is_no_backup_is_refused()
    {
        using var world = new DataWorld();
        Directory.CreateDirectory(world.Beside("stuff"));
        await File.WriteAllTextAsync(world.Beside("stuff/a"), "a");
        world.Run("tar", "-cf", world.Beside("other.tar"), "-C", world.Beside("stuff"), "a");

        var (exitCode, _, error) = await DataWorld.CommandAsync(
            "restore",
            world.Beside("other.tar"),
            "--data",
            world.Root
        );

        error.ShouldContain("is no backup of Estiba");
        exitCode.ShouldBe(1);
        Directory.Exists(world.Root).ShouldBeFalse();
    }

    [Fact]
    public async Task An_entry_that_leads_out_of_the_directory_is_refused()
    {
        using var world = new DataWorld();
        await File.WriteAllTextAsync(world.Beside("a"), "a");
        world.Run(
            "tar",
            "-cf",
            world.Beside("evil.tar"),
            "-C",
            world.Beside("."),
            "--transform",
            "s,^a,../../evil,",
            "-P",
            "a"
        );

        var (_, _, error) = await DataWorld.CommandAsync("restore", world.Beside("evil.tar"), "--data", world.Root);

        error.ShouldContain("leads out of the data directory");
    }

    [Fact]
    public async Task A_directory_with_missing_parts_is_not_backed_up()
    {
        using var world = await DataWorld.UsedAsync();
        Directory.Delete(world.File("logs"), recursive: true);

        var (exitCode, _, error) = await DataWorld.CommandAsync(
            "backup",
            world.Beside("backup.tar"),
            "--data",
            world.Root
        );

        error.ShouldContain("logs is missing");
        exitCode.ShouldBe(1);
        File.Exists(world.Beside("backup.tar")).ShouldBeFalse();
    }

    /// <summary>Runs a command as a process of its own, and kills it at a moment in the middle of its work.</summary>
    private static async Task KillAsync(Func<bool> isInTheMiddle, string command, string file, DataWorld world)
    {
        using var process = Process.Start(
            new ProcessStartInfo(
                "dotnet",
                [typeof(EstibaCommandLine).Assembly.Location, command, file, "--data", world.Root]
            )
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
                Environment = { ["DOTNET_EnableDiagnostics"] = "0" }, // whose files in /tmp a kill would leave
            }
        )!;
        while (!isInTheMiddle())
        {
            process.HasExited.ShouldBeFalse("it must be killed before it has done its work");
            await Task.Delay(TimeSpan.FromMilliseconds(1), TestContext.Current.CancellationToken);
        }

        process.Kill();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    private static long Size(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : -1;

    /// <summary>A file that takes long to copy and no space on the disk.</summary>
    private static async Task WriteMuchAsync(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await using var file = new FileStream(path, FileMode.CreateNew);
        file.SetLength(512L * 1024 * 1024);
    }

    /// <summary>The files that last, with their sizes, but for what follows from others or is of the moment.</summary>
    private static List<string> Contents(string root) =>
        [
            .. Directory
                .EnumerateFiles(root, "*", SearchOption.AllDirectories)
                .Select(path => Path.GetRelativePath(root, path))
                .Where(name =>
                    !name.StartsWith("state.db", StringComparison.Ordinal)
                    && name
                        is not (
                            "platform.json"
                            or "endpoint"
                            or "logs/lock"
                            or "logs/catalog"
                            or "metrics/lock"
                            or "metrics/catalog"
                        )
                )
                .Select(name =>
                    name.StartsWith("agents/", StringComparison.Ordinal)
                        ? name
                        : $"{name} {new FileInfo(Path.Combine(root, name)).Length}"
                ) // agents go on
                .Order(StringComparer.Ordinal),
        ];
}
