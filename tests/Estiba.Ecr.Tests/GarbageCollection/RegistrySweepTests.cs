using System.Net;
using Estiba.Contracts.Ecr;
using static Estiba.Ecr.Tests.Pushing;

namespace Estiba.Ecr.Tests.GarbageCollection;

public sealed class RegistrySweepTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Day = TimeSpan.FromHours(24);

    [Fact]
    public async Task What_an_image_uses_is_kept()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("one");
        await platform.Http.PushImageAsync("one", "latest");

        platform.Clock.Advance(30 * Day);
        var removed = await platform.SweepAsync();

        removed.ShouldBe(default);
        platform.BlobFiles().Count().ShouldBe(3);
    }

    [Fact]
    public async Task The_layers_of_a_deleted_image_go_when_no_push_can_count_on_them_any_more()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("one");
        await platform.Http.PushImageAsync("one", "latest");
        platform.Clock.Advance(30 * Day);
        await DeleteImageAsync(platform, "latest");

        await platform.SweepAsync();
        var soon = platform.BlobFiles().Count();
        platform.Clock.Advance(Day);
        await platform.SweepAsync();

        soon.ShouldBe(3);
        platform.BlobFiles().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_blob_stays_as_long_as_one_repository_holds_it()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("one");
        await platform.CreateRepositoryAsync("two");
        await platform.Http.PushImageAsync("one", "latest");
        await platform.Http.PushImageAsync("two", "latest");
        await platform.Ecr.DeleteRepositoryAsync(
            new DeleteRepositoryRequest { RepositoryName = "one", Force = true },
            Platform.Caller(),
            default
        );

        platform.Clock.Advance(2 * Day);
        await platform.SweepAsync();

        using var http = await platform.LogInAsync();
        (await http.GetAsync($"/v2/two/blobs/{DigestOf(RandomBytes(200))}")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_layer_that_a_push_asked_for_is_kept_for_its_manifest()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("one");
        await platform.Http.PushBlobAsync("one", RandomBytes(10));
        platform.Clock.Advance(23 * Hour);
        using var later = await platform.LogInAsync();
        await later.SendAsync(new HttpRequestMessage(HttpMethod.Head, $"/v2/one/blobs/{DigestOf(RandomBytes(10))}"));

        platform.Clock.Advance(2 * Hour);
        await platform.SweepAsync();
        using var pushed = await later.PutManifestAsync("one", "latest", Manifest(RandomBytes(10)));

        pushed.StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_blob_that_the_state_never_knew_is_kept()
    {
        await using var platform = await Platform.StartAsync();
        var folder = Directory.CreateDirectory(Path.Combine(platform.BlobDirectory, "sha256", "ab"));
        await File.WriteAllBytesAsync(Path.Combine(folder.FullName, "ab" + new string('0', 62)), RandomBytes(10));

        platform.Clock.Advance(30 * Day);
        (await platform.SweepAsync()).Blobs.ShouldBe(0);

        platform.BlobFiles().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task What_is_newer_than_the_state_is_kept()
    {
        await using var newer = await Platform.StartAsync();
        await newer.CreateRepositoryAsync("one");
        await newer.Http.PushImageAsync("one", "latest");

        // A state that knows nothing of the image, beside the files.
        await using var older = await Platform.StartAsync(newer.Directory);
        older.Clock.Advance(30 * Day);
        (await older.SweepAsync()).Blobs.ShouldBe(0);

        (await newer.Http.GetAsync($"/v2/one/blobs/{DigestOf(RandomBytes(200))}")).StatusCode.ShouldBe(
            HttpStatusCode.OK
        );
    }

    [Fact]
    public async Task A_layer_that_is_pushed_again_before_the_sweep_is_kept()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("one");
        await platform.Http.PushImageAsync("one", "latest");
        await DeleteImageAsync(platform, "latest");
        platform.Clock.Advance(23 * Hour);
        using var later = await platform.LogInAsync();
        await later.PushImageAsync("one", "again");

        platform.Clock.Advance(30 * Day);
        await platform.SweepAsync();

        platform.BlobFiles().Count().ShouldBe(3);
        platform.Store.Current.Count(EcrTables.UnlinkedBlobs).ShouldBe(0);
    }

    [Fact]
    public async Task An_abandoned_upload_is_ended_and_a_busy_one_is_not()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("one");
        var abandoned = await platform.Http.StartUploadAsync("one");
        var busy = await platform.Http.StartUploadAsync("one");
        platform.Clock.Advance(11 * Hour);
        await platform.Http.PatchAsync(busy, RandomBytes(10));
        platform.Clock.Advance(13 * Hour);

        var removed = await platform.SweepAsync();

        removed.Uploads.ShouldBe(1);
        using var again = await platform.LogInAsync();
        (await again.GetAsync(abandoned)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await again.GetAsync(busy)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task Uploads_left_by_a_crash_are_ended()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("one");
        await platform.Http.StartUploadAsync("one");

        await platform.RestartAsync();
        platform.Clock.Advance(Day);
        await platform.SweepAsync();

        platform.UploadFiles().ShouldBeEmpty();
    }

    [Fact]
    public async Task Sweeping_never_takes_anything_from_pushes_that_run()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("one");
        using var stop = new CancellationTokenSource();
        var sweeping = SweepAsync(platform, stop.Token);

        try
        {
            for (var round = 0; round < 10; round++)
                await PushReadAndDeleteAsync(platform);
        }
        finally
        {
            await stop.CancelAsync();
            await sweeping;
        }
    }

    private static async Task PushReadAndDeleteAsync(Platform platform)
    {
        await Task.WhenAll(
            Enumerable.Range(1, 4).Select(seed => platform.Http.PushImageAsync("one", $"tag-{seed}", seed))
        );
        foreach (var seed in Enumerable.Range(1, 4))
        {
            (await platform.Http.GetByteArrayAsync($"/v2/one/blobs/{DigestOf(RandomBytes(200, seed))}")).ShouldBe(
                RandomBytes(200, seed)
            );
            await DeleteImageAsync(platform, $"tag-{seed}");
        }
        // Their contents are pushed again while they are old enough to be swept.
        foreach (var file in platform.BlobFiles().ToList())
            TryMakeOld(file);
    }

    private static async Task SweepAsync(Platform platform, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            await platform.SweepAsync();
            await Task.Yield();
        }
    }

    private static void TryMakeOld(string file)
    {
        try
        {
            File.SetLastWriteTimeUtc(file, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            // The sweep was faster.
        }
    }

    private static Task<BatchDeleteImageResponse> DeleteImageAsync(Platform platform, string tag) =>
        platform.Ecr.BatchDeleteImageAsync(
            new BatchDeleteImageRequest { RepositoryName = "one", ImageIds = [new ImageIdentifier { ImageTag = tag }] },
            Platform.Caller(),
            default
        );
}
