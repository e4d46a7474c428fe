using Estiba.Contracts.S3;
using static Estiba.S3.Tests.S3World;

namespace Estiba.S3.Tests;

public sealed class VersionTests
{
    [Fact]
    public async Task Versions_are_kept_and_a_delete_marker_hides_them()
    {
        await using var world = await S3World.CreateAsync(BucketVersioningStatus.Enabled);
        var one = (await world.PutAsync("key", "one")).VersionId!;
        var two = (await world.PutAsync("key", "two")).VersionId!;
        var marker = await world.DeleteAsync("key");

        marker.DeleteMarker.ShouldBe(true);
        (await ErrorOfAsync(() => world.ReadAsync("key"))).ShouldBe("NoSuchKey");
        (await ErrorOfAsync(() => world.ReadAsync("key", marker.VersionId))).ShouldBe("MethodNotAllowed");
        (await world.ReadAsync("key", one)).ShouldBe("one");
        (await world.ListAsync()).Keys.ShouldBeEmpty();
        (await world.DeleteAsync("key", marker.VersionId)).DeleteMarker.ShouldBe(true);
        (await world.ReadAsync("key")).ShouldBe("two");
        await world.DeleteAsync("key", two);
        (await world.ReadAsync("key")).ShouldBe("one");
        (await ErrorOfAsync(() => world.ReadAsync("key", two))).ShouldBe("NoSuchVersion");
    }

    [Fact]
    public async Task While_suspended_the_null_version_is_replaced_and_others_stay()
    {
        await using var world = await S3World.CreateAsync();
        await world.PutAsync("key", "before");
        await world.VersionAsync(BucketVersioningStatus.Enabled);
        var kept = (await world.PutAsync("key", "kept")).VersionId!;
        await world.VersionAsync(BucketVersioningStatus.Suspended);

        (await world.PutAsync("key", "null")).VersionId.ShouldBe("null");

        (await world.ReadAsync("key", "null")).ShouldBe("null");
        (await world.ReadAsync("key", kept)).ShouldBe("kept");
        (await VersionsAsync(world)).Select(version => version.VersionId).ShouldBe(["null", kept]);
    }

    [Fact]
    public async Task Versions_are_listed_from_the_newest_page_by_page()
    {
        await using var world = await S3World.CreateAsync(BucketVersioningStatus.Enabled);
        var expected = new List<string>();
        foreach (var key in new[] { "a", "b" })
        {
            var ids = new List<string>();
            for (var version = 0; version < 3; version++)
                ids.Insert(0, (await world.PutAsync(key, $"{version}")).VersionId!);
            expected.AddRange(ids);
        }

        var found = new List<string>();
        ListObjectVersionsOutput? page = null;
        do
        {
            var request = new ListObjectVersionsRequest
            {
                Bucket = BucketName,
                MaxKeys = 2,
                KeyMarker = page?.NextKeyMarker,
                VersionIdMarker = page?.NextVersionIdMarker,
            };
            page = await world.Api.ListObjectVersionsAsync(request, Context);
            found.AddRange(page.Versions!.Select(version => version.VersionId!));
        } while (page.IsTruncated == true);

        found.ShouldBe(expected);
    }

    private static async Task<IReadOnlyList<ObjectVersion>> VersionsAsync(S3World world) =>
        (
            await world.Api.ListObjectVersionsAsync(new ListObjectVersionsRequest { Bucket = BucketName }, Context)
        ).Versions!;
}
