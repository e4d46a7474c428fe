using System.Globalization;

namespace Estiba.Files.Tests.Segments;

/// <summary>Files that the disk, or somebody, has changed or removed.</summary>
public sealed class DamageTests
{
    private static readonly StreamKey Key = new(1, 10);

    [Fact]
    public async Task A_flipped_bit_anywhere_in_a_journal_costs_no_more_than_the_batch_that_it_is_in()
    {
        await using var world = await StoreWorld.OpenAsync();
        var ends = new List<long> { Journal.HeaderBytes };
        for (var i = 0; i < 5; i++)
        {
            await world.AppendAsync(Key, i, $"{i}");
            ends.Add(new FileInfo(world.Journals()[0]).Length);
        }

        using var copies = new TemporaryDirectory();
        var journal = Path.GetFileName(world.Journals()[0]);
        for (var at = 0L; at < ends[^1]; at++)
        {
            var copy = copies.Next($"{at}");
            TemporaryDirectory.Copy(world.Options.Directory, copy);
            Flip(Path.Combine(copy, "journal", journal), at, (int)(at % 8));
            var hit = ends.FindIndex(end => end > at) - 1;
            var expected = Enumerable.Range(0, 5).Where(i => i != hit).Select(i => $"{i}").ToList();

            await using var damaged = await StoreWorld.OpenAsync(copy);
            damaged.Messages(StoreWorld.Stream(Key)).ShouldBe(expected, $"bit in byte {at}");
            if (at < ends[^2] && at is not (>= 28 and < Journal.HeaderBytes))
                damaged.Damage.Count.ShouldBe(1, $"bit in byte {at}");
            await damaged.AppendAsync(Key, 100, "after");
            await damaged.Store.FlushAsync();
            damaged.Messages(StoreWorld.Stream(Key)).ShouldBe([.. expected, "after"], $"bit in byte {at}, sorted");
            await damaged.ReopenAsync();
            damaged
                .Messages(StoreWorld.Stream(Key))
                .ShouldBe([.. expected, "after"], $"bit in byte {at}, opened again");
        }
    }

