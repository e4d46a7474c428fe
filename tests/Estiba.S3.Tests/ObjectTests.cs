using Estiba.Contracts;
using Estiba.Contracts.S3;
using static Estiba.S3.Tests.S3World;

namespace Estiba.S3.Tests;

public sealed class ObjectTests
{
    [Theory]
    [InlineData("../../../etc/passwd")]
    [InlineData("/")]
    [InlineData("a//b/../c")]
    [InlineData("nul\0inside")]
    [InlineData("ü \u00ff \u4e2d \ud83d\ude00")]
    [InlineData("uploads/..")]
    public async Task A_key_is_data_and_no_file_name(string key)
    {
        await using var world = await S3World.CreateAsync();

        await world.PutAsync(key, "its content");

        (await world.ReadAsync(key)).ShouldBe("its content");
        (await world.ListAsync()).Keys.ShouldBe([key]);
        Path.GetFileName(world.Files("objects").ShouldHaveSingleItem()).ShouldMatch("^[0-9a-f]{32}$");
    }

    [Fact]
    public async Task A_key_has_at_most_1024_bytes()
    {
        await using var world = await S3World.CreateAsync();

        await world.PutAsync(new string('ü', 512));

        (await ErrorOfAsync(() => world.PutAsync(new string('ü', 513)))).ShouldBe("KeyTooLongError");
    }

    [Fact]
    public async Task What_is_said_of_an_object_comes_back_with_it()
    {
        await using var world = await S3World.CreateAsync();
        var put = await world.PutAsync("key", "hello", request =>
            request with
            {
                ContentType = "text/plain",
                CacheControl = "no-cache",
                Metadata = new Dictionary<string, string> { ["Color"] = "grün" },
                Tagging = "a=1&b=two%20words",
            }
        );
        put.ETag.ShouldBe("\"5d41402abc4b2a76b9719d911017c592\"");
        await world.RestartAsync();

        var found = await world.GetAsync("key", request => request with { ChecksumMode = ChecksumMode.Enabled });

        found.ContentType.ShouldBe("text/plain");
        found.CacheControl.ShouldBe("no-cache");
        found.Metadata!["color"].ShouldBe("=?UTF-8?B?Z3LDvG4=?=");
        found.TagCount.ShouldBe(2);
        found.ContentLength.ShouldBe(5);
        found.ChecksumCRC64NVME.ShouldBe(put.ChecksumCRC64NVME);
        await found.Body!.DisposeAsync();
    }

    [Theory]
    [InlineData("bytes=0-0", "0", "bytes 0-0/10")]
    [InlineData("bytes=3-5", "345", "bytes 3-5/10")]
    [InlineData("bytes=7-", "789", "bytes 7-9/10")]
    [InlineData("bytes=-2", "89", "bytes 8-9/10")]
    [InlineData("bytes=-20", "0123456789", "bytes 0-9/10")]
    [InlineData("bytes=5-100", "56789", "bytes 5-9/10")]
    [InlineData("bytes=5-3", "0123456789", null)]
    [InlineData("bytes=0-1,3-4", "0123456789", null)]
    [InlineData("lines=1-2", "0123456789", null)]
    public async Task A_range_of_an_object_can_be_read(string range, string content, string? contentRange)
    {
        await using var world = await S3World.CreateAsync();
        await world.PutAsync("key", "0123456789");

        (await world.ReadAsync("key", range: range)).ShouldBe(content);

        var head = new HeadObjectRequest
        {
            Bucket = BucketName,
            Key = "key",
            Range = range,
        };
        (await world.Api.HeadObjectAsync(head, Context)).ContentRange.ShouldBe(contentRange);
    }

    [Theory]
    [InlineData("bytes=10-")]
    [InlineData("bytes=-0")]
    public async Task A_range_behind_the_end_is_refused(string range)
    {
        await using var world = await S3World.CreateAsync();
        await world.PutAsync("key", "0123456789");

        var error = await Should.ThrowAsync<AwsException>(() => world.ReadAsync("key", range: range));

        (error.Code, error.StatusCode).ShouldBe(("InvalidRange", 416));
        error.Headers.ShouldContain(KeyValuePair.Create("Content-Range", "bytes */10"));
    }

    [Fact]
    public async Task A_reader_may_demand_what_an_object_is()
    {
        await using var world = await S3World.CreateAsync();
        var etag = (await world.PutAsync("key")).ETag!;
        var then = world.Time.GetUtcNow();

        Task<GetObjectOutput> Get(Func<GetObjectRequest, GetObjectRequest> change) => world.GetAsync("key", change);
        (await ErrorOfAsync(() => Get(it => it with { IfMatch = "\"other\"" }))).ShouldBe("PreconditionFailed");
        (await ErrorOfAsync(() => Get(it => it with { IfNoneMatch = etag }))).ShouldBe("NotModified");
        (await ErrorOfAsync(() => Get(it => it with { IfModifiedSince = then }))).ShouldBe("NotModified");
        (await ErrorOfAsync(() => Get(it => it with { IfUnmodifiedSince = then.AddDays(-1) }))).ShouldBe(
            "PreconditionFailed"
        );
        var found = await Get(it => it with { IfMatch = etag, IfUnmodifiedSince = then.AddDays(-1) });

        await found.Body!.DisposeAsync();
    }

