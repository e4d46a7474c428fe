using Estiba.Contracts.S3;
using static Estiba.S3.Tests.S3World;

namespace Estiba.S3.Tests;

public sealed class LifecycleTests
{
    [Fact]
    public async Task Objects_expire_at_the_midnight_after_their_days()
    {
        await using var world = await S3World.CreateAsync();
        await world.PutAsync("logs/old", "x", it => it with { Tagging = "keep=no" });
        await world.PutAsync("logs/other");
        await PutAsync(
            world,
            new LifecycleRule
            {
                Status = ExpirationStatus.Enabled,
                Filter = new LifecycleRuleFilter
                {
                    And = new LifecycleRuleAndOperator
                    {
                        Prefix = "logs/",
                        Tags = [new Tag { Key = "keep", Value = "no" }],
                    },
                },
                Expiration = new LifecycleExpiration { Days = 1 },
            }
        );

        world.Time.SetUtcNow(new DateTimeOffset(2026, 5, 7, 23, 59, 59, TimeSpan.Zero));
        await world.RunChoresAsync();
        (await world.ListAsync()).Keys.ShouldBe(["logs/old", "logs/other"]);
        world.Time.SetUtcNow(new DateTimeOffset(2026, 5, 8, 0, 0, 0, TimeSpan.Zero));
        await world.RunChoresAsync();

        (await world.ListAsync()).Keys.ShouldBe(["logs/other"]);
    }

    [Fact]
    public async Task Old_versions_markers_and_uploads_go()
    {
        await using var world = await S3World.CreateAsync(BucketVersioningStatus.Enabled);
        await world.PutAsync("key", "one");
        await world.PutAsync("key", "two");
        await world.DeleteAsync("key");
        await world.Api.CreateMultipartUploadAsync(
            new CreateMultipartUploadRequest { Bucket = BucketName, Key = "big" },
            Context
        );
        await PutAsync(
            world,
            new LifecycleRule
            {
                Status = ExpirationStatus.Enabled,
                Prefix = "",
                Expiration = new LifecycleExpiration { ExpiredObjectDeleteMarker = true },
                NoncurrentVersionExpiration = new NoncurrentVersionExpiration { NoncurrentDays = 2 },
                AbortIncompleteMultipartUpload = new AbortIncompleteMultipartUpload { DaysAfterInitiation = 1 },
            }
        );

        world.Time.Advance(TimeSpan.FromDays(4));
        await world.RunChoresAsync();
        await world.RunChoresAsync();

        var versions = new ListObjectVersionsRequest { Bucket = BucketName };
        var left = await world.Api.ListObjectVersionsAsync(versions, Context);
        (left.Versions!.Count, left.DeleteMarkers!.Count).ShouldBe((0, 0));
        var uploads = new ListMultipartUploadsRequest { Bucket = BucketName };
        (await world.Api.ListMultipartUploadsAsync(uploads, Context)).Uploads.ShouldBeEmpty();
    }

    [Fact]
    public async Task Rules_that_are_none_are_refused()
    {
        await using var world = await S3World.CreateAsync();
        var rule = new LifecycleRule { Status = ExpirationStatus.Enabled, Prefix = "" };

        (await ErrorOfAsync(() => PutAsync(world, rule))).ShouldBe("InvalidRequest");
        var none = rule with { Expiration = new LifecycleExpiration { Days = 0 } };
        (await ErrorOfAsync(() => PutAsync(world, none))).ShouldBe("InvalidArgument");
        var both = rule with
        {
            Expiration = new LifecycleExpiration { Days = 1, ExpiredObjectDeleteMarker = true },
        };
        (await ErrorOfAsync(() => PutAsync(world, both))).ShouldBe("MalformedXML");
    }

    private static Task PutAsync(S3World world, params LifecycleRule[] rules) =>
        world.Api.PutBucketLifecycleConfigurationAsync(
            new PutBucketLifecycleConfigurationRequest
            {
                Bucket = BucketName,
                LifecycleConfiguration = new BucketLifecycleConfiguration { Rules = rules },
            },
            Context
        );
}