    [Fact]
    public async Task What_is_damaged_in_a_journal_is_counted_and_kept_when_the_journal_goes()
    {
        await using var world = await StoreWorld.OpenAsync();
        await world.AppendAsync(Key, [.. Enumerable.Range(0, 7).Select(i => new TextRecord(i, $"lost {i}"))]);
        await world.AppendAsync(Key, 10, "kept");
        Flip(world.Journals()[0], Journal.HeaderBytes + BatchFrame.PrefixBytes + 1, 3);

        await world.ReopenAsync();
        await world.Store.FlushAsync();

        world.Messages(StoreWorld.Stream(Key)).ShouldBe(["kept"]);
        world.Damage.Latest.Single().ShouldContain("7 records are missing");
        Aside(world).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Of_a_last_batch_that_is_damaged_it_is_said_what_may_be_missing()
    {
        await using var world = await StoreWorld.OpenAsync();
        await world.AppendAsync(Key, 1, "kept");
        var end = new FileInfo(world.Journals()[0]).Length;
        await world.AppendAsync(Key, 2, "lost");
        Flip(world.Journals()[0], end + BatchFrame.PrefixBytes + 1, 3);

        Check(world.Options.Directory)
            .ShouldHaveSingleItem()
            .Sentence.ShouldEndWith(
                $"is damaged, from byte {end}: either nobody was told that it was stored, or its records are missing."
            );
        await world.ReopenAsync();

        world
            .Damage.Latest.ShouldHaveSingleItem()
            .ShouldContain(
                "cut off: either nobody was told that they were stored, or records are missing. They are kept"
            );
        world.Messages(StoreWorld.Stream(Key)).ShouldBe(["kept"]);
    }

    [Fact]
    public async Task A_batch_that_is_damaged_while_the_store_is_open_is_left_out_and_its_journal_kept()
    {
        await using var world = await StoreWorld.OpenAsync();
        await world.AppendAsync(Key, 1, "lost");
        await world.AppendAsync(Key, 2, "kept");
        Flip(world.Journals()[0], Journal.HeaderBytes + BatchFrame.PrefixBytes + 2, 1);

        world.Messages(StoreWorld.Stream(Key)).ShouldBe(["kept"]);
        await world.Store.FlushAsync();

        world.Messages(StoreWorld.Stream(Key)).ShouldBe(["kept"]);
        world.Damage.Count.ShouldBe(1);
        Aside(world).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_flipped_bit_anywhere_in_a_segment_costs_no_more_than_the_block_that_it_is_in()
    {
        await using var world = await StoreWorld.OpenAsync();
        var messages = Enumerable
            .Range(0, 30)
            .Select(i => $"{i} {Convert.ToHexString(BitConverter.GetBytes(i * 7919L * 104729L))}")
            .ToList();
        await world.AppendAsync(Key, [.. messages.Select((message, i) => new TextRecord(i, message))]);
        await world.Store.FlushAsync();
        var segment = world.Segments().ShouldHaveSingleItem();
        var size = new FileInfo(segment).Length;
        var (blocks, records) = Blocks(segment);
        blocks.ShouldBeGreaterThan(1);

        using var copies = new TemporaryDirectory();
        for (var at = 0L; at < size; at += 3)
        {
            var copy = copies.Next($"{at}");
            TemporaryDirectory.Copy(world.Options.Directory, copy);
            Flip(segment.Replace(world.Options.Directory, copy, StringComparison.Ordinal), at, (int)(at % 8));

            await using var damaged = await StoreWorld.OpenAsync(copy);
            var found = damaged.Messages(StoreWorld.Stream(Key));
            messages.Intersect(found).ShouldBe(found, $"bit in byte {at}");
            found.Count.ShouldBeGreaterThanOrEqualTo(messages.Count - records, $"bit in byte {at}");
            if (found.Count < messages.Count)
                damaged.Damage.Count.ShouldBe(1, $"bit in byte {at}");
            await damaged.AppendAsync(Key, 100, "after");
            await damaged.Store.FlushAsync();
            damaged.Messages(StoreWorld.Stream(Key)).ShouldBe([.. found, "after"], $"bit in byte {at}");
        }
    }

    [Fact]
    public async Task A_segment_with_a_damaged_block_is_kept_when_it_is_merged()
    {
        await using var world = await StoreWorld.OpenAsync();
        for (var i = 0; i < 4; i++)
        {
            await world.AppendAsync(Key, i, $"{i}");
            if (i == 3)
                Flip(world.Segments().Order(StringComparer.Ordinal).First(), BlockMark.Bytes + 4, 2);
            await world.Store.FlushAsync();
        }

        world.Segments().Length.ShouldBe(1);
        world.Messages(StoreWorld.Stream(Key)).ShouldBe(["1", "2", "3"]);
        Aside(world).ShouldHaveSingleItem();
        world.Damage.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("journal")]
    [InlineData("groups")]
    public async Task A_store_that_has_lost_all_of_a_kind_is_not_opened_unless_that_is_accepted(string directory)
    {
        await using var world = await SegmentsAndJournalAsync();
        await world.Store.DisposeAsync();
        Directory.Delete(Path.Combine(world.Options.Directory, directory), recursive: true);

        var refused = await Should.ThrowAsync<InvalidDataException>(world.OpenAgainAsync);
        refused.Message.ShouldContain("missing");
        refused.Message.ShouldContain("estiba restore");

        world.Options = world.Options with { AcceptsLoss = true };
        await world.OpenAgainAsync();
        world.Messages(StoreWorld.Stream(Key)).ShouldBe(directory == "journal" ? ["0", "1"] : ["2"]);
        world.Damage.Count.ShouldBeGreaterThan(0);

        world.Options = world.Options with { AcceptsLoss = false };
        await world.ReopenAsync();
        world.Damage.Count.ShouldBe(0);
    }

    [Fact]
    public async Task A_missing_segment_is_reported_at_every_start_and_the_rest_is_read()
    {
        await using var world = await SegmentsAndJournalAsync();
        await world.Store.DisposeAsync();
        File.Delete(world.Segments().Order(StringComparer.Ordinal).First());

        for (var round = 0; round < 2; round++)
        {
            if (round == 0)
                await world.OpenAgainAsync();
            else
                await world.ReopenAsync();
            world.Messages(StoreWorld.Stream(Key)).ShouldBe(["1", "2"]);
            world.Damage.Latest.Single().ShouldContain("is missing");
        }
    }

    [Fact]
    public async Task A_segment_that_is_removed_while_the_store_is_open_does_not_keep_the_others_from_being_read()
    {
        await using var world = await SegmentsAndJournalAsync();
        world.Messages(StoreWorld.Stream(Key)).ShouldBe(["0", "1", "2"]);
        File.Delete(world.Segments().Order(StringComparer.Ordinal).First());

        world.Messages(StoreWorld.Stream(Key)).ShouldBe(["1", "2"]);

        world.Damage.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Damage_of_the_catalog_is_reported_and_stops_nobody()
    {
        await using var world = await SegmentsAndJournalAsync();
        var catalog = Path.Combine(world.Options.Directory, "catalog");
        var length = new FileInfo(catalog).Length;
        for (var at = 0L; at < length; at += 7)
        {
            await world.Store.DisposeAsync();
            Flip(catalog, at, 0);
            await world.OpenAgainAsync();
            world.Messages(StoreWorld.Stream(Key)).ShouldBe(["0", "1", "2"], $"bit in byte {at}");
            await world.ReopenAsync();
            world.Damage.Count.ShouldBe(0);
            length = new FileInfo(catalog).Length;
        }
    }

    [Fact]
    public async Task A_crash_never_leaves_a_name_too_many_in_the_catalog()
    {
        await using var world = await StoreWorld.OpenAsync();
        using var copies = new TemporaryDirectory();
        for (var i = 0; i < 20; i++)
        {
            await world.AppendAsync(Key, i, $"{i}");
            await world.Store.FlushAsync();
            if (i % 5 == 4)
                await world.Store.CleanAsync(1, expiredBefore: i - 2);
            var copy = copies.Next($"{i}");
            TemporaryDirectory.Copy(world.Options.Directory, copy);
            await using var crashed = await StoreWorld.OpenAsync(copy);
            crashed.Damage.Latest.ShouldBeEmpty($"after {i}");
        }
    }

    [Fact]
    public async Task The_catalog_does_not_grow_with_files_that_are_gone()
    {
        await using var world = await StoreWorld.OpenAsync();
        var catalog = Path.Combine(world.Options.Directory, "catalog");
        var longest = 0L;
        for (var i = 0; i < 400; i++)
        {
            await world.AppendAsync(Key, i, $"{i}");
            await world.Store.FlushAsync();
            longest = Math.Max(longest, new FileInfo(catalog).Length);
        }

        longest.ShouldBeLessThan(80 << 10);
        new FileInfo(catalog).Length.ShouldBeLessThan(longest);
        await world.ReopenAsync();
        world.Damage.Latest.ShouldBeEmpty();
        await world.Store.DisposeAsync();
        foreach (var segment in world.Segments())
            File.Delete(segment);
        (await Should.ThrowAsync<InvalidDataException>(world.OpenAgainAsync)).Message.ShouldContain("missing");
        world.Options = world.Options with { AcceptsLoss = true };
        await world.OpenAgainAsync();
    }

    [Fact]
    public async Task A_journal_that_is_cut_short_while_the_store_is_open_costs_what_was_in_its_end()
    {
        await using var world = await StoreWorld.OpenAsync();
        await world.AppendAsync(Key, 1, "kept");
        await world.AppendAsync(Key, 2, "lost");
        await using (
            var file = new FileStream(
                world.Journals()[0],
                FileMode.Open,
                FileAccess.Write,
                FileShare.ReadWrite | FileShare.Delete
            )
        )
            file.SetLength(file.Length - 3);

        world.Messages(StoreWorld.Stream(Key)).ShouldBe(["kept"]);
        world.Damage.Count.ShouldBe(1);
        await world.Store.FlushAsync();

        world.Messages(StoreWorld.Stream(Key)).ShouldBe(["kept"]);
        world.Damage.Count.ShouldBe(1);
        Aside(world).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task What_the_disk_cannot_read_of_a_segment_is_damaged()
    {
        await using var world = await SegmentsAndJournalAsync();
        var file = Path.GetRelativePath(world.Options.Directory, world.Segments()[0]);
        var disk = new FailingDisk(world.Options.Directory);
        using var reader = SegmentReader.Open(disk, file);
        var block = reader.ReadBlocks()[0];

        disk.Unreadable = (block.Offset, block.Offset + block.Length);
        reader.TryReadBlock(block).ShouldBeNull();
        SegmentSalvage
            .Check(disk, file, TextRecord.Kind)
            .ShouldHaveSingleItem()
            .Sentence.ShouldStartWith($"A block of records at byte {block.Offset}");

        disk.Unreadable = (block.Offset + block.Length, long.MaxValue);
        Should.Throw<InvalidDataException>(() => SegmentReader.Open(disk, file));
    }

    [Fact]
    public async Task A_check_does_not_take_the_name_of_a_directory_above_for_that_of_a_file_put_aside()
    {
        using var directory = new TemporaryDirectory();
        await using var world = await StoreWorld.OpenAsync(directory.Next("a.damaged/logs"));
        await world.AppendAsync(Key, 1, "one");
        await world.Store.FlushAsync();
        Flip(world.Segments().ShouldHaveSingleItem(), 70, 4);

        Check(world.Options.Directory).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Records_that_the_state_does_not_know_are_kept_and_shown_again_when_it_does()
    {
        await using var world = await StoreWorld.OpenAsync();
        var (other, stream) = (new StreamKey(2, 20), new StreamKey(1, 11));
        await world.AppendAsync(Key, 1, "known");
        await world.AppendAsync(stream, 2, "a stream that the state does not know");
        await world.AppendAsync(other, 3, "a group that the state does not know");
        await world.Store.FlushAsync();
        await world.AppendAsync(stream, 4, "later");
        await world.AppendAsync(other, 5, "later");

        world.UnknownGroups.Add(2);
        world.UnknownStreams.Add(stream);
        for (var round = 0; round < 3; round++)
        {
            await world.ReopenAsync();
            world.Messages(new RecordQuery { Group = 1 }).ShouldBe(["known"]);
            await world.Store.FlushAsync();
            await world.Store.CleanAsync(1, expiredBefore: null);
        }

        world.UnknownGroups.Clear();
        world.UnknownStreams.Clear();
        await world.ReopenAsync();
        world.Messages(StoreWorld.Stream(stream)).ShouldBe(["a stream that the state does not know", "later"]);
        world.Messages(StoreWorld.Stream(other)).ShouldBe(["a group that the state does not know", "later"]);
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task Only_the_owner_may_see_the_files()
    {
        await using var world = await SegmentsAndJournalAsync();
        foreach (var path in Directory.GetFileSystemEntries(world.Options.Directory, "*", SearchOption.AllDirectories))
            File.GetUnixFileMode(path)
                .ShouldBe(Directory.Exists(path) ? PrivateFiles.DirectoryMode : PrivateFiles.FileMode, path);
    }

    [Fact]
    public async Task A_check_finds_every_flipped_bit_and_every_missing_file_and_changes_nothing()
    {
        await using var world = await SegmentsAndJournalAsync();
        await world.AppendAsync(Key, 3, "3");
        Check(world.Options.Directory).ShouldBeEmpty();

        using var copies = new TemporaryDirectory();
        foreach (var path in world.Segments().Append(world.Journals()[0]))
        {
            var copy = copies.Next("flipped " + Path.GetFileName(path));
            TemporaryDirectory.Copy(world.Options.Directory, copy);
            var file = path.Replace(world.Options.Directory, copy, StringComparison.Ordinal);
            Flip(file, 70, 4);
            var before = await File.ReadAllBytesAsync(file);
            Check(copy).ShouldHaveSingleItem().Sentence.ShouldContain(file);
            (await File.ReadAllBytesAsync(file)).ShouldBe(before);

            File.Delete(file);
            Check(copy).ShouldHaveSingleItem().Sentence.ShouldContain($"{file} is missing");
        }
    }

    private static List<Finding> Check(string directory)
    {
        var findings = new List<Finding>();
        SegmentStoreCheck.Run(
            new SegmentStoreOptions { Directory = directory, Kind = TextRecord.Kind },
            findings.Add,
            static _ => { },
            CancellationToken.None
        );
        return findings.FindAll(finding => !finding.IsNote);
    }

    /// <summary>Two segments and a journal with a record each.</summary>
    private static async Task<StoreWorld> SegmentsAndJournalAsync()
    {
        var world = await StoreWorld.OpenAsync();
        for (var i = 0; i < 2; i++)
        {
            await world.AppendAsync(Key, i, $"{i}");
            await world.Store.FlushAsync();
        }

        await world.AppendAsync(Key, 2, "2");
        return world;
    }

    /// <summary>
    /// How many blocks a segment has, and how many records are in the largest; the records are a millisecond apart.
    /// </summary>
    private static (int Blocks, int MostRecords) Blocks(string segment)
    {
        using var reader = SegmentReader.Open(
            new FileDirectory(Path.GetDirectoryName(segment)!),
            Path.GetFileName(segment)
        );
        var blocks = reader.ReadBlocks();
        return (blocks.Length, blocks.Max(block => (int)(block.LastTimestamp - block.FirstTimestamp) + 1));
    }

    private static string[] Aside(StoreWorld world) =>
        Directory.GetFiles(world.Options.Directory, "*.damaged*", SearchOption.AllDirectories);

    private static void Flip(string path, long at, int bit)
    {
        using var file = new FileStream(
            path,
            FileMode.Open,
            FileAccess.ReadWrite,
            FileShare.ReadWrite | FileShare.Delete
        );
        file.Position = at;
        var value = file.ReadByte();
        value.ShouldBeGreaterThanOrEqualTo(0, at.ToString(CultureInfo.InvariantCulture));
        file.Position = at;
        file.WriteByte((byte)(value ^ (1 << bit)));
    }
}
