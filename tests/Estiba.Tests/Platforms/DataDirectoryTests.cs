using System.Net;
using System.Net.Sockets;
using Estiba.CommandLine;
using Estiba.Files;
using Estiba.Listeners.Tests;
using Estiba.Platforms;
using Estiba.State;
using Estiba.State.Journals;

namespace Estiba.Tests.Platforms;

/// <summary>Data directories of earlier versions, with missing parts, with parts of others, and copied.</summary>
public sealed class DataDirectoryTests
{
    private const int LinesOfBig = 9000;

    [Fact]
    public async Task A_directory_of_the_first_version_opens_with_all_that_it_holds_and_gets_an_identity()
    {
        using var world = DataWorld.OfTheFirstVersion();

        await using (await world.StartAsync())
        {
            (await world.MessagesAsync("s")).ShouldBe(["one", "two"]);
            (await world.MessagesAsync("big")).Count.ShouldBe(LinesOfBig);
            (await world.ManifestAsync()).ShouldNotBeNull();
        }

        var identity = PlatformIdentity.Read(world.Root).ShouldNotBeNull();
        identity.Id.ShouldStartWith("p-");
        identity.Contents.ShouldContain("logs/groups");
        await using (await world.StartAsync())
            PlatformIdentity.Read(world.Root)!.Id.ShouldBe(identity.Id);
        world.Errors.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("state.db")]
    [InlineData("state.db.revision")]
    [InlineData("credentials")]
    [InlineData("agents")]
    [InlineData("registry")]
    [InlineData("registry/blobs")]
    [InlineData("logs")]
    [InlineData("logs/journal")]
    [InlineData("logs/groups")]
    [InlineData("logs/catalog")]
    [InlineData("metrics")]
    [InlineData("metrics/journal")]
    [InlineData("metrics/blocks")]
    [InlineData("metrics/catalog")]
    [InlineData("platform.json")]
    public async Task Something_missing_from_a_used_directory_is_a_reason_not_to_start(string name)
    {
        using var world = await DataWorld.UsedAsync();
        Remove(world.File(name));

        var refused = await world.RefusedAsync();

        refused.Message.ShouldContain($"{name} is missing from {world.Root}");
        refused.Message.ShouldContain("estiba restore");
        await using (await world.StartAsync(acceptsLoss: true)) { }
        await using (await world.StartAsync()) { }
    }

    [Fact]
    public async Task Who_gets_an_answer_finds_where_it_came_from()
    {
        using var world = await DataWorld.UsedAsync();
        File.Delete(world.Layout.Endpoint);
        var port = FreePort.Take();
        var starting = world.StartAsync(port: port);
        using var client = new TcpClient();
        while (!client.Connected)
        {
            try
            {
                await client.ConnectAsync(IPAddress.Loopback, port);
            }
            catch (SocketException)
            {
                starting.IsFaulted.ShouldBeFalse();
            }
        }

        var said = File.Exists(world.Layout.Endpoint);
        await using var platform = await starting;
        said.ShouldBeTrue();
        (await File.ReadAllTextAsync(world.Layout.Endpoint)).ShouldBe(platform.Endpoint.ToString());
    }

    [Fact]
    public async Task A_start_whose_port_is_taken_leaves_where_the_platform_answered_before()
    {
        using var world = await DataWorld.UsedAsync();
        var before = await File.ReadAllTextAsync(world.Layout.Endpoint);
        var port = FreePort.Take();
        using var other = new TcpListener(IPAddress.Loopback, port);
        other.Start();

        await Should.ThrowAsync<CommandException>(() => world.StartAsync(port: port));
        (await File.ReadAllTextAsync(world.Layout.Endpoint)).ShouldBe(before);

        File.Delete(world.Layout.Endpoint);
        await Should.ThrowAsync<CommandException>(() => world.StartAsync(port: port));
        File.Exists(world.Layout.Endpoint).ShouldBeFalse();
    }

    [Fact]
    public async Task A_platform_whose_state_another_process_has_taken_is_told_to_end()
    {
        using var world = await DataWorld.UsedAsync();
        await using var platform = await world.StartAsync();
        File.Delete(world.File("state.db.lock")); // as on storage that keeps no locks
        await (await Store.OpenAsync(new SqliteJournal(world.Layout.State), Modules.Tables)).DisposeAsync();

        await Should.ThrowAsync<CommandException>(() => world.CreateLogGroupAsync("too-late"));

        await platform.Refused.WaitAsync(TimeSpan.FromSeconds(120));
    }

