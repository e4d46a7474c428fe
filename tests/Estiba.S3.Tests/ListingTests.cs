using Estiba.Contracts.S3;
using static Estiba.S3.Tests.S3World;

namespace Estiba.S3.Tests;

public sealed class ListingTests
{
    [Fact]
    public async Task Keys_come_in_the_order_of_their_bytes()
    {
        await using var world = await S3World.CreateAsync();
        // In UTF-16 the last two would be the other way round.
        string[] keys = ["a", "a\0", "a\u0001", "a!", "aa", "b", "é", "\uffee", "\ud83d\ude00"];
        foreach (var key in keys.Reverse())
            await world.PutAsync(key);

        (await world.ListAsync()).Keys.ShouldBe(keys);
    }

    [Fact]
    public async Task A_delimiter_makes_one_entry_of_all_keys_that_go_on_alike()
    {
        await using var world = await S3World.CreateAsync();
        foreach (var key in new[] { "a/1", "a/2", "a/b/3", "c", "d/4", "e" })
            await world.PutAsync(key);

        var top = await world.ListAsync(list => list with { Delimiter = "/" });
        var below = await world.ListAsync(list => list with { Delimiter = "/", Prefix = "a/" });

        top.Keys.ShouldBe(["c", "e"]);
        top.Prefixes.ShouldBe(["a/", "d/"]);
        below.Keys.ShouldBe(["a/1", "a/2"]);
        below.Prefixes.ShouldBe(["a/b/"]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Pages_have_each_entry_once(int size)
    {
        await using var world = await S3World.CreateAsync();
        foreach (var key in new[] { "a/1", "a/2", "b", "c/1", "c/2", "c/3", "d" })
            await world.PutAsync(key);

        var found = new List<string>();
        string? token = null;
        do
        {
            var page = await world.ListAsync(list =>
                list with
                {
                    Delimiter = "/",
                    MaxKeys = size,
                    ContinuationToken = token,
                }
            );
            found.AddRange(page.Keys.Concat(page.Prefixes).Order(StringComparer.Ordinal));
            token = page.Next;
        } while (token is not null);

        found.ShouldBe(["a/", "b", "c/", "d"]);
    }

    [Fact]
    public async Task A_token_is_good_for_its_own_list_alone()
    {
        await using var world = await S3World.CreateAsync();
        foreach (var key in new[] { "a", "b", "c" })
            await world.PutAsync(key);
        var token = (await world.ListAsync(list => list with { MaxKeys = 1 })).Next;

        var other = () => world.ListAsync(list => list with { ContinuationToken = token, Prefix = "b" });

        (await ErrorOfAsync(other)).ShouldBe("InvalidArgument");
        (await ErrorOfAsync(() => world.ListAsync(list => list with { ContinuationToken = "x" }))).ShouldBe(
            "InvalidArgument"
        );
    }

    [Fact]
    public async Task The_first_list_goes_on_after_a_marker()
    {
        await using var world = await S3World.CreateAsync();
        foreach (var key in new[] { "a/1", "b", "c d" })
            await world.PutAsync(key);
        var request = new ListObjectsRequest
        {
            Bucket = BucketName,
            Delimiter = "/",
            MaxKeys = 1,
            EncodingType = EncodingType.Url,
        };

        var first = await world.Api.ListObjectsAsync(request, Context);
        var rest = await world.Api.ListObjectsAsync(
            request with
            {
                Marker = first.NextMarker,
                MaxKeys = null,
            },
            Context
        );

        first.NextMarker.ShouldBe("a/");
        rest.Contents!.Select(found => found.Key).ShouldBe(["b", "c%20d"]);
        rest.CommonPrefixes.ShouldBeNull();
    }
}
