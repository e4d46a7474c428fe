using System.Net;
using Estiba.Contracts;
using Estiba.Contracts.Ecr;
using Estiba.Ecr.Lifecycle;

namespace Estiba.Ecr.Tests.Lifecycle;

/// <summary>
/// The storage class archive: images go there by hand or by a policy, cannot be pulled, and come back.
/// </summary>
public sealed class ArchiveTests
{
    private const string ArchiveOld =
        """{"rules":[{"rulePriority":1,"selection":{"tagStatus":"any","countType":"sinceImagePulled","countUnit":"days","countNumber":30},"action":{"type":"transition","targetStorageClass":"archive"}}]}""";

    private const string EmptyArchive =
        """{"rules":[{"rulePriority":1,"selection":{"tagStatus":"any","storageClass":"archive","countType":"sinceImageTransitioned","countUnit":"days","countNumber":90},"action":{"type":"expire"}}]}""";

    [Fact]
    public async Task An_archived_image_is_listed_and_cannot_be_pulled_until_it_is_restored()
    {
        await using var platform = await WithImageAsync();

        (await MoveAsync(platform, "ARCHIVE")).ImageStatus.ShouldBe("ARCHIVED");

        var archived = await DescribedAsync(platform);
        archived.ImageStatus.ShouldBe("ARCHIVED");
        archived.LastArchivedAt.ShouldBe(platform.Clock.GetUtcNow());
        (await PullAsync(platform)).ShouldBe(HttpStatusCode.NotFound);
        (await BatchGetAsync(platform)).Failures!.Single().FailureCode.ShouldBe("ImageInaccessible");
        (await CountAsync(platform, "ACTIVE")).ShouldBe(0);
        (await CountAsync(platform, "ARCHIVED")).ShouldBe(1);

        (await MoveAsync(platform, "STANDARD")).ImageStatus.ShouldBe("ACTIVE");

        (await DescribedAsync(platform)).LastActivatedAt.ShouldBe(platform.Clock.GetUtcNow());
        (await PullAsync(platform)).ShouldBe(HttpStatusCode.OK);
        (await BatchGetAsync(platform)).Images!.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Pushing_an_archived_image_again_restores_it()
    {
        await using var platform = await WithImageAsync();
        await MoveAsync(platform, "ARCHIVE");

        await platform.Http.PushImageAsync("app", "latest");

        (await DescribedAsync(platform)).ImageStatus.ShouldBe("ACTIVE");
    }

    [Fact]
    public async Task An_image_is_not_moved_to_where_it_is()
    {
        await using var platform = await WithImageAsync();

        var refusal = await Should.ThrowAsync<AwsException>(() => MoveAsync(platform, "STANDARD"));

        refusal.Code.ShouldBe("ImageStorageClassUpdateNotSupportedException");
    }

    [Fact]
    public async Task A_policy_archives_what_was_not_pulled_and_deletes_what_was_long_in_the_archive()
    {
        await using var platform = await WithImageAsync();
        await PutPolicyAsync(platform, ArchiveOld);
        platform.Clock.Advance(TimeSpan.FromDays(31));

        (await PreviewAsync(platform)).ShouldSatisfyAllConditions(
            preview => preview.Summary!.ExpiringImageTotalCount.ShouldBe(0),
            preview =>
                preview
                    .Summary!.TransitioningImageTotalCounts!.Single()
                    .ShouldBe(new TransitioningImageTotalCount { TargetStorageClass = "ARCHIVE", ImageTotalCount = 1 }),
            preview =>
                preview
                    .PreviewResults!.Single()
                    .Action.ShouldBe(
                        new LifecyclePolicyRuleAction { Type = "TRANSITION", TargetStorageClass = "ARCHIVE" }
                    )
        );
        await platform.SweepAsync();
        (await DescribedAsync(platform)).ImageStatus.ShouldBe("ARCHIVED");

        await PutPolicyAsync(platform, EmptyArchive);
        platform.Clock.Advance(TimeSpan.FromDays(80));
        (await platform.SweepAsync()).Images.ShouldBe(0);
        platform.Clock.Advance(TimeSpan.FromDays(11));
        (await platform.SweepAsync()).Images.ShouldBe(1);
    }

    [Fact]
    public async Task A_restored_image_counts_from_its_return()
    {
        await using var platform = await WithImageAsync();
        await PutPolicyAsync(platform, ArchiveOld);
        await MoveAsync(platform, "ARCHIVE");
        platform.Clock.Advance(TimeSpan.FromDays(40));
        await MoveAsync(platform, "STANDARD");

        platform.Clock.Advance(TimeSpan.FromDays(29));
        await platform.SweepAsync();

        (await DescribedAsync(platform)).ImageStatus.ShouldBe("ACTIVE");
    }

    [Theory]
    [InlineData(
        """{"tagStatus":"any","countType":"sinceImagePushed","countUnit":"days","countNumber":1}""",
        """{"type":"transition"}""",
        "An action of the type transition must have the targetStorageClass archive."
    )]
    [InlineData(
        """{"tagStatus":"any","countType":"sinceImagePushed","countUnit":"days","countNumber":1}""",
        """{"type":"expire","targetStorageClass":"archive"}""",
        "An action of the type expire has no targetStorageClass."
    )]
    [InlineData(
        """{"tagStatus":"any","countType":"sinceImageTransitioned","countUnit":"days","countNumber":90}""",
        """{"type":"expire"}""",
        "The countType sinceImageTransitioned must have the storageClass archive."
    )]
    [InlineData(
        """{"tagStatus":"any","storageClass":"archive","countType":"sinceImagePushed","countUnit":"days","countNumber":90}""",
        """{"type":"expire"}""",
        "The storageClass archive must have the countType sinceImageTransitioned."
    )]
    [InlineData(
        """{"tagStatus":"any","storageClass":"archive","countType":"sinceImageTransitioned","countUnit":"days","countNumber":90}""",
        """{"type":"transition","targetStorageClass":"archive"}""",
        "An image in the archive cannot be transitioned."
    )]
    [InlineData(
        """{"tagStatus":"any","storageClass":"archive","countType":"sinceImageTransitioned","countUnit":"days","countNumber":89}""",
        """{"type":"expire"}""",
        "An image stays in the archive for 90 days or more."
    )]
    [InlineData(
        """{"tagStatus":"any","storageClass":"glacier","countType":"sinceImagePushed","countUnit":"days","countNumber":89}""",
        """{"type":"expire"}""",
        "The storageClass must be standard or archive."
    )]
    public void A_rule_that_cannot_be_is_refused(string selection, string action, string reason)
    {
        LifecyclePolicy
            .TryParse(
                $$"""{"rules":[{"rulePriority":1,"selection":{{selection}},"action":{{action}}}]}""",
                out _,
                out var fault
            )
            .ShouldBeFalse();

        fault.ShouldBe(reason);
    }

    [Fact]
    public async Task A_policy_comes_back_without_white_space_and_with_its_rules_in_order()
    {
        await using var platform = await WithImageAsync();

        await PutPolicyAsync(
            platform,
            """
            { "rules": [
              { "rulePriority": 2, "selection": { "tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 9 }, "action": { "type": "expire" } },
              { "action": { "type": "expire" }, "description": "Keep <5> & más", "rulePriority": 1,
                "selection": { "countNumber": 5, "countUnit": "days", "tagStatus": "untagged", "countType": "sinceImagePushed" } } ] }
            """
        );

        var policy = await platform.Ecr.GetLifecyclePolicyAsync(
            new GetLifecyclePolicyRequest { RepositoryName = "app" },
            Platform.Caller()
        );
        policy.LifecyclePolicyText.ShouldBe(
            """{"rules":[{"rulePriority":1,"description":"Keep <5> & más","selection":{"tagStatus":"untagged","countType":"sinceImagePushed","countUnit":"days","countNumber":5},"action":{"type":"expire"}},"""
                + """{"rulePriority":2,"selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":9},"action":{"type":"expire"}}]}"""
        );
        policy.LastEvaluatedAt.ShouldBe(DateTimeOffset.UnixEpoch, "as ECR says of a policy that was never applied");
    }

    private static async Task<Platform> WithImageAsync()
    {
        var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("app");
        await platform.Http.PushImageAsync("app", "latest");
        return platform;
    }

    private static Task<UpdateImageStorageClassResponse> MoveAsync(Platform platform, string storageClass) =>
        platform.Ecr.UpdateImageStorageClassAsync(
            new UpdateImageStorageClassRequest
            {
                RepositoryName = "app",
                ImageId = new ImageIdentifier { ImageTag = "latest" },
                TargetStorageClass = storageClass,
            },
            Platform.Caller()
        );

    private static async Task<ImageDetail> DescribedAsync(Platform platform) =>
        (
            await platform.Ecr.DescribeImagesAsync(
                new DescribeImagesRequest { RepositoryName = "app" },
                Platform.Caller()
            )
        ).ImageDetails!.Single();

    private static async Task<int> CountAsync(Platform platform, string status) => (
            await platform.Ecr.ListImagesAsync(
                new ListImagesRequest
                {
                    RepositoryName = "app",
                    Filter = new ListImagesFilter { ImageStatus = status },
                },
                Platform.Caller()
            )
        ).ImageIds!.Count;

    private static Task<BatchGetImageResponse> BatchGetAsync(Platform platform) =>
        platform.Ecr.BatchGetImageAsync(
            new BatchGetImageRequest
            {
                RepositoryName = "app",
                ImageIds = [new ImageIdentifier { ImageTag = "latest" }],
            },
            Platform.Caller()
        );

    private static async Task<HttpStatusCode> PullAsync(Platform platform)
    {
        using var answer = await platform.Http.GetAsync(new Uri("/v2/app/manifests/latest", UriKind.Relative));
        return answer.StatusCode;
    }

    private static Task PutPolicyAsync(Platform platform, string text) =>
        platform.Ecr.PutLifecyclePolicyAsync(
            new PutLifecyclePolicyRequest { RepositoryName = "app", LifecyclePolicyText = text },
            Platform.Caller()
        );

    private static async Task<GetLifecyclePolicyPreviewResponse> PreviewAsync(Platform platform)
    {
        await platform.Ecr.StartLifecyclePolicyPreviewAsync(
            new StartLifecyclePolicyPreviewRequest { RepositoryName = "app" },
            Platform.Caller()
        );
        return await platform.Ecr.GetLifecyclePolicyPreviewAsync(
            new GetLifecyclePolicyPreviewRequest { RepositoryName = "app" },
            Platform.Caller()
        );
    }
}
