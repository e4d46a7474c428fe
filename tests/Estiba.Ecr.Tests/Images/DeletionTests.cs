using System.Net;
using System.Text.Json.Nodes;
using Estiba.Contracts.Ecr;
using Estiba.Ecr.Images;
using static Estiba.Ecr.Tests.Pushing;

namespace Estiba.Ecr.Tests.Images;

/// <summary>What follows the deletion of an image or a repository.</summary>
public sealed class DeletionTests
{
    [Theory]
    [InlineData("BatchDeleteImage")]
    [InlineData("manifest")]
    [InlineData("lifecycle")]
    public async Task What_refers_to_an_image_goes_with_it_and_what_refers_to_that(string way)
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("one");
        var other = await platform.Http.PushImageAsync("one", "other", 2);
        platform.Clock.Advance(TimeSpan.FromDays(1));
        using var http = await platform.LogInAsync();
        var subject = await http.PushImageAsync("one", "latest");
        var sbom = await PushReferrerAsync(http, subject, "application/sbom", tag: "sbom");
        var signature = await PushReferrerAsync(http, sbom, "application/signature");
        var ofOther = await PushReferrerAsync(http, other, "application/sbom");

        if (way == "BatchDeleteImage")
            (await DeleteAsync(platform, subject))
                .ImageIds!.Select(id => id.ImageDigest)
                .Distinct()
                .ShouldBe([subject]);
        else if (way == "manifest")
            (await http.DeleteAsync($"/v2/one/manifests/{subject}")).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        else
            await ExpireAsync(platform, "latest");

