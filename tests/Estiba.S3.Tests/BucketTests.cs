using Estiba.Contracts.S3;
using static Estiba.S3.Tests.S3World;

namespace Estiba.S3.Tests;

public sealed class BucketTests
{
    [Fact]
    public async Task A_name_is_taken_once_by_its_owner_and_by_others()
    {
        await using var world = await S3World.CreateAsync();
        var request = new CreateBucketRequest { Bucket = BucketName };

        (await ErrorOfAsync(() => world.Api.CreateBucketAsync(request, Context))).ShouldBe("BucketAlreadyOwnedByYou");
        (await ErrorOfAsync(() => world.Api.CreateBucketAsync(request, In("444455556666")))).ShouldBe(
            "BucketAlreadyExists"
        );
        var head = new HeadBucketRequest { Bucket = BucketName };
        (await ErrorOfAsync(() => world.Api.HeadBucketAsync(head, In("444455556666")))).ShouldBe("AccessDenied");
        (await world.Api.HeadBucketAsync(head, Context)).BucketRegion.ShouldBe("eu-west-1");
    }

    [Theory]
    [InlineData("ab")]
    [InlineData("Upper")]
    [InlineData("a..b")]
    [InlineData("192.168.1.1")]
    [InlineData("-begins")]
    [InlineData("../etc")]
    [InlineData("xn--a")]
    [InlineData("a-s3alias")]
    public async Task A_name_that_breaks_the_rules_is_refused(string name)
    {
        await using var world = await S3World.CreateAsync();

        var create = () => world.Api.CreateBucketAsync(new CreateBucketRequest { Bucket = name }, Context);

        (await ErrorOfAsync(create)).ShouldBe("InvalidBucketName");
    }

    [Fact]
    public async Task A_bucket_with_objects_or_versions_stays_and_an_empty_one_goes()
    {
        await using var world = await S3World.CreateAsync(BucketVersioningStatus.Enabled);
        var put = await world.PutAsync("key");
        var marker = await world.DeleteAsync("key");
        var delete = () => world.Api.DeleteBucketAsync(new DeleteBucketRequest { Bucket = BucketName }, Context);

        (await ErrorOfAsync(delete)).ShouldBe("BucketNotEmpty");
        await world.DeleteAsync("key", put.VersionId);
        await world.DeleteAsync("key", marker.VersionId);
        await delete();

        (await ErrorOfAsync(() => world.PutAsync("key"))).ShouldBe("NoSuchBucket");
    }

    [Fact]
    public async Task Settings_are_kept_over_a_restart_and_what_is_missing_says_so()
    {
        await using var world = await S3World.CreateAsync();
        var bucket = new GetBucketTaggingRequest { Bucket = BucketName };
        (await ErrorOfAsync(() => world.Api.GetBucketTaggingAsync(bucket, Context))).ShouldBe("NoSuchTagSet");
        (
            await ErrorOfAsync(() =>
                world.Api.GetBucketPolicyAsync(new GetBucketPolicyRequest { Bucket = BucketName }, Context)
            )
        ).ShouldBe("NoSuchBucketPolicy");
        (
            await ErrorOfAsync(() =>
                world.Api.GetBucketCorsAsync(new GetBucketCorsRequest { Bucket = BucketName }, Context)
            )
        ).ShouldBe("NoSuchCORSConfiguration");

        await world.Api.PutBucketTaggingAsync(
            new PutBucketTaggingRequest
            {
                Bucket = BucketName,
                Tagging = new Tagging { TagSet = [new Tag { Key = "team", Value = "blue" }] },
            },
            Context
        );
        await world.RestartAsync();

        (await world.Api.GetBucketTaggingAsync(bucket, Context)).TagSet.ShouldHaveSingleItem().Value.ShouldBe("blue");
        var block = new GetPublicAccessBlockRequest { Bucket = BucketName };
        var access = await world.Api.GetPublicAccessBlockAsync(block, Context);
        access.PublicAccessBlockConfiguration!.BlockPublicPolicy.ShouldBe(true);
    }

    [Fact]
    public async Task A_policy_must_be_one_and_lists_for_the_public_are_refused()
    {
        await using var world = await S3World.CreateAsync();
        var policy = new PutBucketPolicyRequest { Bucket = BucketName, Policy = "{" };

        (await ErrorOfAsync(() => world.Api.PutBucketPolicyAsync(policy, Context))).ShouldBe("MalformedPolicy");
        (
            await ErrorOfAsync(() =>
                world.PutAsync("key", change: put => put with { ACL = ObjectCannedACL.PublicRead })
            )
        ).ShouldBe("AccessControlListNotSupported");
    }

    [Fact]
    public async Task Owners_that_are_not_expected_are_refused()
    {
        await using var world = await S3World.CreateAsync();

        var put = () => world.PutAsync("key", change: request => request with { ExpectedBucketOwner = "999999999999" });

        (await ErrorOfAsync(put)).ShouldBe("AccessDenied");
    }
}