    [Fact]
    public async Task A_writer_may_demand_what_is_there()
    {
        await using var world = await S3World.CreateAsync();
        Task<PutObjectOutput> Put(string? ifMatch, string? ifNoneMatch) =>
            world.PutAsync("key", "content", it => it with { IfMatch = ifMatch, IfNoneMatch = ifNoneMatch });

        (await ErrorOfAsync(() => Put("\"any\"", null))).ShouldBe("NoSuchKey");
        var etag = (await Put(null, "*")).ETag;
        (await ErrorOfAsync(() => Put(null, "*"))).ShouldBe("PreconditionFailed");
        (await ErrorOfAsync(() => Put("\"other\"", null))).ShouldBe("PreconditionFailed");
        await Put(etag, null);

        (await ErrorOfAsync(() => Put(null, "\"tag\""))).ShouldBe("NotImplemented");
    }

    [Fact]
    public async Task Of_many_writers_who_demand_that_nothing_is_there_one_succeeds()
    {
        await using var world = await S3World.CreateAsync();

        async Task<bool> TryAsync(int writer)
        {
            try
            {
                await world.PutAsync("key", $"{writer}", it => it with { IfNoneMatch = "*" });
                return true;
            }
            catch (AwsException taken) when (taken.Code == "PreconditionFailed")
            {
                return false;
            }
        }

        var all = await Task.WhenAll(Enumerable.Range(0, 20).Select(writer => Task.Run(() => TryAsync(writer))));

        all.Count(succeeded => succeeded).ShouldBe(1);
        world.Files("objects").Count.ShouldBe(1);
        world.Files("uploads").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_checksum_that_is_another_leaves_nothing()
    {
        await using var world = await S3World.CreateAsync();

        var put = () => world.PutAsync("key", change: it => it with { ChecksumCRC32 = "AAAAAA==" });

        (await ErrorOfAsync(put)).ShouldBe("BadDigest");
        (await ErrorOfAsync(() => world.ReadAsync("key"))).ShouldBe("NoSuchKey");
        world.Files("uploads").ShouldBeEmpty();
        world.Files("objects").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_body_that_breaks_off_leaves_nothing()
    {
        await using var world = await S3World.CreateAsync();

        var put = () => world.PutAsync("key", change: it => it with { Body = new BrokenStream() });

        (await ErrorOfAsync(put)).ShouldBe("InternalError");

        world.Files("uploads").ShouldBeEmpty();
        (await world.ListAsync()).Keys.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_response_header_that_would_become_two_is_refused()
    {
        await using var world = await S3World.CreateAsync();
        await world.PutAsync("key");

        var get = () => world.GetAsync("key", it => it with { ResponseContentType = "text/plain\r\nSet-Cookie: a=b" });

        (await ErrorOfAsync(get)).ShouldBe("InvalidArgument");
    }

    [Fact]
    public async Task A_copy_has_what_its_source_has_unless_something_is_replaced()
    {
        await using var world = await S3World.CreateAsync();
        await world.PutAsync("a/b c", "copied", it => it with { ContentType = "text/plain", Metadata = new Dictionary<
                    string,
                    string
                >
                {
                    ["k"] = "v",
                }, Tagging = "t=1" });
        var copy = new CopyObjectRequest
        {
            Bucket = BucketName,
            Key = "copy",
            CopySource = $"/{BucketName}/a%2Fb%20c",
        };

        await world.Api.CopyObjectAsync(copy, Context);
        var same = await world.GetAsync("copy");
        same.ContentType.ShouldBe("text/plain");
        same.Metadata!["k"].ShouldBe("v");
        same.TagCount.ShouldBe(1);
        await same.Body!.DisposeAsync();

        await world.Api.CopyObjectAsync(
            copy with
            {
                MetadataDirective = MetadataDirective.Replace,
                ContentType = "text/html",
            },
            Context
        );
        var other = await world.GetAsync("copy");
        other.ContentType.ShouldBe("text/html");
        other.Metadata.ShouldBeNull();
        await other.Body!.DisposeAsync();
        (await world.ReadAsync("copy")).ShouldBe("copied");
        var onItself = copy with { CopySource = $"{BucketName}/copy" };
        (await ErrorOfAsync(() => world.Api.CopyObjectAsync(onItself, Context))).ShouldBe("InvalidRequest");
    }

    [Fact]
    public async Task What_is_deleted_is_gone_from_the_disk_after_a_while()
    {
        await using var world = await S3World.CreateAsync();
        await world.PutAsync("key", "one");
        await world.PutAsync("key", "two");
        await world.DeleteAsync("key");
        await world.RunChoresAsync();
        world.Files("objects").Count.ShouldBe(2);

        world.Time.Advance(TimeSpan.FromMinutes(16));
        await world.RunChoresAsync();

        world.Files("objects").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_killed_platform_goes_on_with_what_was_committed_and_drops_the_rest()
    {
        await using var world = await S3World.CreateAsync();
        await world.PutAsync("key", "committed");
        var file = world.Files("objects").ShouldHaveSingleItem();
        // As it was between the commit and the move, and beside it a body that never became an object.
        File.Move(file, Path.Combine(world.Directory, "uploads", Path.GetFileName(file)));
        await File.WriteAllTextAsync(Path.Combine(world.Directory, "uploads", new string('a', 32)), "half");
        await world.RestartAsync();
        (await world.ReadAsync("key")).ShouldBe("committed");

        await world.RunChoresAsync();

        world.Files("uploads").ShouldBeEmpty();
        world.Files("objects").ShouldBe([file]);
        (await world.ReadAsync("key")).ShouldBe("committed");
    }

    private sealed class BrokenStream : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            throw new IOException("The client has left.");
    }
}
