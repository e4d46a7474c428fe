namespace Estiba.Gateway.Tests;

/// <summary>Nothing that a signature leaves out decides anything.</summary>
public sealed class SignedPartsTests
{
    private const string Ec2Failure = "AWS was not able to validate the provided access credentials";

    [Theory]
    [InlineData(
        "json",
        400,
        "InvalidSignatureException",
        "'x-amz-other' must be a 'SignedHeader' in the AWS Authorization."
    )]
    [InlineData(
        "query",
        403,
        "SignatureDoesNotMatch",
        "'x-amz-other' must be a 'SignedHeader' in the AWS Authorization."
    )]
    [InlineData("ec2", 401, "AuthFailure", Ec2Failure)]
    public async Task Every_header_of_amazon_must_be_signed(string protocol, int status, string code, string message)
    {
        await using var world = await GatewayWorld.StartAsync();
        var request = await world.SignedAsync(protocol);
        request.Headers.Add("x-AMZ-other", "value");

        var answer = await world.SendAsync(request);

        (answer.Status, answer.Code, answer.Message).ShouldBe((status, code, message));
    }

    [Theory]
    [InlineData("X-Amz-Content-Sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("X-Amz-Security-Token", "token")]
    [InlineData("X-Amz-User-Agent", "agent")]
    [InlineData("X-Amz-Target", "AmazonEC2ContainerServiceV20141113.ListClusters")]
    public async Task No_header_of_amazon_is_an_exception(string name, string value)
    {
        await using var world = await GatewayWorld.StartAsync();
        var request = await world.SignedAsync("query");
        request.Headers.Add(name, value);

        (await world.SendAsync(request)).Status.ShouldBeGreaterThanOrEqualTo(400);
    }

    [Theory]
    [InlineData("X-Amzn-Trace-Id", "Root=1-5759e988-bd862e3fe1be46a994272793")]
    [InlineData("amz-sdk-request", "attempt=1")]
    [InlineData("X-Other", "value")]
    public async Task Other_headers_may_be_added_on_the_way(string name, string value)
    {
        await using var world = await GatewayWorld.StartAsync();
        var request = await world.SignedAsync("json");
        request.Headers.Add(name, value);

        (await world.SendAsync(request)).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("GET", 405, "UnknownOperationException")]
    [InlineData("POST", 400, "InvalidSignatureException")]
    public async Task A_presigned_address_becomes_no_operation_by_a_header(string method, int status, string code)
    {
        await using var world = await GatewayWorld.StartAsync();
        var request = new HttpRequestMessage(
            new HttpMethod(method),
            world.Presign("", "ecs", TimeSpan.FromMinutes(15))
        );
        request.Headers.Add("X-Amz-Target", "AmazonEC2ContainerServiceV20141113.ListClusters");

        var answer = await world.SendAsync(request);

        (answer.Status, answer.Code).ShouldBe((status, code));
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("PATCH")]
    [InlineData("OPTIONS")]
    [InlineData("HEAD")]
    public async Task An_operation_by_header_needs_a_post(string method)
    {
        await using var world = await GatewayWorld.StartAsync();
        var ran = false;
        world.Services.Before = (_, _) => Task.FromResult(ran = true);
        var request = new HttpRequestMessage(new HttpMethod(method), world.Address);
        request.Headers.Add("X-Amz-Target", "AmazonEC2ContainerServiceV20141113.ListClusters");

        var answer = await world.SendAsync(await world.SignAsync(request, "ecs"));

        (answer.Status, ran).ShouldBe((405, false));
        if (method != "HEAD")
            answer.Code.ShouldBe("UnknownOperationException");
    }

    [Theory]
    [InlineData("json", "UNSIGNED-PAYLOAD")]
    [InlineData("query", "UNSIGNED-PAYLOAD")]
    [InlineData("ec2", "UNSIGNED-PAYLOAD")]
    [InlineData("json", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD")]
    [InlineData("json", "STREAMING-UNSIGNED-PAYLOAD-TRAILER")]
    [InlineData("json", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b8")]
    [InlineData("json", "none")]
    [InlineData("json", "")]
    public async Task A_body_cannot_be_left_out_of_the_signature(string protocol, string hash)
    {
        await using var world = await GatewayWorld.StartAsync();
        var request = world.Request(protocol);
        request.Headers.TryAddWithoutValidation("X-Amz-Content-Sha256", hash);

        var answer = await world.SendAsync(await world.SignAsync(request, GatewayWorld.ServiceOf(protocol)));

        answer.Code.ShouldBe(
            protocol switch
            {
                "json" => "InvalidSignatureException",
                "query" => "SignatureDoesNotMatch",
                _ => "AuthFailure",
            }
        );
    }

    [Fact]
    public async Task A_body_whose_hash_is_told_is_accepted()
    {
        await using var world = await GatewayWorld.StartAsync();
        var request = world.Request("json");
        request.Headers.Add("X-Amz-Content-Sha256", "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");

        (await world.SendAsync(await world.SignAsync(request, "ecs"))).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_body_in_chunks_is_signed_as_a_whole()
    {
        await using var world = await GatewayWorld.StartAsync();
        var request = await world.SignedAsync("json");
        request.Headers.TransferEncodingChunked = true;

        (await world.SendAsync(request)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_body_that_says_to_be_compressed_and_is_not_is_refused()
    {
        await using var world = await GatewayWorld.StartAsync();
        var request = world.Json("AmazonEC2ContainerServiceV20141113.ListClusters", "{}");
        request.Content!.Headers.ContentEncoding.Add("gzip");

        (await world.SendAsync(await world.SignAsync(request, "ecs"))).Code.ShouldBe("SerializationException");
    }
}
