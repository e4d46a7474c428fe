using System.Security.Cryptography;
using Estiba.Contracts.Protocols;
using Estiba.Contracts.S3;
using static Estiba.S3.Tests.S3World;

namespace Estiba.S3.Tests;

#pragma warning disable CA5351 // Entity tags are MD5, by the API.
public sealed class MultipartTests
{
    private const int PartSize = 5 * 1024 * 1024;

    [Theory]
    [InlineData("CRC64NVME", "FULL_OBJECT")]
    [InlineData("CRC32", "FULL_OBJECT")]
    [InlineData("CRC32C", "FULL_OBJECT")]
    [InlineData("SHA256", "COMPOSITE")]
    public async Task Parts_become_an_object_whose_checksum_is_that_of_the_whole(string algorithm, string type)
    {
        await using var world = await S3World.CreateAsync();
        byte[][] contents = [Bytes(PartSize, 1), Bytes(PartSize + 17, 2), Bytes(3, 3)];
        var upload = await BeginAsync(world, algorithm, type);
        var parts = new List<CompletedPart>();
        // What is uploaded last need not be what comes last.
        foreach (var number in new[] { 3, 1, 2 })
            parts.Add(await PartAsync(world, upload, number, contents[number - 1]));

        var done = await CompleteAsync(world, upload, parts.OrderBy(part => part.PartNumber));

        var tags = contents.SelectMany(MD5.HashData).ToArray();
        done.ETag.ShouldBe($"\"{Convert.ToHexStringLower(MD5.HashData(tags))}-3\"");
        byte[] whole = [.. contents[0], .. contents[1], .. contents[2]];
        var checksum = BodyChecksums.Begin(algorithm);
        if (type == "FULL_OBJECT")
            checksum.Append(whole);
        else
            foreach (var content in contents)
                checksum.Append(SHA256.HashData(content));
        var expected = Convert.ToBase64String(checksum.Value()) + (type == "FULL_OBJECT" ? "" : "-3");
        (done.ChecksumCRC64NVME ?? done.ChecksumCRC32 ?? done.ChecksumCRC32C ?? done.ChecksumSHA256).ShouldBe(expected);
        await world.RestartAsync();
        var found = await world.GetAsync("big");
        using var read = new MemoryStream();
        await found.Body!.CopyToAsync(read);
        await found.Body.DisposeAsync();
        read.ToArray().ShouldBe(whole);
        var second = await world.GetAsync("big", it => it with { PartNumber = 2 });
        (second.ContentLength, second.PartsCount).ShouldBe((contents[1].LongLength, 3));
        await second.Body!.DisposeAsync();
    }

    [Fact]
    public async Task Parts_that_do_not_fit_are_refused_and_the_upload_goes_on()
    {
        await using var world = await S3World.CreateAsync();
        var upload = await BeginAsync(world);
        var one = await PartAsync(world, upload, 1, Bytes(10, 1));
        var two = await PartAsync(world, upload, 2, Bytes(10, 2));

        Task<CompleteMultipartUploadOutput> Complete(params CompletedPart[] parts) =>
            CompleteAsync(world, upload, parts);
        (await ErrorOfAsync(() => Complete())).ShouldBe("MalformedXML");
        (await ErrorOfAsync(() => Complete(one, two))).ShouldBe("EntityTooSmall");
        (await ErrorOfAsync(() => Complete(two, one))).ShouldBe("InvalidPartOrder");
        (await ErrorOfAsync(() => Complete(one with { ETag = "\"0\"" }))).ShouldBe("InvalidPart");
        (await ErrorOfAsync(() => Complete(one with { PartNumber = 7 }))).ShouldBe("InvalidPart");
        var done = await Complete(two);

        (await Complete(two)).ETag.ShouldBe(done.ETag);
        world.Time.Advance(TimeSpan.FromHours(1));
        await world.RunChoresAsync();
        world.Files("objects").Count.ShouldBe(1);
    }

    [Fact]
    public async Task An_upload_that_is_aborted_leaves_nothing()
    {
        await using var world = await S3World.CreateAsync();
        var upload = await BeginAsync(world);
        await PartAsync(world, upload, 1, Bytes(10, 1));
        var request = new AbortMultipartUploadRequest
        {
            Bucket = BucketName,
            Key = "big",
            UploadId = upload,
        };

        await world.Api.AbortMultipartUploadAsync(request, Context);

        (await ErrorOfAsync(() => PartAsync(world, upload, 2, []))).ShouldBe("NoSuchUpload");
        world.Time.Advance(TimeSpan.FromHours(1));
        await world.RunChoresAsync();
        world.Files("objects").ShouldBeEmpty();
        world.Files("uploads").ShouldBeEmpty();
    }

    private static byte[] Bytes(int size, int seed)
    {
        var bytes = new byte[size];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static async Task<string> BeginAsync(S3World world, string? algorithm = null, string? type = null)
    {
        var request = new CreateMultipartUploadRequest
        {
            Bucket = BucketName,
            Key = "big",
            ChecksumAlgorithm = algorithm,
            ChecksumType = type,
        };
        return (await world.Api.CreateMultipartUploadAsync(request, Context)).UploadId!;
    }

    private static async Task<CompletedPart> PartAsync(S3World world, string upload, int number, byte[] content)
    {
        var request = new UploadPartRequest
        {
            Bucket = BucketName,
            Key = "big",
            UploadId = upload,
            PartNumber = number,
            Body = new MemoryStream(content),
        };
        var part = await world.Api.UploadPartAsync(request, Context);
        return new CompletedPart { PartNumber = number, ETag = part.ETag };
    }

    private static Task<CompleteMultipartUploadOutput> CompleteAsync(
        S3World world,
        string upload,
        IEnumerable<CompletedPart> parts
    ) =>
        world.Api.CompleteMultipartUploadAsync(
            new CompleteMultipartUploadRequest
            {
                Bucket = BucketName,
                Key = "big",
                UploadId = upload,
                MultipartUpload = new CompletedMultipartUpload { Parts = [.. parts] },
            },
            Context
        );
}
