using Estiba.Files;
using Estiba.Metrics.Storage;

namespace Estiba.Metrics.Tests.Storage;

public sealed class DamageTests
{
    [Fact]
    public async Task Wherever_a_byte_of_a_block_is_wrong_most_series_are_read_and_nothing_wrong_is()
    {
        await using var world = await StorageWorld.OpenAsync(
            options: new StorageOptions { Directory = "", JournalBytes = 1 << 20 }
        );
        for (var i = 0; i < 300; i++)
            await world.PutAsync($"m{i}", i);
        await world.Store.FlushAsync();
        await world.Store.DisposeAsync();
        var block = world.Blocks("minutes").ShouldHaveSingleItem();
        var good = await File.ReadAllBytesAsync(block);
        var random = new Random(1);
        for (var round = 0; round < 16; round++)
        {
            var bad = (byte[])good.Clone();
            bad[round < 8 ? random.Next(bad.Length) : bad.Length - 1 - random.Next(200)] ^= 0x41;
            using var copies = new TemporaryDirectory();
            TemporaryDirectory.Copy(world.Options.Directory, copies.Next("bad"));
            await File.WriteAllBytesAsync(
                Path.Combine(copies.Next("bad"), Path.GetRelativePath(world.Options.Directory, block)),
                bad
            );

            Checked(copies.Next("bad")).ShouldNotBeEmpty();
            await using var damaged = await StorageWorld.OpenAsync(copies.Next("bad"), world.Time);
            var lost = Enumerable
                .Range(0, 300)
                .Count(i => damaged.Read($"m{i}", "Sum") is not [var one] || one.Value != i);
            lost.ShouldBeLessThanOrEqualTo(200);
            Enumerable.Range(0, 300).ShouldAllBe(i => damaged.Read($"m{i}", "Sum").All(point => point.Value == i));
            (lost > 0 || damaged.Damage.Count > 0).ShouldBeTrue();
            damaged.Damage.Count.ShouldBeGreaterThan(0);
        }
    }

    [Fact]
    public async Task A_damaged_part_of_a_journal_is_kept_aside_and_the_rest_is_read()
    {
        await using var world = await StorageWorld.OpenAsync();
        for (var i = 0; i < 5; i++)
            await world.PutAsync($"m{i}", i + 1);
        await world.Store.DisposeAsync();
        var journal = world.Journals().ShouldHaveSingleItem();
        var bytes = await File.ReadAllBytesAsync(journal);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(journal, bytes);
        Checked(world.Options.Directory).ShouldContain(finding => finding.Contains("damaged"));

        await using var damaged = await StorageWorld.OpenAsync(world.Options.Directory, world.Time);
        damaged.Damage.Count.ShouldBeGreaterThan(0);
        Enumerable.Range(0, 5).Sum(i => damaged.Total($"m{i}")).ShouldBeInRange(10, 14);
        Directory.GetFiles(world.Options.JournalDirectory, "*damaged*").ShouldNotBeEmpty();
        await damaged.PutAsync("new", 7);
        await damaged.ReopenAsync();
        damaged.Total("new").ShouldBe(7);
    }

    [Theory]
    [InlineData("series")]
    [InlineData("blocks")]
    [InlineData("journal")]
    public async Task Without_what_was_there_it_does_not_open_unless_that_is_accepted(string missing)
    {
        await using var world = await StorageWorld.OpenAsync();
        await world.PutAsync("m", 1);
        await world.Store.FlushAsync();
        await world.PutAsync("n", 2);
        await world.Store.DisposeAsync();
        var path = Path.Combine(world.Options.Directory, missing);
        if (File.Exists(path))
            File.Delete(path);
        else
            Directory.Delete(path, recursive: true);
        Checked(world.Options.Directory).ShouldNotBeEmpty();

        var refused = await Should.ThrowAsync<InvalidDataException>(() =>
            MetricStore.OpenAsync(world.Options, world.Time)
        );
        refused.Message.ShouldContain(missing);
        refused.Message.ShouldContain("estiba restore");
        await using var accepted = await MetricStore.OpenAsync(world.Options with { AcceptsLoss = true }, world.Time);
    }

    [Fact]
    public async Task One_missing_block_is_told_and_the_others_are_read()
    {
        await using var world = await StorageWorld.OpenAsync();
        await world.PutAsync("m", 1);
        await world.PutAsync("m", 2, after: -86_400);
        await world.Store.FlushAsync();
        await world.Store.DisposeAsync();
        File.Delete(world.Blocks("minutes")[0]);

        Checked(world.Options.Directory).ShouldHaveSingleItem().ShouldContain("is missing");
        await using var left = await StorageWorld.OpenAsync(world.Options.Directory, world.Time);
        left.Damage.Count.ShouldBe(1);
        left.Read("m", "Sum").Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_check_of_good_files_finds_nothing()
    {
        await using var world = await StorageWorld.OpenAsync();
        for (var i = 0; i < 50; i++)
            await world.PutAsync($"m{i % 7}", i, after: -3600 * i, isHighResolution: i % 2 == 0);
        Checked(world.Options.Directory).ShouldBeEmpty();
        await world.Store.FlushAsync();
        await world.PutAsync("m", 1);
        Checked(world.Options.Directory).ShouldBeEmpty();
    }

    private static List<string> Checked(string directory)
    {
        var found = new List<Finding>();
        StorageCheck.Run(
            new StorageOptions { Directory = directory },
            found.Add,
            static _ => { },
            CancellationToken.None
        );
        return [.. found.Where(finding => !finding.IsNote).Select(finding => finding.Sentence)];
    }
}