    [Theory]
    [InlineData("state.db", true)]
    [InlineData("logs", false)]
    public async Task A_directory_of_the_first_version_without_its_state_is_not_taken_for_a_new_one(
        string name,
        bool isRefused
    )
    {
        using var world = DataWorld.OfTheFirstVersion();
        Remove(world.File(name));

        if (isRefused)
            (await world.RefusedAsync()).Message.ShouldContain("state.db is missing");
        else
            await using (await world.StartAsync()) { }
    }

    [Fact]
    public async Task An_empty_state_file_is_as_good_as_none()
    {
        using var world = await DataWorld.UsedAsync();
        await File.WriteAllBytesAsync(world.File("state.db"), [], TestContext.Current.CancellationToken);
        (await world.RefusedAsync()).Message.ShouldContain("state.db is missing");
    }

    [Fact]
    public async Task The_state_of_another_platform_is_noticed()
    {
        using var world = await DataWorld.UsedAsync();
        using var other = await DataWorld.UsedAsync();
        File.Copy(other.File("state.db"), world.File("state.db"), overwrite: true);
        File.Copy(other.File("state.db.revision"), world.File("state.db.revision"), overwrite: true);

        (await world.RefusedAsync()).Message.ShouldContain("is of another platform");
    }

    [Fact]
    public async Task The_state_as_it_was_before_the_directory_had_an_identity_is_noticed()
    {
        using var world = DataWorld.OfTheFirstVersion();
        world.Copy(world.Root, world.Beside("first"));
        await using (await world.StartAsync()) { }
        foreach (var path in Directory.GetFiles(world.Root, "state.db*"))
            File.Delete(path);
        foreach (var path in Directory.GetFiles(world.Beside("first"), "state.db*"))
            File.Copy(path, world.File(Path.GetFileName(path)));
        await File.WriteAllTextAsync(world.File("state.db.revision"), "", TestContext.Current.CancellationToken);

        (await world.RefusedAsync()).Message.ShouldContain("is empty or of an earlier version");
    }

    [Fact]
    public async Task A_lost_write_ahead_file_is_noticed()
    {
        using var world = DataWorld.OfTheFirstVersion();
        await using (await world.StartAsync())
            world.Copy(world.Root, world.Beside("killed"));
        Directory.Delete(world.Root, recursive: true);
        Directory.Move(world.Beside("killed"), world.Root);
        File.Delete(world.File("state.db-wal"));
        File.Delete(world.File("state.db-shm"));

        (await world.RefusedAsync()).Message.ShouldContain("state.db-wal is missing");
        await using (await world.StartAsync(acceptsLoss: true)) { }
    }

    [Fact]
    public async Task A_state_that_begins_anew_leaves_the_files_of_logs_and_images()
    {
        using var world = await DataWorld.UsedAsync();
        var before = Files(world, "logs/groups").Concat(Files(world, "registry/blobs")).ToList();
        before.Count.ShouldBeGreaterThan(3);
        foreach (var path in Directory.GetFiles(world.Root, "state.db*"))
            File.Delete(path);

        await using (await world.StartAsync(acceptsLoss: true)) { }
        await using (await world.StartAsync()) { }

        Files(world, "logs/groups").Concat(Files(world, "registry/blobs")).ShouldBe(before, ignoreOrder: true);
        world.Log.ToString().ShouldContain("The events of 1 log groups");
    }

    [Fact]
    public async Task A_first_start_that_was_killed_can_be_repeated()
    {
        using var world = new DataWorld();
        await using (await world.StartAsync()) { }

        // As it was left between the state and the identity file.
        File.Delete(world.File("platform.json"));
        await using (var store = await State.Store.OpenAsync(new SqliteJournal(world.File("state.db")), Modules.Tables))
        {
            var known = store.Current.Find(PlatformRecord.Table, PlatformRecord.Key)!;
            await store.CommitAsync(transaction =>
                transaction.Put(PlatformRecord.Table, known with { IsComplete = false })
            );
        }

        await using (await world.StartAsync()) { }
    }

    [Fact]
    public async Task Everything_in_a_used_directory_is_its_owners_alone_also_what_an_earlier_version_left_open()
    {
        using var world = DataWorld.OfTheFirstVersion();
        world.Run("chmod", "-R", "a+rX", world.Root);
        File.GetUnixFileMode(world.Root).ShouldNotBe(PrivateFiles.DirectoryMode);

        await using (await world.StartAsync())
            OpenToOthers(world.Root).ShouldBeEmpty();

        OpenToOthers(world.Root).ShouldBeEmpty();
        world.Log.ToString().ShouldContain("are now private");

        world.Run("chmod", "-R", "a+rX", world.Root);
        await using (await world.StartAsync())
            OpenToOthers(world.Root).ShouldBeEmpty("nothing that this version makes is taken for somebody else's");
    }

