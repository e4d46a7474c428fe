using System.Text;
using System.Text.RegularExpressions;
using Estiba.Contracts.Signing;

namespace Estiba.Gateway.Tests;

/// <summary>Bodies in signed chunks, as the SDKs of AWS send them to S3, and what an attacker makes of them.</summary>
public sealed class ChunkedBodyTests
{
    private const string Signed = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
    private const string SignedWithTrailer = Signed + "-TRAILER";
    private const string Unsigned = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";

    private static readonly string First = new('a', 8192);
    private static readonly string Second = new('b', 8192);
    private static readonly string Third = new('c', 10);

    /// <summary>What is done to a request that is right, and what comes of it.</summary>
    private static readonly Dictionary<string, (Func<string, string> Change, int Status, string Code)> Attacks = new()
    {
        ["a changed byte"] = (body => body.Replace("cc\r\n", "cd\r\n"), 403, "SignatureDoesNotMatch"),
        ["a chunk left out"] = (
            body => Regex.Replace(body, $"2000;[^\r]*\r\n{Second}\r\n", ""),
            403,
            "SignatureDoesNotMatch"
        ),
        ["chunks that are exchanged"] = (
            body => body.Replace(First, "?").Replace(Second, First).Replace("?", Second),
            403,
            "SignatureDoesNotMatch"
        ),
        ["a chunk without its signature"] = (
            body => Regex.Replace(body, "^2000;[^\r]*", "2000"),
            403,
            "SignatureDoesNotMatch"
        ),
        ["a last chunk without its signature"] = (
            body => Regex.Replace(body, "\n0;[^\r]*", "\n0"),
            403,
            "SignatureDoesNotMatch"
        ),
        ["a trailer that is changed"] = (
            body => body.Replace("crc32c:", "crc32c:A", StringComparison.Ordinal),
            403,
            "SignatureDoesNotMatch"
        ),
        ["a trailer without its signature"] = (
            body => Regex.Replace(body, "x-amz-trailer-signature:[^\r]*\r\n", ""),
            403,
            "SignatureDoesNotMatch"
        ),
        ["a header behind the trailer's signature"] = (
            body => body[..^2] + "x-amz-meta-more:1\r\n\r\n",
            400,
            "MalformedTrailerError"
        ),
        ["a trailer that was not announced"] = (
            body => body.Replace("x-amz-checksum-crc32c:", "x-amz-checksum-crc32:"),
            400,
            "MalformedTrailerError"
        ),
        ["an end before the last chunk"] = (
            body => body[..body.IndexOf("\n0;", StringComparison.Ordinal)] + "\n",
            400,
            "IncompleteBody"
        ),
        ["an end in the middle of a chunk"] = (body => body[..10_000], 400, "IncompleteBody"),
        ["the end too early"] = (
            body => body[body.IndexOf("\n0;", StringComparison.Ordinal)..].TrimStart('\n'),
            400,
            "IncompleteBody"
        ),
        ["a size of 2^64-1"] = (body => "ffffffffffffffff" + body[4..], 400, "IncompleteBody"),
        ["a size of 2^63-1"] = (body => "7fffffffffffffff" + body[4..], 400, "IncompleteBody"),
        ["a size of 2^64"] = (body => "10000000000000000" + body[4..], 400, "IncompleteBody"),
        ["a size below nothing"] = (body => "-2000" + body[4..], 400, "IncompleteBody"),
        ["no size"] = (body => body[4..], 400, "IncompleteBody"),
        ["a size that is larger than its chunk"] = (body => "2001" + body[4..], 403, "SignatureDoesNotMatch"),
        ["a line without an end"] = (body => "2000;chunk-signature=" + new string('f', 5000), 400, "IncompleteBody"),
    };

    public static TheoryData<string> AttackNames => [.. Attacks.Keys];

