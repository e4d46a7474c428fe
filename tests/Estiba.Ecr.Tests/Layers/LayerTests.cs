using Estiba.Contracts;
using Estiba.Contracts.Ecr;
using static Estiba.Ecr.Tests.Pushing;

namespace Estiba.Ecr.Tests.Layers;

public sealed class LayerTests
{
    private const int Part = 5 * 1024 * 1024;

    [Fact]
    public async Task A_layer_is_uploaded_in_parts()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("app");
        var content = RandomBytes(Part + 100);
        var id = await StartAsync(platform);

        await UploadAsync(platform, id, content, 0, Part);
        var last = await UploadAsync(platform, id, content, Part, content.Length);
        var done = await CompleteAsync(platform, id, DigestOf(content));

        last.LastByteReceived.ShouldBe(content.Length - 1);
        done.LayerDigest.ShouldBe(DigestOf(content));
        (await platform.Http.GetByteArrayAsync($"/v2/app/blobs/{DigestOf(content)}")).ShouldBe(content);
    }

    [Fact]
    public async Task Every_part_but_the_last_has_5_MiB()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("app");
        var id = await StartAsync(platform);
        await UploadAsync(platform, id, RandomBytes(20), 0, 10);

        var error = await Should.ThrowAsync<AwsException>(() => UploadAsync(platform, id, RandomBytes(20), 10, 20));

        (error.Code, error.Message).ShouldBe(
            ("LayerPartTooSmallException", "All layer parts except the last part should be at least 5MB")
        );
    }

    [Fact]
    public async Task A_part_that_does_not_follow_is_refused()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("app");
        var id = await StartAsync(platform);

        var error = await Should.ThrowAsync<AwsException>(() => UploadAsync(platform, id, RandomBytes(20), 10, 20));

        error.Code.ShouldBe("InvalidLayerPartException");
    }

    [Fact]
    public async Task A_part_that_does_not_follow_is_told_where_to_go_on()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("app");
        var id = await StartAsync(platform);
        await UploadAsync(platform, id, RandomBytes(20), 0, 10);

        var error = await Should.ThrowAsync<AwsException>(() => UploadAsync(platform, id, RandomBytes(20), 15, 20));

        var details = error.Details.ShouldBeOfType<InvalidLayerPartExceptionDetails>();
        (details.RepositoryName, details.UploadId, details.LastValidByteReceived).ShouldBe(("app", id, 9));
    }

    [Fact]
    public async Task An_upload_without_parts_is_no_layer()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("app");
        var id = await StartAsync(platform);

        var error = await Should.ThrowAsync<AwsException>(() => CompleteAsync(platform, id, DigestOf([])));

        error.Code.ShouldBe("EmptyUploadException");
    }

    [Fact]
    public async Task A_layer_with_another_digest_is_refused()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("app");
        var id = await StartAsync(platform);
        await UploadAsync(platform, id, RandomBytes(20), 0, 20);

        var error = await Should.ThrowAsync<AwsException>(() => CompleteAsync(platform, id, DigestOf([])));

        error.Code.ShouldBe("InvalidLayerException");
    }

    [Fact]
    public async Task A_layer_that_the_repository_holds_is_not_uploaded_again()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("app");
        await platform.Http.PushBlobAsync("app", RandomBytes(20));
        var id = await StartAsync(platform);
        await UploadAsync(platform, id, RandomBytes(20), 0, 20);

        var error = await Should.ThrowAsync<AwsException>(() => CompleteAsync(platform, id, DigestOf(RandomBytes(20))));

        error.Code.ShouldBe("LayerAlreadyExistsException");
    }

    [Fact]
    public async Task An_upload_that_does_not_exist_is_not_found()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("app");

        var error = await Should.ThrowAsync<AwsException>(() =>
            CompleteAsync(platform, Guid.NewGuid().ToString(), DigestOf([]))
        );

        error.Code.ShouldBe("UploadNotFoundException");
    }

    [Fact]
    public async Task Layers_are_available_or_not()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("app");
        var digest = await platform.Http.PushBlobAsync("app", RandomBytes(20));

        var answer = await platform.Ecr.BatchCheckLayerAvailabilityAsync(
            new BatchCheckLayerAvailabilityRequest
            {
                RepositoryName = "app",
                LayerDigests = [digest, DigestOf([]), "none", ""],
            },
            Platform.Caller(),
            default
        );

        answer
            .Layers!.Select(layer => (layer.LayerAvailability, layer.LayerSize))
            .ShouldBe([("AVAILABLE", 20L), ("UNAVAILABLE", null)]);
        answer.Failures!.Select(failure => failure.FailureCode).ShouldBe(["InvalidLayerDigest", "MissingLayerDigest"]);
    }

    private static async Task<string> StartAsync(Platform platform) =>
        (
            await platform.Ecr.InitiateLayerUploadAsync(
                new InitiateLayerUploadRequest { RepositoryName = "app" },
                Platform.Caller(),
                default
            )
        ).UploadId!;

    private static Task<UploadLayerPartResponse> UploadAsync(
        Platform platform,
        string id,
        byte[] content,
        int first,
        int end
    ) =>
        platform.Ecr.UploadLayerPartAsync(
            new UploadLayerPartRequest
            {
                RepositoryName = "app",
                UploadId = id,
                PartFirstByte = first,
                PartLastByte = end - 1,
                LayerPartBlob = content.AsMemory(first, end - first),
            },
            Platform.Caller(),
            default
        );

    private static Task<CompleteLayerUploadResponse> CompleteAsync(Platform platform, string id, string digest) =>
        platform.Ecr.CompleteLayerUploadAsync(
            new CompleteLayerUploadRequest
            {
                RepositoryName = "app",
                UploadId = id,
                LayerDigests = [digest],
            },
            Platform.Caller(),
            default
        );
}
