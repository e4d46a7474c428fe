using Estiba.Hosting.Http;

namespace Estiba.Gateway.Tests;

/// <summary>What comes before a request is known to be from anybody, and requests that are none.</summary>
public sealed class WireTests
{
    [Theory]
    [InlineData(
        "X-Amz-Target: AmazonEC2ContainerServiceV20141113.ListClusters\r\n",
        400,
        "MissingAuthenticationTokenException"
    )]
    [InlineData("X-Amz-Target: AmazonEC2ContainerServiceV20141113.Nothing\r\n", 400, "UnknownOperationException")]
    [InlineData("Content-Type: application/x-amz-json-1.1\r\n", 400, "UnknownOperationException")]
    [InlineData("Content-Type: application/x-www-form-urlencoded\r\n", 403, "MissingAuthenticationToken")]
    [InlineData("key json", 400, "UnrecognizedClientException")]
    [InlineData("key sts", 403, "InvalidClientTokenId")]
    [InlineData("key ec2", 401, "AuthFailure")]
    public async Task A_stranger_is_answered_before_the_body_is_sent(string header, int status, string code)
    {
        await using var world = await GatewayWorld.StartAsync();
        using var client = await RawClient.ConnectAsync(world);
        header = header switch
        {
            "key json" => Unknown("ecs", ";x-amz-target")
                + "X-Amz-Target: AmazonEC2ContainerServiceV20141113.ListClusters\r\n",
            "key sts" => Unknown("sts"),
            "key ec2" => Unknown("ec2"),
            _ => header,
        };

        await client.SendAsync(
            $"POST / HTTP/1.1\r\nHost: localhost\r\n{header}Content-Length: 8000000\r\nExpect: 100-continue\r\n\r\n"
        );

        var answer = await client.ReceiveAsync();
        answer.ShouldStartWith($"HTTP/1.1 {status} ");
        answer.ShouldContain(code);
    }

    [Fact]
    public async Task Somebody_who_is_known_is_told_to_go_on()
    {
        await using var world = await GatewayWorld.StartAsync();
        var request = await world.SignedAsync("json");
        request.Headers.ExpectContinue = true;

        (await world.SendAsync(request)).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("/", "FFFFFFFFFFFFFFFF")]
    [InlineData("/", "10000000000000000")]
    [InlineData("/", "zz")]
    [InlineData("/", "-1")]
    [InlineData("/door", "FFFFFFFFFFFFFFFF")]
    [InlineData("/door", "zz")]
    public async Task A_chunk_of_no_size_is_refused_and_no_reason_for_a_stack_trace(string path, string size)
    {
        await using var world = await GatewayWorld.StartAsync(
            paths: HttpPath.Open("/door", http => http.Request.Body.CopyToAsync(Stream.Null))
        );
        using var client = await RawClient.ConnectAsync(world);

        await client.SendAsync(
            $"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                + $"application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n{size}\r\nabc"
        );

        var answer = await client.ReceiveAsync();
        answer.ShouldStartWith("HTTP/1.1 400 ");
        answer.ShouldContain("Connection: close");
        await world.StopAsync();
        ShouldHaveNoTrace(world);
    }

    [Theory]
    [InlineData("/", true)]
    [InlineData("/", false)]
    [InlineData("/door", true)]
    [InlineData("/door", false)]
    public async Task A_client_that_leaves_in_the_middle_of_a_body_is_no_reason_for_a_stack_trace(
        string path,
        bool resets
    )
    {
        var came = new TaskCompletionSource();
        await using var world = await GatewayWorld.StartAsync(paths: HttpPath.Open("/door", async http =>
            {
                came.SetResult();
                await http.Request.Body.CopyToAsync(Stream.Null);
            }));
        using (var client = await RawClient.ConnectAsync(world))
        {
            await client.SendAsync(
                $"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                    + "application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\nAction="
            );
            if (path == "/door")
                await came.Task.WaitAsync(TimeSpan.FromSeconds(120), TestContext.Current.CancellationToken);
            else
                await Task.Delay(100, TestContext.Current.CancellationToken);
            if (resets)
                client.Reset();
        }

        await world.StopAsync();
        ShouldHaveNoTrace(world);
    }

    [Theory]
    [InlineData("HEAD")]
    [InlineData("OPTIONS")]
    [InlineData("PUT")]
    public async Task A_method_that_no_operation_has_is_not_one(string method)
    {
        await using var world = await GatewayWorld.StartAsync();
        var request = new HttpRequestMessage(
            new HttpMethod(method),
            new Uri(world.Address, "/?Action=GetCallerIdentity&Version=2011-06-15")
        );

        var answer = await world.SendAsync(await world.SignAsync(request, "sts"));

        answer.Status.ShouldBe(404);
    }

    private static void ShouldHaveNoTrace(GatewayWorld world) =>
        world
            .Logs.Lines.Where(line =>
                line.Contains("   at ", StringComparison.Ordinal)
                || !line.StartsWith("Information", StringComparison.Ordinal)
            )
            .ShouldBeEmpty();

    private static string Unknown(string service, string more = "") =>
        $"Authorization: AWS4-HMAC-SHA256 Credential=AKIANOBODYHASTHISKEY/20260301/eu-west-1/{service}/aws4_request, "
        + $"SignedHeaders=host;x-amz-date{more}, Signature=00\r\nX-Amz-Date: 20260301T120000Z\r\n";
}
