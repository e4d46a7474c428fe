using System.Net;
using Estiba.Contracts.Ecr;
using Estiba.Files;
using static Estiba.Ecr.Tests.Pushing;

namespace Estiba.Ecr.Tests.Registry;

/// <summary>Blobs that the disk, or somebody, has changed or removed.</summary>
public sealed class DamageTests
{
    private const int Large = 3_000_000;

    [Theory]
    [InlineData(200)]
    [InlineData(Large)]
    public async Task A_layer_whose_file_is_lost_is_not_there_for_a_push_and_a_push_brings_it_back(int size)
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("one");
        await platform.Http.PushImageAsync("one", "latest", 7);
        var digest = await platform.Http.PushBlobAsync("one", RandomBytes(size));
        File.Delete(FileOf(platform, digest));

        (await HeadAsync(platform, digest)).ShouldBe(HttpStatusCode.NotFound);
        (await AvailabilityAsync(platform, digest)).ShouldBe("UNAVAILABLE");
        (await platform.Http.GetAsync($"/v2/one/blobs/{digest}")).StatusCode.ShouldBe(
            HttpStatusCode.InternalServerError
        );

        await platform.Http.PushBlobAsync("one", RandomBytes(size));
        (await HeadAsync(platform, digest)).ShouldBe(HttpStatusCode.OK);
        (await AvailabilityAsync(platform, digest)).ShouldBe("AVAILABLE");
        (await platform.Http.GetByteArrayAsync($"/v2/one/blobs/{digest}")).ShouldBe(RandomBytes(size));
    }

    [Fact]
    public async Task A_lost_layer_can_be_pushed_again_with_the_operations_of_ECR()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("one");
        var digest = await platform.Http.PushBlobAsync("one", RandomBytes(500));
        File.Delete(FileOf(platform, digest));

        var upload = await platform.Ecr.InitiateLayerUploadAsync(
            new InitiateLayerUploadRequest { RepositoryName = "one" },
            Platform.Caller(),
            default
        );
        await platform.Ecr.UploadLayerPartAsync(
            new UploadLayerPartRequest
            {
                RepositoryName = "one",
                UploadId = upload.UploadId,
                PartFirstByte = 0,
                PartLastByte = 499,
                LayerPartBlob = RandomBytes(500),
            },
            Platform.Caller(),
            default
        );
        await platform.Ecr.CompleteLayerUploadAsync(
            new CompleteLayerUploadRequest
            {
                RepositoryName = "one",
                UploadId = upload.UploadId,
                LayerDigests = [digest],
            },
            Platform.Caller(),
            default
        );

        (await platform.Http.GetByteArrayAsync($"/v2/one/blobs/{digest}")).ShouldBe(RandomBytes(500));
    }

    [Fact]
    public async Task A_manifest_with_a_lost_layer_is_refused()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("one");
        await platform.Http.PushImageAsync("one", "latest");
        File.Delete(FileOf(platform, DigestOf(RandomBytes(200))));

        using var answer = await platform.Http.PutManifestAsync(
            "one",
            "again",
            Manifest(RandomBytes(50, 1001), RandomBytes(200))
        );

        (await answer.ErrorAsync()).Code.ShouldBe("MANIFEST_BLOB_UNKNOWN");
        await platform.Http.PushImageAsync("one", "again");
    }

    [Fact]
    public async Task A_lost_layer_is_not_mounted_from_another_repository()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("one");
        await platform.CreateRepositoryAsync("two");
        var digest = await platform.Http.PushBlobAsync("one", RandomBytes(10));
        File.Delete(FileOf(platform, digest));

        using var answer = await platform.Http.PostAsync($"/v2/two/blobs/uploads/?mount={digest}&from=one", null);

        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
    }

    [Theory]
    [InlineData(200, true)]
    [InlineData(200, false)]
    [InlineData(Large, true)]
    [InlineData(Large, false)]
    public async Task A_damaged_layer_is_not_served_is_put_aside_and_comes_back_with_a_push(int size, bool sameLength)
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("one");
        await platform.Http.PushImageAsync("one", "latest", 7);
        var digest = await platform.Http.PushBlobAsync("one", RandomBytes(size));
        await DamageAsync(FileOf(platform, digest), sameLength);

        await Should.ThrowAsync<HttpRequestException>(() => platform.Http.GetByteArrayAsync($"/v2/one/blobs/{digest}"));

        platform.BlobFiles().Count(path => path.EndsWith(".damaged", StringComparison.Ordinal)).ShouldBe(1);
        (await HeadAsync(platform, digest)).ShouldBe(HttpStatusCode.NotFound);
        await platform.Http.PushBlobAsync("one", RandomBytes(size));
        (await platform.Http.GetByteArrayAsync($"/v2/one/blobs/{digest}")).ShouldBe(RandomBytes(size));
    }

    [Fact]
    public async Task A_layer_that_was_damaged_while_the_platform_was_away_is_not_served()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("one");
        var digest = await platform.Http.PushBlobAsync("one", RandomBytes(Large));
        await DamageAsync(FileOf(platform, digest), sameLength: true);

        await platform.RestartAsync();

        await Should.ThrowAsync<HttpRequestException>(() => platform.Http.GetByteArrayAsync($"/v2/one/blobs/{digest}"));
    }

    [Fact]
    public async Task A_damaged_manifest_is_not_served_and_comes_back_with_a_push()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("one");
        var digest = await platform.Http.PushImageAsync("one", "latest");
        await DamageAsync(FileOf(platform, digest), sameLength: true);

        (await platform.Http.GetAsync("/v2/one/manifests/latest")).StatusCode.ShouldBe(
            HttpStatusCode.InternalServerError
        );

        (await platform.Http.PushImageAsync("one", "latest")).ShouldBe(digest);
        (await platform.Http.GetAsync("/v2/one/manifests/latest")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_push_over_a_damaged_manifest_heals_it_before_anybody_has_pulled_it()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("one");
        var digest = await platform.Http.PushImageAsync("one", "latest");
        await DamageAsync(FileOf(platform, digest), sameLength: true);

        await platform.Http.PushImageAsync("one", "latest");

        DigestOf(await platform.Http.GetByteArrayAsync("/v2/one/manifests/latest")).ShouldBe(digest);
    }

    [Fact]
    public async Task One_lost_blob_stops_no_start_and_all_of_them_do()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("one");
        await platform.Http.PushImageAsync("one", "latest");
        File.Delete(FileOf(platform, DigestOf(RandomBytes(200))));
        await platform.RestartAsync();

        foreach (var file in platform.BlobFiles().ToList())
            File.Delete(file);
        var damage = new Damage();
        var options = new EcrOptions
        {
            DataDirectory = platform.Directory,
            Endpoint = platform.Address,
            Damage = damage,
        };
        var refused = await Should.ThrowAsync<InvalidDataException>(() => platform.OpenAgainAsync(options));
        refused.Message.ShouldContain("All 3 blobs");
        refused.Message.ShouldContain("estiba restore");

        await using var accepted = await platform.OpenAgainAsync(options with { AcceptsLoss = true });
        damage.Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_check_names_damaged_and_missing_blobs()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("one");
        var manifest = await platform.Http.PushImageAsync("one", "latest");
        (await CheckAsync(platform)).ShouldBeEmpty();

        File.Delete(FileOf(platform, manifest));
        await DamageAsync(FileOf(platform, DigestOf(RandomBytes(200))), sameLength: true);
        var findings = await CheckAsync(platform);

        findings.Count.ShouldBe(2);
        findings.ShouldContain(finding =>
            finding.Sentence.Contains($"{manifest} is missing", StringComparison.Ordinal)
        );
        findings.ShouldContain(finding =>
            finding.Sentence.Contains(
                $"{FileOf(platform, DigestOf(RandomBytes(200)))} is damaged",
                StringComparison.Ordinal
            )
        );
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task Only_the_owner_may_see_the_files()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("one");
        await platform.Http.PushImageAsync("one", "latest");
        await platform.Http.StartUploadAsync("one");

        foreach (var path in Directory.GetFileSystemEntries(platform.Directory, "*", SearchOption.AllDirectories))
            File.GetUnixFileMode(path)
                .ShouldBe(Directory.Exists(path) ? PrivateFiles.DirectoryMode : PrivateFiles.FileMode, path);
    }

    private static async Task<List<Finding>> CheckAsync(Platform platform)
    {
        var findings = new List<Finding>();
        var state = platform.Store.Current;
        await RegistryCheck.RunAsync(
            Path.Combine(platform.Directory, "registry"),
            state,
            () => Task.FromResult<State.View?>(state),
            findings.Add,
            static _ => { },
            CancellationToken.None
        );
        return findings.FindAll(finding => !finding.IsNote);
    }

    private static string FileOf(Platform platform, string digest) =>
        Path.Combine(platform.BlobDirectory, "sha256", digest["sha256:".Length..][..2], digest["sha256:".Length..]);

    private static async Task<HttpStatusCode> HeadAsync(Platform platform, string digest) =>
        (await platform.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, $"/v2/one/blobs/{digest}"))).StatusCode;

    private static async Task<string> AvailabilityAsync(Platform platform, string digest) =>
        (
            await platform.Ecr.BatchCheckLayerAvailabilityAsync(
                new BatchCheckLayerAvailabilityRequest { RepositoryName = "one", LayerDigests = [digest] },
                Platform.Caller(),
                default
            )
        )
            .Layers!.Single()
            .LayerAvailability!;

    private static async Task DamageAsync(string file, bool sameLength)
    {
        var bytes = await File.ReadAllBytesAsync(file);
        bytes[bytes.Length / 2] ^= 16;
        await Task.Delay(20); // the file system's clock moves in steps
        await File.WriteAllBytesAsync(file, sameLength ? bytes : bytes[..^1]);
    }
}
