using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Estiba.Contracts.Ecr;
using Estiba.Ecr.Images;
using static Estiba.Ecr.Tests.Pushing;

namespace Estiba.Ecr.Tests.Registry;

public sealed class ManifestTests
{
    [Fact]
    public async Task A_manifest_is_given_back_byte_for_byte()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("one");
        await platform.Http.PushBlobAsync("one", RandomBytes(10));
        var text = Manifest(RandomBytes(10)).ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n\n";
        using var content = new StringContent(text);
        content.Headers.ContentType = new(ImageManifest.DockerManifest);
        await platform.Http.PutAsync("/v2/one/manifests/latest", content);

        using var answer = await platform.Http.GetAsync("/v2/one/manifests/latest");

        (await answer.Content.ReadAsStringAsync()).ShouldBe(text);
        answer.Content.Headers.ContentType!.ToString().ShouldBe(ImageManifest.DockerManifest);
        answer.Headers.GetValues("Docker-Content-Digest").ShouldBe([DigestOf(Encoding.UTF8.GetBytes(text))]);
    }

    [Fact]
    public async Task A_manifest_is_found_by_its_digest_and_after_a_restart()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("a.b/c-d");
        var digest = await platform.Http.PushImageAsync("a.b/c-d", "v1");

        await platform.RestartAsync();
        using var head = await platform.Http.SendAsync(
            new HttpRequestMessage(HttpMethod.Head, $"/v2/a.b/c-d/manifests/{digest}")
        );

        head.StatusCode.ShouldBe(HttpStatusCode.OK);
        head.Content.Headers.ContentType!.MediaType.ShouldBe(ImageManifest.DockerManifest);
    }

    [Fact]
    public async Task A_manifest_whose_layer_was_not_pushed_is_refused()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("one");
        await platform.Http.PushBlobAsync("one", RandomBytes(10));

        using var answer = await platform.Http.PutManifestAsync(
            "one",
            "latest",
            Manifest(RandomBytes(10), RandomBytes(20))
        );

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        var (code, message) = await answer.ErrorAsync();
        code.ShouldBe("MANIFEST_BLOB_UNKNOWN");
        message.ShouldContain(DigestOf(RandomBytes(20)));
    }

    [Fact]
    public async Task An_index_whose_image_was_not_pushed_is_refused()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("one");

        using var answer = await platform.Http.PutManifestAsync("one", "latest", Index((DigestOf([]), 1)));

        (await answer.ErrorAsync()).Code.ShouldBe("MANIFEST_BLOB_UNKNOWN");
    }

    [Fact]
    public async Task An_index_is_pushed_after_its_images()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("one");
        using var image = await platform.Http.GetAsync(
            $"/v2/one/manifests/{await platform.Http.PushImageAsync("one", "v1")}"
        );
        var size = image.Content.Headers.ContentLength!.Value;

        using var answer = await platform.Http.PutManifestAsync(
            "one",
            "all",
            Index((image.Headers.GetValues("Docker-Content-Digest").Single(), size))
        );

        answer.StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Theory]
    [InlineData("{", "Invalid JSON syntax")]
    [InlineData("[]", "A manifest is a JSON object.")]
    [InlineData("""{"schemaVersion":1}""", "The manifest's schemaVersion must be 2.")]
    [InlineData("""{"schemaVersion":2}""", "The manifest has no config.")]
    [InlineData(
        """{"schemaVersion":2,"config":{"digest":"sha256:1","size":1},"layers":[]}""",
        "A descriptor in 'config' has no valid digest."
    )]
    [InlineData(
        """{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}""",
        "The manifest says that its mediaType is 'application/vnd.oci.image.index.v1+json', and was sent as "
            + "'application/vnd.docker.distribution.manifest.v2+json'."
    )]
    [InlineData("""{"schemaVersion":2,"mediaType":"\ud800"}""", "Invalid JSON syntax")]
    [InlineData(
        """{"schemaVersion":2,"config":{"digest":"sha256:0000000000000000000000000000000000000000000000000000000000000000","size":1},"layers":[],"annotations":{"one":1}}""",
        "Annotations must be strings."
    )]
    [InlineData(
        """{"schemaVersion":2,"config":{"digest":"sha256:0000000000000000000000000000000000000000000000000000000000000000","size":9223372036854775807},"layers":[{"digest":"sha256:0000000000000000000000000000000000000000000000000000000000000000","size":1}]}""",
        "The sizes in the manifest are more than can be."
    )]
    public async Task A_manifest_that_is_none_is_refused_with_the_reason(string text, string reason)
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("one");
        using var content = new StringContent(text);
        content.Headers.ContentType = new(ImageManifest.DockerManifest);

        using var answer = await platform.Http.PutAsync("/v2/one/manifests/latest", content);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.ErrorAsync()).ShouldBe(("MANIFEST_INVALID", reason));
    }

    [Fact]
    public async Task A_manifest_has_at_most_4_MiB()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("one");

        using var answer = await platform.Http.PutAsync(
            "/v2/one/manifests/latest",
            new ByteArrayContent(new byte[4 * 1024 * 1024 + 1])
        );

        answer.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task A_manifest_under_another_digest_is_refused()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("one");
        await platform.Http.PushBlobAsync("one", RandomBytes(10));

        using var answer = await platform.Http.PutManifestAsync("one", DigestOf([]), Manifest(RandomBytes(10)));

        (await answer.ErrorAsync()).Code.ShouldBe("DIGEST_INVALID");
    }

    [Fact]
    public async Task An_immutable_tag_is_not_moved_and_ECR_says_why()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("app", ImageTagMutability.Immutable);
        await platform.Http.PushImageAsync("app", "latest");
        await platform.Http.PushBlobAsync("app", RandomBytes(10));

        using var answer = await platform.Http.PutManifestAsync("app", "latest", Manifest(RandomBytes(10)));

        (await answer.ErrorAsync()).ShouldBe(
            (
                "TAG_INVALID",
                "The image tag 'latest' already exists in the 'app' repository and cannot be overwritten because "
                    + "the tag is immutable."
            )
        );
    }

    [Fact]
    public async Task A_tag_that_is_moved_leaves_its_image_untagged()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("one");
        var first = await platform.Http.PushImageAsync("one", "latest", seed: 1);
        var second = await platform.Http.PushImageAsync("one", "latest", seed: 2);

        var images = await platform.Ecr.DescribeImagesAsync(
            new DescribeImagesRequest { RepositoryName = "one" },
            Platform.Caller(),
            default
        );

        images.ImageDetails!.Single(image => image.ImageDigest == first).ImageTags.ShouldBeNull();
        images.ImageDetails!.Single(image => image.ImageDigest == second).ImageTags.ShouldBe(["latest"]);
    }

    [Fact]
    public async Task Deleting_a_tag_keeps_the_image_and_deleting_the_digest_does_not()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("one");
        var digest = await platform.Http.PushImageAsync("one", "latest");

        using var untagged = await platform.Http.DeleteAsync("/v2/one/manifests/latest");
        using var byTag = await platform.Http.GetAsync("/v2/one/manifests/latest");
        using var byDigest = await platform.Http.GetAsync($"/v2/one/manifests/{digest}");
        using var deleted = await platform.Http.DeleteAsync($"/v2/one/manifests/{digest}");
        using var gone = await platform.Http.GetAsync($"/v2/one/manifests/{digest}");

        untagged.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await byTag.ErrorAsync()).ShouldBe(("MANIFEST_UNKNOWN", "Requested image not found"));
        byDigest.StatusCode.ShouldBe(HttpStatusCode.OK);
        deleted.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        gone.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task What_refers_to_an_image_is_listed_and_filtered()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("one");
        var subject = await platform.Http.PushImageAsync("one", "latest");
        await PushArtifactAsync(platform, subject, "application/signature", 1);
        await PushArtifactAsync(platform, subject, "application/sbom", 2);

        using var all = await platform.Http.GetAsync($"/v2/one/referrers/{subject}");
        using var filtered = await platform.Http.GetAsync($"/v2/one/referrers/{subject}?artifactType=application/sbom");

        all.Content.Headers.ContentType!.MediaType.ShouldBe(ImageManifest.OciIndex);
        (await TypesAsync(all)).ShouldBe(["application/sbom", "application/signature"], ignoreOrder: true);
        (await TypesAsync(filtered)).ShouldBe(["application/sbom"]);
        filtered.Headers.GetValues("OCI-Filters-Applied").ShouldBe(["artifactType"]);
    }

    [Fact]
    public async Task Nothing_refers_to_an_image_that_does_not_exist()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("one");

        using var answer = await platform.Http.GetAsync($"/v2/one/referrers/{DigestOf([])}");

        (await TypesAsync(answer)).ShouldBeEmpty();
    }

    private static async Task PushArtifactAsync(Platform platform, string subject, string type, int seed)
    {
        await platform.Http.PushBlobAsync("one", RandomBytes(2, seed));
        using var answer = await platform.Http.PutManifestAsync(
            "one",
            $"artifact-{seed}",
            new JsonObject
            {
                ["schemaVersion"] = 2,
                ["mediaType"] = ImageManifest.OciManifest,
                ["artifactType"] = type,
                ["config"] = Descriptor("application/vnd.oci.empty.v1+json", RandomBytes(2, seed)),
                ["layers"] = new JsonArray(),
                ["subject"] = new JsonObject
                {
                    ["mediaType"] = ImageManifest.DockerManifest,
                    ["digest"] = subject,
                    ["size"] = 1,
                },
            }
        );
        answer.StatusCode.ShouldBe(HttpStatusCode.Created);
        answer.Headers.GetValues("OCI-Subject").ShouldBe([subject]);
    }

    private static async Task<List<string>> TypesAsync(HttpResponseMessage answer)
    {
        using var body = await JsonDocument.ParseAsync(await answer.Content.ReadAsStreamAsync());
        return
        [
            .. body
                .RootElement.GetProperty("manifests")
                .EnumerateArray()
                .Select(item => item.GetProperty("artifactType").GetString()!),
        ];
    }
}
