using Estiba.Files;
using Estiba.Hosting;
using Estiba.State;

namespace Estiba.S3.Tests;

public sealed class ContentCheckTests
{
    [Fact]
    public async Task What_is_whole_is_no_finding_and_what_is_damaged_or_missing_is_one()
    {
        await using var world = await S3World.CreateAsync();
        await world.PutAsync("key", "content");
        var file = world.Files("objects").ShouldHaveSingleItem();

        (await FindingsAsync(world)).ShouldBeEmpty();
        await File.WriteAllTextAsync(file, "c0ntent");
        (await FindingsAsync(world)).ShouldHaveSingleItem().Sentence.ShouldContain("is damaged");
        await File.WriteAllTextAsync(file, "cont");
        (await FindingsAsync(world)).ShouldHaveSingleItem().Sentence.ShouldContain("has 4 bytes and not 7");
        File.Delete(file);
        (await FindingsAsync(world)).ShouldHaveSingleItem().Sentence.ShouldContain("is missing");
    }

    [Fact]
    public async Task What_was_deleted_meanwhile_is_not_missing()
    {
        await using var world = await S3World.CreateAsync();
        await world.PutAsync("key");
        var before = world.Store.Current;
        File.Delete(world.Files("objects").ShouldHaveSingleItem());
        await world.DeleteAsync("key");
        world.Time.Advance(TimeSpan.FromHours(1));
        await world.RunChoresAsync();

        (await FindingsAsync(world, before)).ShouldBeEmpty();
    }

    private static async Task<IReadOnlyList<Finding>> FindingsAsync(S3World world, View? state = null)
    {
        var findings = new List<Finding>();
        var files = new S3Module(new S3Options { DataDirectory = "" }).Files.ShouldHaveSingleItem();
        await files.CheckAsync!(
            new FilesCheck(
                world.Directory,
                state ?? world.Store.Current,
                () => Task.FromResult<View?>(world.Store.Current),
                findings.Add,
                static _ => { },
                CancellationToken.None
            )
        );
        return findings;
    }
}