        (await ImagesAsync(platform)).ShouldBe(new[] { other, ofOther }, ignoreOrder: true);
        (
            await platform.Ecr.ListImageReferrersAsync(
                new ListImageReferrersRequest
                {
                    RepositoryName = "one",
                    SubjectId = new SubjectIdentifier { ImageDigest = subject },
                },
                Platform.Caller(),
                default
            )
        ).Referrers.ShouldBeEmpty();
        platform.Clock.Advance(TimeSpan.FromDays(2));
        await platform.SweepAsync();
        platform.BlobFiles().Select(Path.GetFileName).ShouldNotContain(signature["sha256:".Length..]);
    }

    [Fact]
    public async Task A_referrer_that_came_before_its_subject_stays()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("one");
        var referrer = await PushReferrerAsync(platform.Http, DigestOf(RandomBytes(3)), "application/sbom");

        platform.Clock.Advance(TimeSpan.FromDays(30));
        await platform.SweepAsync();

        (await ImagesAsync(platform)).ShouldBe([referrer]);
    }

    [Fact]
    public async Task An_image_and_what_refers_to_it_can_be_deleted_in_one_request_in_any_order()
    {
        foreach (var referrerFirst in new[] { true, false })
        {
            await using var platform = await Platform.StartAsync();
            await platform.CreateRepositoryAsync("one");
            var subject = await platform.Http.PushImageAsync("one", "latest");
            var referrer = await PushReferrerAsync(platform.Http, subject, "application/sbom");

            var answer = await DeleteAsync(platform, referrerFirst ? [referrer, subject] : [subject, referrer]);

            answer.Failures.ShouldBeEmpty();
            answer.ImageIds!.Select(id => id.ImageDigest).ShouldBe(new[] { subject, referrer }, ignoreOrder: true);
            (await ImagesAsync(platform)).ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task A_referrer_that_an_index_holds_stays_with_the_index()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("one");
        var subject = await platform.Http.PushImageAsync("one", "latest");
        var referrer = await PushReferrerAsync(platform.Http, subject, "application/sbom");
        using var pushed = await platform.Http.PutManifestAsync("one", "index", Index((referrer, 500)));
        var index = pushed.Headers.GetValues("Docker-Content-Digest").Single();

        await DeleteAsync(platform, subject);

        (await ImagesAsync(platform)).ShouldBe(new[] { referrer, index }, ignoreOrder: true);
    }

    [Fact]
    public async Task An_upload_does_not_go_on_in_another_repository_of_the_same_name()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("one");
        var location = await platform.Http.StartUploadAsync("one");
        await platform.Http.PatchAsync(location, RandomBytes(10));

        await platform.Ecr.DeleteRepositoryAsync(
            new DeleteRepositoryRequest { RepositoryName = "one", Force = true },
            Platform.Caller(),
            default
        );
        await platform.CreateRepositoryAsync("one");

        (await platform.Http.GetAsync(location)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        platform.UploadFiles().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_repository_of_the_same_name_has_nothing_of_the_deleted_one()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("one");
        await platform.Ecr.SetRepositoryPolicyAsync(
            new SetRepositoryPolicyRequest
            {
                RepositoryName = "one",
                PolicyText =
                    """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"ecr:BatchGetImage"}]}""",
            },
            Platform.Caller(),
            default
        );
        await PutPolicyAsync(platform, "latest");

        await platform.Ecr.DeleteRepositoryAsync(
            new DeleteRepositoryRequest { RepositoryName = "one", Force = true },
            Platform.Caller(),
            default
        );
        await platform.CreateRepositoryAsync("one");

        await RefusedAsync("RepositoryPolicyNotFoundException", () =>
            platform.Ecr.GetRepositoryPolicyAsync(
                new GetRepositoryPolicyRequest { RepositoryName = "one" },
                Platform.Caller(),
                default
            )
        );
        await RefusedAsync("LifecyclePolicyNotFoundException", () =>
            platform.Ecr.GetLifecyclePolicyAsync(
                new GetLifecyclePolicyRequest { RepositoryName = "one" },
                Platform.Caller(),
                default
            )
        );
    }

    private static async Task RefusedAsync(string code, Func<Task> call) =>
        (await Should.ThrowAsync<Contracts.AwsException>(call)).Code.ShouldBe(code);

    private static async Task<string> PushReferrerAsync(
        HttpClient http,
        string subject,
        string type,
        string? tag = null
    )
    {
        var empty = "{}"u8.ToArray();
        await http.PushBlobAsync("one", empty);
        var manifest = new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = "application/vnd.oci.image.manifest.v1+json",
            ["artifactType"] = type,
            ["config"] = Descriptor("application/vnd.oci.empty.v1+json", empty),
            ["layers"] = new JsonArray(Descriptor("application/vnd.oci.empty.v1+json", empty)),
            ["subject"] = new JsonObject
            {
                ["mediaType"] = ImageManifest.DockerManifest,
                ["digest"] = subject,
                ["size"] = 100,
            },
        };
        var digest = DigestOf(System.Text.Encoding.UTF8.GetBytes(manifest.ToJsonString()));
        using var pushed = await http.PutManifestAsync("one", tag ?? digest, manifest);
        pushed.StatusCode.ShouldBe(HttpStatusCode.Created, await pushed.Content.ReadAsStringAsync());
        return digest;
    }

    private static async Task<List<string?>> ImagesAsync(Platform platform) =>
        [
            .. (
                await platform.Ecr.DescribeImagesAsync(
                    new DescribeImagesRequest { RepositoryName = "one" },
                    Platform.Caller(),
                    default
                )
            ).ImageDetails!.Select(image => image.ImageDigest),
        ];

    private static Task<BatchDeleteImageResponse> DeleteAsync(Platform platform, params string[] digests) =>
        platform.Ecr.BatchDeleteImageAsync(
            new BatchDeleteImageRequest
            {
                RepositoryName = "one",
                ImageIds = [.. digests.Select(digest => new ImageIdentifier { ImageDigest = digest })],
            },
            Platform.Caller(),
            default
        );

    private static Task PutPolicyAsync(Platform platform, string tag) =>
        platform.Ecr.PutLifecyclePolicyAsync(
            new PutLifecyclePolicyRequest
            {
                RepositoryName = "one",
                LifecyclePolicyText = """
                {"rules":[{"rulePriority":1,"selection":{"tagStatus":"tagged","tagPrefixList":["TAG"],"countType":"sinceImagePushed","countUnit":"days","countNumber":1},"action":{"type":"expire"}}]}
                """.Replace("TAG", tag, StringComparison.Ordinal),
            },
            Platform.Caller(),
            default
        );

    private static async Task ExpireAsync(Platform platform, string tag)
    {
        await PutPolicyAsync(platform, tag);
        platform.Clock.Advance(TimeSpan.FromDays(2));
        await platform.SweepAsync();
    }
}
