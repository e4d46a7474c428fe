using System.Text;
using System.Text.Json.Nodes;
using Estiba.Contracts;
using Estiba.Contracts.Ecr;
using Estiba.Ecr.Images;
using static Estiba.Ecr.Tests.Pushing;

namespace Estiba.Ecr.Tests.Images;

public sealed class ImageTests
{
    [Fact]
    public async Task Images_are_listed_tag_by_tag_in_pages()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("app");
        foreach (var tag in new[] { "a", "b", "c" })
            await platform.Http.PushImageAsync("app", tag, seed: 1);
        await platform.Http.PushImageAsync("app", "d", seed: 2);
        await platform.Http.PushImageAsync("app", "d", seed: 3);

        var listed = new List<string?>();
        string? token = null;
        do
        {
            var page = await platform.Ecr.ListImagesAsync(
                new ListImagesRequest
                {
                    RepositoryName = "app",
                    MaxResults = 2,
                    NextToken = token,
                },
                Platform.Caller(),
                default
            );
            page.ImageIds!.Count.ShouldBeLessThanOrEqualTo(2);
            listed.AddRange(page.ImageIds.Select(id => id.ImageTag));
            token = page.NextToken;
        } while (token is not null);

        listed.ShouldBe(["a", "b", "c", "d", null], ignoreOrder: true);
    }

    [Fact]
    public async Task A_token_is_good_for_the_operation_and_the_parameters_that_it_was_given_for()
    {
        await using var platform = await Platform.StartAsync();
        foreach (var repository in new[] { "app", "other" })
        {
            await platform.CreateRepositoryAsync(repository);
            for (var seed = 1; seed <= 3; seed++)
                await platform.Http.PushImageAsync(repository, $"t{seed}", seed);
        }

        var token = (
            await platform.Ecr.DescribeImagesAsync(
                new DescribeImagesRequest { RepositoryName = "app", MaxResults = 1 },
                Platform.Caller(),
                default
            )
        ).NextToken;

        var rest = await platform.Ecr.DescribeImagesAsync(
            new DescribeImagesRequest { RepositoryName = "app", NextToken = token },
            Platform.Caller(),
            default
        );
        rest.ImageDetails!.Count.ShouldBe(2);
        await RefusedAsync(() =>
            platform.Ecr.DescribeImagesAsync(
                new DescribeImagesRequest { RepositoryName = "other", NextToken = token },
                Platform.Caller(),
                default
            )
        );
        await RefusedAsync(() =>
            platform.Ecr.ListImagesAsync(
                new ListImagesRequest { RepositoryName = "app", NextToken = token },
                Platform.Caller(),
                default
            )
        );
        await RefusedAsync(() =>
            platform.Ecr.DescribeRepositoriesAsync(
                new DescribeRepositoriesRequest { NextToken = token },
                Platform.Caller(),
                default
            )
        );

        static async Task RefusedAsync(Func<Task> call) =>
            (await call.ShouldThrowAsync<AwsException>()).Code.ShouldBe("InvalidParameterException");
    }

    [Theory]
    [InlineData("TAGGED", 1)]
    [InlineData("UNTAGGED", 1)]
    [InlineData("ANY", 2)]
    public async Task Images_are_filtered_by_whether_they_are_tagged(string status, int count)
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("app");
        await platform.Http.PushImageAsync("app", "latest", seed: 1);
        await platform.Http.PushImageAsync("app", "latest", seed: 2);

        var answer = await platform.Ecr.DescribeImagesAsync(
            new DescribeImagesRequest
            {
                RepositoryName = "app",
                Filter = new DescribeImagesFilter { TagStatus = status },
            },
            Platform.Caller(),
            default
        );

        answer.ImageDetails!.Count.ShouldBe(count);
    }

    [Fact]
    public async Task An_image_is_described()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("app");
        var digest = await platform.Http.PushImageAsync("app", "latest");
        var pushed = platform.Clock.GetUtcNow();
        platform.Clock.Advance(TimeSpan.FromHours(2));
        await platform.Http.GetAsync("/v2/app/manifests/latest");

        var answer = await platform.Ecr.DescribeImagesAsync(
            new DescribeImagesRequest
            {
                RepositoryName = "app",
                ImageIds = [new ImageIdentifier { ImageTag = "latest" }],
            },
            Platform.Caller(),
            default
        );

        var detail = answer.ImageDetails!.Single();
        detail.ImageTags.ShouldBe(["latest"]);
        detail.ShouldBe(
            new ImageDetail
            {
                RegistryId = Platform.Account,
                RepositoryName = "app",
                ImageDigest = digest,
                ImageTags = detail.ImageTags,
                ImageSizeInBytes = 250,
                ImagePushedAt = pushed,
                ImageManifestMediaType = ImageManifest.DockerManifest,
                ArtifactMediaType = "application/vnd.docker.container.image.v1+json",
                LastRecordedPullTime = pushed.AddHours(2),
                ImageStatus = "ACTIVE",
            }
        );
    }

    [Fact]
    public async Task An_image_that_does_not_exist_cannot_be_described()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("app");

        var error = await Should.ThrowAsync<AwsException>(() =>
            platform.Ecr.DescribeImagesAsync(
                new DescribeImagesRequest
                {
                    RepositoryName = "app",
                    ImageIds = [new ImageIdentifier { ImageTag = "v1" }],
                },
                Platform.Caller(),
                default
            )
        );

        (error.Code, error.Message).ShouldBe(
            (
                "ImageNotFoundException",
                "The image with imageId {imageDigest:'null', imageTag:'v1'} does not exist within the repository "
                    + "with name 'app' in the registry with id '123456789012'"
            )
        );
    }

    [Fact]
    public async Task Each_image_of_a_batch_is_found_or_fails_with_its_own_reason()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("app");
        var digest = await platform.Http.PushImageAsync("app", "latest");

        var answer = await platform.Ecr.BatchGetImageAsync(
            new BatchGetImageRequest
            {
                RepositoryName = "app",
                ImageIds =
                [
                    new ImageIdentifier { ImageTag = "latest" },
                    new ImageIdentifier { ImageTag = "v2" },
                    new ImageIdentifier(),
                    new ImageIdentifier { ImageDigest = "latest" },
                    new ImageIdentifier { ImageTag = "latest", ImageDigest = DigestOf([]) },
                ],
            },
            Platform.Caller(),
            default
        );

        answer.Images!.Single().ImageId.ShouldBe(new ImageIdentifier { ImageTag = "latest", ImageDigest = digest });
        answer
            .Failures!.Select(failure => failure.FailureCode)
            .ShouldBe(["ImageNotFound", "MissingDigestAndTag", "InvalidImageDigest", "ImageTagDoesNotMatchDigest"]);
    }

    [Fact]
    public async Task Deleting_the_last_tag_deletes_the_image()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("app");
        await platform.Http.PushImageAsync("app", "a");
        var digest = await platform.Http.PushImageAsync("app", "b");

        await DeleteAsync(platform, new ImageIdentifier { ImageTag = "a" });
        var between = await ImagesAsync(platform);
        var last = await DeleteAsync(platform, new ImageIdentifier { ImageTag = "b" });

        between.Single().ShouldBe(new ImageIdentifier { ImageDigest = digest, ImageTag = "b" });
        last.ImageIds.ShouldBe([new ImageIdentifier { ImageDigest = digest, ImageTag = "b" }]);
        (await ImagesAsync(platform)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Deleting_a_digest_deletes_all_of_its_tags()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("app");
        await platform.Http.PushImageAsync("app", "a");
        var digest = await platform.Http.PushImageAsync("app", "b");

        var answer = await DeleteAsync(
            platform,
            new ImageIdentifier { ImageDigest = digest },
            new ImageIdentifier { ImageTag = "a" }
        );

        answer.ImageIds!.Select(id => id.ImageTag).ShouldBe(["a", "b"]);
        answer.Failures.ShouldBeEmpty();
        (await ImagesAsync(platform)).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_image_of_a_manifest_list_is_deleted_with_it_and_not_before()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("app");
        var image = await platform.Http.PushImageAsync("app", "amd64");
        await platform.Http.PutManifestAsync("app", "all", Index((image, 500)));

        var refused = await DeleteAsync(platform, new ImageIdentifier { ImageDigest = image });
        var both = await DeleteAsync(
            platform,
            new ImageIdentifier { ImageDigest = image },
            new ImageIdentifier { ImageTag = "all" }
        );

        refused.Failures!.Single().FailureCode.ShouldBe("ImageReferencedByManifestList");
        both.Failures.ShouldBeEmpty();
        (await ImagesAsync(platform)).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_image_is_tagged_again_by_putting_its_manifest()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("app");
        var digest = await platform.Http.PushImageAsync("app", "v1");
        var manifest = await platform.Http.GetStringAsync("/v2/app/manifests/v1");

        var put = await platform.Ecr.PutImageAsync(
            new PutImageRequest
            {
                RepositoryName = "app",
                ImageManifest = manifest,
                ImageTag = "v2",
            },
            Platform.Caller(),
            default
        );

        put.Image!.ImageId.ShouldBe(new ImageIdentifier { ImageDigest = digest, ImageTag = "v2" });
        (await ImagesAsync(platform)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Putting_the_same_image_again_is_refused()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("app");
        await platform.Http.PushImageAsync("app", "v1");
        var manifest = await platform.Http.GetStringAsync("/v2/app/manifests/v1");

        var error = await Should.ThrowAsync<AwsException>(() =>
            platform.Ecr.PutImageAsync(
                new PutImageRequest
                {
                    RepositoryName = "app",
                    ImageManifest = manifest,
                    ImageTag = "v1",
                },
                Platform.Caller(),
                default
            )
        );

        error.Code.ShouldBe("ImageAlreadyExistsException");
    }

    [Fact]
    public async Task Putting_an_image_needs_its_layers()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("app");

        var error = await Should.ThrowAsync<AwsException>(() =>
            platform.Ecr.PutImageAsync(
                new PutImageRequest { RepositoryName = "app", ImageManifest = Manifest(RandomBytes(1)).ToJsonString() },
                Platform.Caller(),
                default
            )
        );

        error.Code.ShouldBe("LayersNotFoundException");
    }

    [Fact]
    public async Task Putting_an_image_under_another_digest_is_refused()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("app");

        var error = await Should.ThrowAsync<AwsException>(() =>
            platform.Ecr.PutImageAsync(
                new PutImageRequest
                {
                    RepositoryName = "app",
                    ImageManifest = Manifest(RandomBytes(1)).ToJsonString(),
                    ImageDigest = DigestOf([]),
                },
                Platform.Caller(),
                default
            )
        );

        error.Code.ShouldBe("ImageDigestDoesNotMatchException");
    }

    [Theory]
    [InlineData("{\"a\":5}", "Annotations must be strings.")]
    [InlineData("{\"a\":\"\\ud800\"}", "Invalid JSON syntax")]
    [InlineData("{\"\\ud800\":\"a\"}", "Invalid JSON syntax")]
    public void What_a_manifest_says_of_itself_is_text(string annotations, string told)
    {
        ImageManifest.TryParse(Annotated(annotations), null, out _, out var fault).ShouldBeFalse();

        fault.ShouldBe(told);
    }

    [Fact]
    public void A_manifest_that_is_not_UTF8_is_none()
    {
        byte[] content = [.. Annotated("{\"a\":\"?\"}")];
        content[content.IndexOf((byte)'?')] = 0xff;

        ImageManifest.TryParse(content, null, out _, out _).ShouldBeFalse();
    }

    [Fact]
    public void Of_an_annotation_that_is_there_twice_the_last_counts()
    {
        ImageManifest.TryParse(Annotated("{\"a\":\"1\",\"a\":\"2\"}"), null, out var manifest, out _).ShouldBeTrue();

        manifest!.Annotations!["a"].ShouldBe("2");
    }

    [Fact]
    public void An_OCI_manifest_need_not_say_its_type()
    {
        var text = new JsonObject
        {
            ["schemaVersion"] = 2,
            ["config"] = Descriptor("application/vnd.oci.image.config.v1+json", []),
            ["layers"] = new JsonArray(),
        }.ToJsonString();

        ImageManifest.TryParse(Encoding.UTF8.GetBytes(text), null, out var manifest, out _).ShouldBeTrue();

        manifest!.MediaType.ShouldBe(ImageManifest.OciManifest);
    }

    private static Task<BatchDeleteImageResponse> DeleteAsync(Platform platform, params ImageIdentifier[] ids) =>
        platform.Ecr.BatchDeleteImageAsync(
            new BatchDeleteImageRequest { RepositoryName = "app", ImageIds = ids },
            Platform.Caller(),
            default
        );

    private static async Task<IReadOnlyList<ImageIdentifier>> ImagesAsync(Platform platform) =>
        (
            await platform.Ecr.ListImagesAsync(
                new ListImagesRequest { RepositoryName = "app" },
                Platform.Caller(),
                default
            )
        ).ImageIds!;

    private static byte[] Annotated(string annotations)
    {
        var manifest = Manifest([]).ToJsonString();
        return Encoding.UTF8.GetBytes($"{manifest[..^1]},\"annotations\":{annotations}}}");
    }
}