    [Theory]
    [InlineData(Signed)]
    [InlineData(SignedWithTrailer)]
    [InlineData(Unsigned)]
    public async Task A_body_is_taken_out_of_its_chunks(string payload)
    {
        await using var world = await GatewayWorld.StartWithAsync(new StandInProtocols().Dispatchers);

        var put = await SendAsync(world, payload, [First, Second, Third]);
        using var get = await world.Http.SendAsync(
            await world.SignAsync(new HttpRequestMessage(HttpMethod.Get, new Uri(world.Address, "/bucket/key")), "s3"),
            TestContext.Current.CancellationToken
        );

        put.Status.ShouldBe(200, put.Body);
        (await get.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldBe(First + Second + Third);
        get.Content.Headers.ContentEncoding.ShouldBe(["br"]);
    }

    [Fact]
    public async Task A_body_may_be_empty()
    {
        await using var world = await GatewayWorld.StartWithAsync(new StandInProtocols().Dispatchers);

        (await SendAsync(world, SignedWithTrailer, [])).Status.ShouldBe(200);
    }

    [Theory]
    [MemberData(nameof(AttackNames))]
    public async Task What_was_changed_on_its_way_is_refused(string attack)
    {
        await using var world = await GatewayWorld.StartWithAsync(new StandInProtocols().Dispatchers);
        var (change, status, code) = Attacks[attack];

        var answer = await SendAsync(world, SignedWithTrailer, [First, Second, Third], body =>
        {
            var changed = change(body);
            changed.ShouldNotBe(body);
            return changed;
        });

        (answer.Status, answer.Code).ShouldBe((status, code), answer.Body);
    }

    [Theory]
    [InlineData("16393")]
    [InlineData("16395")]
    [InlineData("0")]
    public async Task A_body_that_is_not_as_long_as_it_says_is_refused(string length)
    {
        await using var world = await GatewayWorld.StartWithAsync(new StandInProtocols().Dispatchers);

        var answer = await SendAsync(world, Signed, [First, Second, Third], length: length);

        (answer.Status, answer.Code).ShouldBe((400, "IncompleteBody"), answer.Body);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("-1")]
    [InlineData("many")]
    public async Task A_body_in_chunks_must_say_how_long_it_is(string? length)
    {
        await using var world = await GatewayWorld.StartWithAsync(new StandInProtocols().Dispatchers);

        var answer = await SendAsync(world, Signed, [First], length: length ?? "none");

        (answer.Status, answer.Code).ShouldBe((411, "MissingContentLength"), answer.Body);
    }

    [Fact]
    public async Task Only_the_last_chunk_may_be_small()
    {
        await using var world = await GatewayWorld.StartWithAsync(new StandInProtocols().Dispatchers);

        var answer = await SendAsync(world, Signed, [Third, First]);

        (answer.Status, answer.Code).ShouldBe((403, "InvalidChunkSizeError"), answer.Body);
    }

    [Theory]
    [InlineData(Signed)]
    [InlineData(SignedWithTrailer)]
    [InlineData(Unsigned)]
    public async Task An_operation_that_nobody_wrote_says_so_to_who_sends_chunks(string payload)
    {
        await using var world = await GatewayWorld.StartWithAsync(new StandInProtocols().Dispatchers);

        var answer = await SendAsync(world, payload, [First], path: "/bucket/key?partNumber=1&uploadId=1");

        (answer.Status, answer.Code).ShouldBe((501, "NotImplemented"), answer.Body);
        answer.Message!.ShouldStartWith("Estiba does not implement s3:UploadPart yet.");
    }

    private static async Task<Answer> SendAsync(
        GatewayWorld world,
        string payload,
        IReadOnlyList<string> chunks,
        Func<string, string>? change = null,
        string? length = null,
        string path = "/bucket/key"
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, new Uri(world.Address, path));
        request.Headers.Add("x-amz-content-sha256", payload);
        if (length != "none")
            request.Headers.Add("x-amz-decoded-content-length", length ?? $"{chunks.Sum(chunk => chunk.Length)}");
        if (payload != Signed)
            request.Headers.Add("x-amz-trailer", "x-amz-checksum-crc32c");
        await world.SignAsync(request, "s3");
        var body = Body(request, payload, chunks);
        request.Content = new StringContent(change?.Invoke(body) ?? body);
        request.Content.Headers.ContentEncoding.Add("aws-chunked");
        request.Content.Headers.ContentEncoding.Add("br");
        return await world.SendAsync(request);
    }

    private static string Body(HttpRequestMessage request, string payload, IReadOnlyList<string> chunks)
    {
        var date = request.Headers.GetValues("X-Amz-Date").Single();
        var scope = new CredentialScope(date[..8], "eu-west-1", "s3");
        var signatures = new ChunkSignatures(
            SigningKeyCache.Derive(GatewayWorld.Root.SecretAccessKey, scope),
            date,
            scope,
            request.Headers.GetValues("Authorization").Single()[^64..]
        );
        var body = new StringBuilder();
        foreach (var chunk in chunks.Append(""))
        {
            signatures.Append(Encoding.ASCII.GetBytes(chunk));
            var signature = signatures.EndChunk();
            body.Append($"{chunk.Length:x}").Append(payload == Unsigned ? "" : $";chunk-signature={signature}");
            body.Append("\r\n").Append(chunk).Append(chunk.Length > 0 ? "\r\n" : "");
        }

        if (payload != Signed)
        {
            var trailer = $"x-amz-checksum-crc32c:{Crc32C(string.Concat(chunks))}";
            signatures.Append(Encoding.ASCII.GetBytes(trailer + "\n"));
            body.Append(trailer).Append("\r\n");
            if (payload == SignedWithTrailer)
                body.Append($"x-amz-trailer-signature:{signatures.EndTrailer()}\r\n");
        }

        return body.Append("\r\n").ToString();
    }

    private static string Crc32C(string text)
    {
        var crc = Encoding
            .ASCII.GetBytes(text)
            .Aggregate(uint.MaxValue, (sum, one) => System.Numerics.BitOperations.Crc32C(sum, one));
        return Convert.ToBase64String([.. BitConverter.GetBytes(~crc).Reverse()]);
    }
}
