using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using static Estiba.Ecr.Tests.Pushing;

namespace Estiba.Ecr.Tests.Registry;

public sealed class BlobTests
{
    [Fact]
    public async Task A_blob_is_stored_once_whatever_the_repository()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("one");
        await platform.CreateRepositoryAsync("other/two");

        await platform.Http.PushBlobAsync("one", RandomBytes(1000));
        await platform.Http.PushBlobAsync("other/two", RandomBytes(1000));

        platform.BlobFiles().Count().ShouldBe(1);
    }

    [Fact]
    public async Task A_blob_pushed_twice_at_once_is_whole()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("one");
        var content = RandomBytes(3_000_000);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => platform.Http.PushBlobAsync("one", content)));

        (await platform.Http.GetByteArrayAsync($"/v2/one/blobs/{DigestOf(content)}")).ShouldBe(content);
        platform.UploadFiles().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_blob_is_not_seen_from_a_repository_that_does_not_hold_it()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("one");
        await platform.CreateRepositoryAsync("two");
        var digest = await platform.Http.PushBlobAsync("one", RandomBytes(10));

        using var answer = await platform.Http.GetAsync($"/v2/two/blobs/{digest}");

        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await answer.ErrorAsync()).Code.ShouldBe("BLOB_UNKNOWN");
    }

    [Fact]
    public async Task A_blob_says_what_it_is_before_it_is_read()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("one");
        var digest = await platform.Http.PushBlobAsync("one", RandomBytes(1000));

        using var head = await platform.Http.SendAsync(
            new HttpRequestMessage(HttpMethod.Head, $"/v2/one/blobs/{digest}")
        );

        head.Content.Headers.ContentLength.ShouldBe(1000);
        head.Headers.ETag!.Tag.ShouldBe($"\"{digest}\"");
        head.Headers.GetValues("Docker-Content-Digest").ShouldBe([digest]);
        head.Headers.GetValues("Docker-Distribution-Api-Version").ShouldBe(["registry/2.0"]);
    }

    [Theory]
    [InlineData("bytes=0-9", 0, 10)]
    [InlineData("bytes=990-", 990, 10)]
    [InlineData("bytes=-5", 995, 5)]
    [InlineData("bytes=995-2000", 995, 5)]
    public async Task A_part_of_a_blob_can_be_read(string range, int first, int length)
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("one");
        var content = RandomBytes(1000);
        var digest = await platform.Http.PushBlobAsync("one", content);

        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v2/one/blobs/{digest}");
        request.Headers.Range = RangeHeaderValue.Parse(range);
        using var answer = await platform.Http.SendAsync(request);

        answer.StatusCode.ShouldBe(HttpStatusCode.PartialContent);
        answer.Content.Headers.ContentRange!.ToString().ShouldBe($"bytes {first}-{first + length - 1}/1000");
        (await answer.Content.ReadAsByteArrayAsync()).ShouldBe(content[first..(first + length)]);
    }

    [Fact]
    public async Task A_part_beyond_the_end_of_a_blob_cannot_be_read()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("one");
        var digest = await platform.Http.PushBlobAsync("one", RandomBytes(10));

        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v2/one/blobs/{digest}");
        request.Headers.Range = new RangeHeaderValue(10, null);
        using var answer = await platform.Http.SendAsync(request);

        answer.StatusCode.ShouldBe(HttpStatusCode.RequestedRangeNotSatisfiable);
    }

    [Fact]
    public async Task A_blob_may_be_named_by_sha512()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("one");
        var content = RandomBytes(300_000);
        var digest = $"sha512:{Convert.ToHexStringLower(SHA512.HashData(content))}";

        using var pushed = await platform.Http.PostAsync(
            $"/v2/one/blobs/uploads/?digest={digest}",
            new ByteArrayContent(content)
        );

        pushed.StatusCode.ShouldBe(HttpStatusCode.Created);
        (await platform.Http.GetByteArrayAsync(pushed.Headers.Location)).ShouldBe(content);
    }

    [Fact]
    public async Task An_empty_blob_is_a_blob()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("one");

        var digest = await platform.Http.PushBlobAsync("one", []);

        (await platform.Http.GetByteArrayAsync($"/v2/one/blobs/{digest}")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_layer_of_an_image_is_not_deleted()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("one");
        await platform.Http.PushImageAsync("one", "latest");

        using var answer = await platform.Http.DeleteAsync($"/v2/one/blobs/{DigestOf(RandomBytes(200))}");

        answer.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
    }

    [Fact]
    public async Task A_layer_that_no_image_uses_can_be_deleted()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("one");
        var digest = await platform.Http.PushBlobAsync("one", RandomBytes(10));

        using var deleted = await platform.Http.DeleteAsync($"/v2/one/blobs/{digest}");

        deleted.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await platform.Http.GetAsync($"/v2/one/blobs/{digest}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }
}