    [Fact]
    public async Task A_directory_with_other_things_in_it_is_not_closed_and_what_is_the_platforms_is()
    {
        using var world = new DataWorld();
        Directory.CreateDirectory(world.Root);
        await File.WriteAllTextAsync(world.File("notes.txt"), "mine", TestContext.Current.CancellationToken);
        world.Run("chmod", "755", world.Root);
        await using (await world.StartAsync()) { }
        world.Run("chmod", "-R", "a+rX", world.Root);

        await using (await world.StartAsync()) { }

        OpenToOthers(world.Root).ShouldBe([world.Root, world.File("notes.txt")], ignoreOrder: true);
    }

    [Fact]
    public async Task A_copy_beside_the_original_asks_before_it_takes_over()
    {
        using var world = await DataWorld.UsedAsync();
        world.Copy(world.Root, world.Beside("copy"));

        var refused = await world.RefusedAsync(world.Beside("copy"));

        refused.Message.ShouldContain($"is a copy of {world.Root}");
        refused.Message.ShouldContain("--take-over");
        await using (await world.StartAsync(takesOver: true, root: world.Beside("copy"))) { }
        await using (await world.StartAsync(root: world.Beside("copy"))) { }
    }

    [Fact]
    public async Task A_restored_backup_beside_the_original_asks_too()
    {
        using var world = await DataWorld.UsedAsync();
        await DataWorld.CommandAsync("backup", world.Beside("b.tar"), "--data", world.Root);
        await DataWorld.CommandAsync("restore", world.Beside("b.tar"), "--data", world.Beside("copy"));

        (await world.RefusedAsync(world.Beside("copy"))).Message.ShouldContain($"is a copy of {world.Root}");

        await using (await world.StartAsync(takesOver: true, root: world.Beside("copy"))) { }
        await using (await world.StartAsync(root: world.Beside("copy"))) { }
    }

    [Fact]
    public async Task A_key_that_is_not_the_one_it_was_keeps_a_platform_from_starting()
    {
        using var world = await DataWorld.UsedAsync();
        await File.WriteAllTextAsync(
            world.File("secret.key"),
            Convert.ToBase64String(new byte[32]) + "\n",
            TestContext.Current.CancellationToken
        );

        (await world.RefusedAsync()).Message.ShouldContain("secret.key in");

        await using (await world.StartAsync(acceptsLoss: true)) { }
        await using (await world.StartAsync()) { }
    }

    [Theory]
    [InlineData("")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAA\n")] // cut: 18 bytes
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n")] // without its last character
    [InlineData("AAAAAAAAAA<AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n")] // a bit flipped that makes it no Base64
    public async Task A_key_file_that_holds_no_key_keeps_a_platform_from_starting_also_where_losses_are_accepted(
        string text
    )
    {
        using var world = await DataWorld.UsedAsync();
        var key = await File.ReadAllTextAsync(world.File("secret.key"), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(world.File("secret.key"), text, TestContext.Current.CancellationToken);

        (await world.RefusedAsync()).Message.ShouldContain("secret.key in");
        (await world.RefusedAsync(acceptsLoss: true)).Message.ShouldContain("does not hold 32 bytes in Base64");

        await File.WriteAllTextAsync(world.File("secret.key"), key, TestContext.Current.CancellationToken);
        await using (await world.StartAsync()) { }
    }

    [Fact]
    public async Task A_directory_that_was_moved_starts_as_before()
    {
        using var world = await DataWorld.UsedAsync();
        Directory.Move(world.Root, world.Beside("moved"));
        await using (await world.StartAsync(root: world.Beside("moved")))
            (await world.MessagesAsync("s", world.Beside("moved"))).ShouldBe(["one", "two"]);
    }

    private static void Remove(string path)
    {
        if (Directory.Exists(path))
            Directory.Delete(path, recursive: true);
        else
            File.Delete(path);
    }

    private static List<string> Files(DataWorld world, string directory) =>
        [.. Directory.EnumerateFiles(world.File(directory), "*", SearchOption.AllDirectories)];

    private static List<string> OpenToOthers(string root) =>
        [
            .. Directory
                .EnumerateFileSystemEntries(root, "*", SearchOption.AllDirectories)
                .Prepend(root)
                .Where(IsOpenToOthers),
        ];

    /// <summary>What a platform that runs has done with since it was listed is nobody's any more.</summary>
    private static bool IsOpenToOthers(string path)
    {
        try
        {
            return ((int)File.GetUnixFileMode(path) & 0b000_111_111) != 0;
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
    }
}
