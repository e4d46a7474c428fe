namespace Estiba.Files.Tests.Segments;

public sealed class SegmentStoreTests
{
    private static readonly StreamKey First = new(1, 10);
    private static readonly StreamKey Second = new(1, 20);
    private static readonly StreamKey Elsewhere = new(2, 30);

    [Fact]
    public async Task An_record_is_read_back_with_its_times()
    {
        await using var world = await StoreWorld.OpenAsync();
        await world.AppendAsync(First, 1000, "héllo");

        var found = world.Store.Read(StoreWorld.Stream(First)).Records.ShouldHaveSingleItem();
        StoreWorld.Text(found).ShouldBe("héllo");
        found.Position.Timestamp.ShouldBe(1000);
        found.IngestionTime.ShouldBe(world.Time.Milliseconds);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Records_come_in_the_order_of_their_timestamps_then_of_their_arrival(bool flushed)
    {
        await using var world = await StoreWorld.OpenAsync();
        await world.AppendAsync(First, new TextRecord(5, "c"), new TextRecord(9, "e"));
        await world.AppendAsync(First, new TextRecord(1, "a"), new TextRecord(5, "d"));
        await world.AppendAsync(First, 3, "b");
        if (flushed)
            await world.Store.FlushAsync();

        world.Messages(StoreWorld.Stream(First)).ShouldBe(["a", "b", "c", "d", "e"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_range_of_time_includes_both_ends(bool flushed)
    {
        await using var world = await StoreWorld.OpenAsync();
        for (var i = 0; i < 200; i++)
            await world.AppendAsync(First, i, $"{i}");
        if (flushed)
            await world.Store.FlushAsync();

        world.Messages(StoreWorld.Stream(First) with { From = 50, Through = 52 }).ShouldBe(["50", "51", "52"]);
    }

    [Fact]
    public async Task A_group_is_read_across_its_streams_in_order_of_time()
    {
        await using var world = await StoreWorld.OpenAsync();
        await world.AppendAsync(First, 1, "a");
        await world.AppendAsync(Second, 2, "b");
        await world.Store.FlushAsync();
        await world.AppendAsync(Elsewhere, 2, "x");
        await world.AppendAsync(First, 3, "c");

        world.Messages(new RecordQuery { Group = 1 }).ShouldBe(["a", "b", "c"]);
    }

    [Fact]
    public async Task A_page_has_no_more_records_and_bytes_than_asked_for()
    {
        await using var world = await StoreWorld.OpenAsync();
        for (var i = 0; i < 10; i++)
            await world.AppendAsync(First, i, new string('x', 74));

        world.Store.Read(StoreWorld.Stream(First) with { Limit = 3 }).Records.Count.ShouldBe(3);
        world.Store.Read(StoreWorld.Stream(First) with { MaxBytes = 450 }).Records.Count.ShouldBe(4);
        world.Store.Read(StoreWorld.Stream(First) with { MaxBytes = 1 }).Records.Count.ShouldBe(1);
    }

    [Fact]
    public async Task The_latest_records_come_first_when_reading_backwards_but_in_ascending_order()
    {
        await using var world = await StoreWorld.OpenAsync();
        for (var i = 0; i < 100; i++)
            await world.AppendAsync(First, i, $"{i}");

        var last = world.Store.Read(StoreWorld.Stream(First) with { Limit = 2, Descending = true });
        last.Records.Select(StoreWorld.Text).ShouldBe(["98", "99"]);
        var before = world.Store.Read(
            StoreWorld.Stream(First) with
            {
                Limit = 2,
                Descending = true,
                Beyond = last.Next,
            }
        );
        before.Records.Select(StoreWorld.Text).ShouldBe(["96", "97"]);
    }

    [Fact]
    public async Task A_position_is_not_moved_by_what_arrives_later()
    {
        await using var world = await StoreWorld.OpenAsync();
        for (var i = 0; i < 10; i++)
            await world.AppendAsync(First, i * 10, $"{i}");
        var page = world.Store.Read(StoreWorld.Stream(First) with { Limit = 5 });
        await world.AppendAsync(First, 15, "late, before the position");
        await world.AppendAsync(First, 65, "late, after the position");

        world
            .Messages(StoreWorld.Stream(First) with { Beyond = page.Next })
            .ShouldBe(["5", "6", "late, after the position", "7", "8", "9"]);
    }

    [Fact]
    public async Task A_search_that_reads_too_much_ends_early_and_goes_on_where_it_stopped()
    {
        await using var world = await StoreWorld.OpenAsync();
        for (var i = 0; i < 500; i++)
            await world.AppendAsync(i % 2 == 0 ? First : Second, i, $"record number {i}");
        var query = new RecordQuery { Group = 1, ScanBytes = 1000 };

        world.Store.Read(query).Records.Count.ShouldBeLessThan(500);
        world.Messages(query).ShouldBe([.. Enumerable.Range(0, 500).Select(i => $"record number {i}")]);
    }

    [Fact]
    public async Task Everything_acknowledged_is_there_after_a_restart()
    {
        await using var world = await StoreWorld.OpenAsync();
        for (var i = 0; i < 300; i++)
            await world.AppendAsync(i % 3 == 0 ? First : Elsewhere, i, $"{i}");
        await world.ReopenAsync();

        world.Messages(StoreWorld.Stream(First)).Count.ShouldBe(100);
        world.Messages(StoreWorld.Stream(Elsewhere)).Count.ShouldBe(200);
    }

    [Fact]
    public async Task Sequences_go_on_after_a_restart_even_when_all_is_sorted()
    {
        await using var world = await StoreWorld.OpenAsync();
        await world.AppendAsync(First, 1, "a");
        await world.Store.FlushAsync();
        await world.ReopenAsync();
        await world.AppendAsync(First, 1, "b");

        world.Messages(StoreWorld.Stream(First)).ShouldBe(["a", "b"]);
    }

    [Fact]
    public async Task A_sorted_journal_is_deleted_and_small_segments_are_merged()
    {
        await using var world = await StoreWorld.OpenAsync();
        for (var round = 0; round < 20; round++)
        {
            await world.AppendAsync(First, round, $"{round}");
            await world.Store.FlushAsync();
        }

        world.Journals().Length.ShouldBe(1);
        world.Segments().Length.ShouldBeLessThan(6);
        world.Messages(StoreWorld.Stream(First)).Count.ShouldBe(20);
    }

    [Fact]
    public async Task Many_writers_share_syncs_and_all_are_stored()
    {
        await using var world = await StoreWorld.OpenAsync();
        await Task.WhenAll(
            Enumerable.Range(0, 2000).Select(i => world.AppendAsync(new StreamKey(1, i % 50), i, $"{i}"))
        );

        world.Messages(new RecordQuery { Group = 1 }).ShouldBe([.. Enumerable.Range(0, 2000).Select(i => $"{i}")]);
    }

    [Fact]
    public async Task Statistics_say_first_last_and_ingestion_also_after_a_restart()
    {
        await using var world = await StoreWorld.OpenAsync();
        await world.AppendAsync(First, 70, "b");
        await world.Store.FlushAsync();
        world.Time.Advance(TimeSpan.FromSeconds(1));
        await world.AppendAsync(First, 50, "a");
        await world.ReopenAsync();

        world.Store.Statistics(First).ShouldBe(new StreamStatistics(50, 70, world.Time.Milliseconds, 2 * 27));
        world.Store.Statistics(Second).ShouldBeNull();
        world.Store.StoredBytes(1).ShouldBe(2 * 27);
    }

    [Fact]
    public async Task Deleting_a_stream_hides_its_records_and_cleaning_frees_their_space()
    {
        await using var world = await StoreWorld.OpenAsync();
        for (var i = 0; i < 100; i++)
            await world.AppendAsync(i % 2 == 0 ? First : Second, i, Guid.NewGuid().ToString());
        await world.Store.FlushAsync();
        var before = world.Segments().Sum(path => new FileInfo(path).Length);

        world.DeletedStreams.Add(First);
        world.Store.DeleteStream(First);
        world.Messages(new RecordQuery { Group = 1 }).Count.ShouldBe(50);

        await world.Store.CleanAsync(1, expiredBefore: null);
        world.Segments().Sum(path => new FileInfo(path).Length).ShouldBeLessThan(before * 2 / 3);
        await world.ReopenAsync();
        world.Messages(new RecordQuery { Group = 1 }).Count.ShouldBe(50);
    }

    [Fact]
    public async Task A_stream_that_was_deleted_before_a_restart_stays_hidden()
    {
        await using var world = await StoreWorld.OpenAsync();
        await world.AppendAsync(First, 1, "gone");
        await world.Store.FlushAsync();
        await world.AppendAsync(First, 2, "gone too");
        await world.AppendAsync(Second, 3, "here");
        world.DeletedStreams.Add(First);
        await world.ReopenAsync();

        world.Messages(new RecordQuery { Group = 1 }).ShouldBe(["here"]);
    }

    [Fact]
    public async Task Deleting_a_group_removes_its_files()
    {
        await using var world = await StoreWorld.OpenAsync();
        await world.AppendAsync(First, 1, "a");
        await world.Store.FlushAsync();
        await world.AppendAsync(First, 2, "b");
        world.DeletedGroups.Add(1);
        world.Store.DeleteGroup(1);
        world.Messages(new RecordQuery { Group = 1 }).ShouldBeEmpty();

        await world.Store.FlushAsync();
        Directory.GetDirectories(world.Options.GroupsDirectory).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_files_of_a_group_that_is_gone_are_removed_at_the_start()
    {
        await using var world = await StoreWorld.OpenAsync();
        await world.AppendAsync(First, 1, "a");
        await world.Store.FlushAsync();
        world.DeletedGroups.Add(1);
        await world.ReopenAsync();

        Directory.GetDirectories(world.Options.GroupsDirectory).ShouldBeEmpty();
    }

    [Fact]
    public async Task Segments_whose_records_have_all_expired_are_dropped()
    {
        await using var world = await StoreWorld.OpenAsync();
        world.Retention = TimeSpan.FromDays(1);
        await world.AppendAsync(First, 1000, "old");
        await world.Store.FlushAsync();
        await world.AppendAsync(First, 2000, "new");
        await world.Store.FlushAsync();
        await world.Store.CleanAsync(1, expiredBefore: 1500);

        world.Segments().Length.ShouldBe(1);
        world.Messages(StoreWorld.Stream(First)).ShouldBe(["new"]);
    }

    [Fact]
    public async Task A_reader_keeps_the_files_that_it_reads_while_they_are_merged_away()
    {
        await using var world = await StoreWorld.OpenAsync();
        for (var round = 0; round < 3; round++)
        {
            await world.AppendAsync(First, round, $"{round}");
            await world.Store.FlushAsync();
        }

        using var pause = new Pause();
        var reading = Task.Run(() => world.Messages(StoreWorld.Stream(First) with { Filter = pause }));
        await pause.Reached.Task;
        await world.AppendAsync(First, 3, "3");
        await world.Store.FlushAsync();
        world.Segments().Length.ShouldBe(4, "the merged one, and three that are still read");
        pause.Continue.Set();

        (await reading).ShouldBe(["0", "1", "2"]);
        world.Segments().Length.ShouldBe(1);
    }

    [Fact]
    public async Task An_idle_group_is_forgotten_at_the_second_clean_up_and_read_again_when_asked()
    {
        await using var world = await StoreWorld.OpenAsync();
        await world.AppendAsync(First, 1, "a");
        await world.Store.FlushAsync();
        world.Messages(StoreWorld.Stream(First)).ShouldBe(["a"]);
        await world.Store.CleanAsync(1, expiredBefore: null);
        world.Store.LoadedGroups.ShouldBe(1);
        await world.Store.CleanAsync(1, expiredBefore: null);
        world.Store.LoadedGroups.ShouldBe(0);
        world.Messages(StoreWorld.Stream(First)).ShouldBe(["a"]);
    }

    [Fact]
    public async Task A_reader_sees_all_that_was_acknowledged_once_while_it_is_written_sorted_and_merged()
    {
        await using var world = await StoreWorld.OpenAsync();
        const int Lines = 1500;
        var acknowledged = 0;
        var writing = Task.Run(async () =>
        {
            for (var i = 0; i < Lines; i++)
            {
                await world.AppendAsync(First, i, $"{i}");
                Volatile.Write(ref acknowledged, i + 1);
            }
        });
        while (!writing.IsCompleted)
        {
            var least = Volatile.Read(ref acknowledged);
            var found = world.Messages(StoreWorld.Stream(First) with { Limit = 700 });
            found.Count.ShouldBeGreaterThanOrEqualTo(least);
            string.Join(' ', found).ShouldBe(string.Join(' ', Enumerable.Range(0, found.Count)));
        }

        await writing;
        world.Messages(StoreWorld.Stream(First)).Count.ShouldBe(Lines);
    }

    [Fact]
    public async Task A_second_store_in_the_same_directory_is_refused()
    {
        await using var world = await StoreWorld.OpenAsync();
        var failure = await Should.ThrowAsync<IOException>(() => StoreWorld.OpenAsync(world.Options.Directory));
        failure.Message.ShouldContain("in use by another process");
    }

    [Fact]
    public async Task A_damaged_segment_is_put_aside_and_the_rest_is_read()
    {
        await using var world = await StoreWorld.OpenAsync();
        await world.AppendAsync(First, 1, "lost");
        await world.Store.FlushAsync();
        var path = world.Segments().ShouldHaveSingleItem();
        await world.AppendAsync(First, 2, "kept");
        await world.Store.FlushAsync();
        await File.WriteAllBytesAsync(path, new byte[500]);
        await world.ReopenAsync();

        world.Messages(StoreWorld.Stream(First)).ShouldBe(["kept"]);
        File.Exists(path + ".damaged").ShouldBeTrue();
    }

    [Fact]
    public async Task A_segment_whose_directory_of_streams_is_damaged_is_put_aside_and_its_records_are_saved()
    {
        await using var world = await StoreWorld.OpenAsync();
        await world.AppendAsync(First, 1, "saved");
        await world.Store.FlushAsync();
        var path = world.Segments().ShouldHaveSingleItem();
        var bytes = await File.ReadAllBytesAsync(path);
        bytes[^(SegmentFormat.TrailerBytes + 1)] ^= 0xFF; // the last byte before the trailer
        await File.WriteAllBytesAsync(path, bytes);
        await world.ReopenAsync();

        await world.AppendAsync(First, 2, "kept");
        await world.Store.FlushAsync();

        world.Messages(StoreWorld.Stream(First)).ShouldBe(["saved", "kept"]);
        File.Exists(path + ".damaged").ShouldBeTrue();
    }

    [Fact]
    public async Task A_batch_that_could_not_be_read_again_is_refused()
    {
        await using var world = await StoreWorld.OpenAsync();
        var half = new TextRecord(1, new string('x', BatchFrame.MaxBytes / 2));

        await Should.ThrowAsync<ArgumentException>(() => world.AppendAsync(First, half, half));
        await world.AppendAsync(First, 2, "goes on");

        world.Messages(StoreWorld.Stream(First)).ShouldBe(["goes on"]);
    }

    [Fact]
    public async Task Journals_are_sorted_after_a_failure_that_nobody_thought_of()
    {
        await using var world = await StoreWorld.OpenAsync();
        world.Fault = new InvalidOperationException("nobody thought of it");
        await world.AppendAsync(First, 1, new string('x', 5000));
        await HoldsAsync(() => world.Faults > 0);

        world.Fault = null;

        await HoldsAsync(() =>
        {
            world.Time.Advance(world.Options.RetryDelay);
            return world.Segments().Length == 1;
        });

        static async Task HoldsAsync(Func<bool> condition)
        {
            for (var tries = 0; !condition(); tries++)
            {
                tries.ShouldBeLessThan(6000);
                await Task.Delay(20);
            }
        }
    }

    /// <summary>Stops a reader at its first record until it may go on.</summary>
    private sealed class Pause : IRecordFilter, IDisposable
    {
        internal TaskCompletionSource Reached { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal ManualResetEventSlim Continue { get; } = new();

        public bool Matches(ReadOnlySpan<byte> message)
        {
            Reached.TrySetResult();
            Continue.Wait(TimeSpan.FromSeconds(120)).ShouldBeTrue();
            return true;
        }

        public void Dispose() => Continue.Dispose();
    }
}
