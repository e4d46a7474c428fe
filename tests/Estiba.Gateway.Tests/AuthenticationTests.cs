using Estiba.Contracts.Signing;

namespace Estiba.Gateway.Tests;

/// <summary>Each way in which a request can fail to prove who sent it, in the words of each protocol.</summary>
public sealed class AuthenticationTests
{
    private const string Mismatch =
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret "
        + "Access Key and signing method. "
        + "Consult the service documentation for details.";

    private const string Ec2Failure = "AWS was not able to validate the provided access credentials";

    [Theory]
    [InlineData("json", 400, "MissingAuthenticationTokenException")]
    [InlineData("query", 403, "MissingAuthenticationToken")]
    [InlineData("ec2", 403, "MissingAuthenticationToken")]
    public async Task A_request_without_a_signature_is_refused(string protocol, int status, string code)
    {
        await using var world = await GatewayWorld.StartAsync();

        var answer = await world.SendAsync(world.Request(protocol));

        (answer.Status, answer.Code, answer.Message).ShouldBe(
            (status, code, "Request is missing Authentication Token")
        );
    }

    [Theory]
    [InlineData("json", 400, "IncompleteSignatureException")]
    [InlineData("query", 400, "IncompleteSignature")]
    [InlineData("ec2", 400, "IncompleteSignature")]
    public async Task A_header_without_its_parameters_is_refused(string protocol, int status, string code)
    {
        await using var world = await GatewayWorld.StartAsync();
        var request = world.Request(protocol);
        request.Headers.TryAddWithoutValidation("Authorization", "AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request");

        var answer = await world.SendAsync(request);

        (answer.Status, answer.Code).ShouldBe((status, code));
        answer.Message!.ShouldStartWith("Authorization header requires 'Signature' parameter.");
    }

    [Theory]
    [InlineData("json", 400, "IncompleteSignatureException")]
    [InlineData("query", 400, "IncompleteSignature")]
    [InlineData("ec2", 400, "IncompleteSignature")]
    public async Task A_date_in_another_format_is_refused(string protocol, int status, string code)
    {
        await using var world = await GatewayWorld.StartAsync();
        var request = await world.SignedAsync(protocol);
        request.Headers.Remove("X-Amz-Date");
        request.Headers.Add("X-Amz-Date", "2026-03-01T12:00:00Z");

        var answer = await world.SendAsync(request);

        (answer.Status, answer.Code).ShouldBe((status, code));
        answer.Message.ShouldBe(
            "Date must be in ISO-8601 'basic format'. Got '2026-03-01T12:00:00Z'. See "
                + "http://en.wikipedia.org/wiki/ISO_8601"
        );
    }

    [Theory]
    [InlineData("Sun, 01 Mar 2026 12:00:00 GMT")]
    [InlineData("20260301T120000")]
    [InlineData("20260301T126000Z")]
    [InlineData("20260301T120000Z,20260301T120000Z")]
    public async Task The_date_of_amazon_has_one_form(string date)
    {
        await using var world = await GatewayWorld.StartAsync();
        var request = await world.SignedAsync("json");
        request.Headers.Remove("X-Amz-Date");
        request.Headers.TryAddWithoutValidation("X-Amz-Date", date);

        (await world.SendAsync(request)).Code.ShouldBe("IncompleteSignatureException");
    }

    [Fact]
    public async Task A_header_with_two_signatures_is_refused()
    {
        await using var world = await GatewayWorld.StartAsync();
        var request = await world.SignedAsync("json");
        var authorization = request.Headers.GetValues("Authorization").Single();
        request.Headers.Remove("Authorization");
        request.Headers.TryAddWithoutValidation("Authorization", $"{authorization}, {authorization}");

        (await world.SendAsync(request)).Code.ShouldBe("IncompleteSignatureException");
    }

    [Theory]
    [InlineData("json", 400, "UnrecognizedClientException", "The security token included in the request is invalid.")]
    [InlineData("query", 403, "InvalidClientTokenId", "The security token included in the request is invalid.")]
    [InlineData("ec2", 401, "AuthFailure", Ec2Failure)]
    public async Task An_access_key_that_nobody_has_is_refused(
        string protocol,
        int status,
        string code,
        string message
    ) => await Refused(protocol, new AwsCredentials("AKIANOBODYHASTHISKEY", "secret"), status, code, message);

    [Theory]
    [InlineData("json", 400, "InvalidSignatureException", Mismatch)]
    [InlineData("query", 403, "SignatureDoesNotMatch", Mismatch)]
    [InlineData("ec2", 401, "AuthFailure", Ec2Failure)]
    public async Task A_wrong_secret_is_refused(string protocol, int status, string code, string message) =>
        await Refused(protocol, GatewayWorld.Root with { SecretAccessKey = "wrong" }, status, code, message);

    [Theory]
    [InlineData("json", 400, "UnrecognizedClientException", "The security token included in the request is invalid.")]
    [InlineData("query", 403, "InvalidClientTokenId", "The security token included in the request is invalid.")]
    [InlineData("ec2", 401, "AuthFailure", Ec2Failure)]
    public async Task Temporary_credentials_without_their_token_are_refused(
        string protocol,
        int status,
        string code,
        string message
    ) => await Refused(protocol, GatewayWorld.Session with { SessionToken = null }, status, code, message);

    [Theory]
    [InlineData("json", 400, "UnrecognizedClientException", "The security token included in the request is invalid.")]
    [InlineData("query", 403, "InvalidClientTokenId", "The security token included in the request is invalid.")]
    [InlineData("ec2", 401, "AuthFailure", Ec2Failure)]
    public async Task Temporary_credentials_with_another_token_are_refused(
        string protocol,
        int status,
        string code,
        string message
    ) => await Refused(protocol, GatewayWorld.Session with { SessionToken = "another" }, status, code, message);

    [Theory]
    [InlineData("json", 400, "ExpiredTokenException", "The security token included in the request is expired")]
    [InlineData("query", 403, "ExpiredToken", "The security token included in the request is expired")]
    [InlineData("ec2", 400, "RequestExpired", "Request has expired.")]
    public async Task Temporary_credentials_that_are_over_are_refused(
        string protocol,
        int status,
        string code,
        string message
    )
    {
        await using var world = await GatewayWorld.StartAsync();
        world.SessionEnds = world.Time.Now;

        var answer = await world.SendAsync(await world.SignedAsync(protocol, GatewayWorld.Session));

        (answer.Status, answer.Code, answer.Message).ShouldBe((status, code, message));
    }

    [Theory]
    [InlineData(
        "json",
        400,
        "InvalidSignatureException",
        "Signature expired: 20260301T120000Z is now earlier than 20260301T120001Z (20260301T120501Z - 5 min.)"
    )]
    [InlineData(
        "query",
        403,
        "SignatureDoesNotMatch",
        "Signature expired: 20260301T120000Z is now earlier than 20260301T120001Z (20260301T120501Z - 5 min.)"
    )]
    [InlineData("ec2", 401, "AuthFailure", Ec2Failure)]
    public async Task A_signature_older_than_five_minutes_is_refused(
        string protocol,
        int status,
        string code,
        string message
    )
    {
        await using var world = await GatewayWorld.StartAsync();
        var request = await world.SignedAsync(protocol);
        world.Time.Now += TimeSpan.FromSeconds(301);

        var answer = await world.SendAsync(request);

        (answer.Status, answer.Code, answer.Message).ShouldBe((status, code, message));
    }

    [Theory]
    [InlineData(
        "json",
        400,
        "InvalidSignatureException",
        "Signature not yet current: 20260301T120000Z is still later than 20260301T115959Z (20260301T115459Z + 5 min.)"
    )]
    [InlineData(
        "query",
        403,
        "SignatureDoesNotMatch",
        "Signature not yet current: 20260301T120000Z is still later than 20260301T115959Z (20260301T115459Z + 5 min.)"
    )]
    [InlineData("ec2", 401, "AuthFailure", Ec2Failure)]
    public async Task A_signature_from_more_than_five_minutes_ahead_is_refused(
        string protocol,
        int status,
        string code,
        string message
    )
    {
        await using var world = await GatewayWorld.StartAsync();
        var request = await world.SignedAsync(protocol);
        world.Time.Now -= TimeSpan.FromSeconds(301);

        var answer = await world.SendAsync(request);

        (answer.Status, answer.Code, answer.Message).ShouldBe((status, code, message));
    }

    [Theory]
    [InlineData(-300)]
    [InlineData(300)]
    public async Task A_clock_five_minutes_off_is_tolerated(int seconds)
    {
        await using var world = await GatewayWorld.StartAsync();
        var request = await world.SignedAsync("json");
        world.Time.Now += TimeSpan.FromSeconds(seconds);

        (await world.SendAsync(request)).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("json", 400, "InvalidSignatureException", "Credential should be scoped to correct service: 'ecs'. ")]
    [InlineData("query", 403, "SignatureDoesNotMatch", "Credential should be scoped to correct service: 'sts'. ")]
    [InlineData("ec2", 401, "AuthFailure", Ec2Failure)]
    public async Task A_signature_for_another_service_is_refused(
        string protocol,
        int status,
        string code,
        string message
    )
    {
        await using var world = await GatewayWorld.StartAsync();

        var answer = await world.SendAsync(await world.SignAsync(world.Request(protocol), "logs"));

        (answer.Status, answer.Code, answer.Message).ShouldBe((status, code, message));
    }

    [Theory]
    [InlineData(
        "aws4_request",
        "aws5_request",
        "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5_request'. "
    )]
    [InlineData(
        "/20260301/",
        "/20260228/",
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20260228' != "
            + "'20260301', from '20260301T120000Z'."
    )]
    [InlineData("/eu-west-1/", "/Eu_West/", "Credential should be scoped to a valid region, not 'Eu_West'. ")]
    public async Task A_scope_that_does_not_fit_is_refused(string right, string wrong, string message)
    {
        await using var world = await GatewayWorld.StartAsync();

        var answer = await world.SendAsync(await TamperedAsync(world, "json", right, wrong));

        (answer.Code, answer.Message).ShouldBe(("InvalidSignatureException", message));
    }

    [Theory]
    [InlineData(
        "json",
        400,
        "InvalidSignatureException",
        "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."
    )]
    [InlineData(
        "query",
        403,
        "SignatureDoesNotMatch",
        "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."
    )]
    [InlineData("ec2", 401, "AuthFailure", Ec2Failure)]
    public async Task A_signature_without_the_host_is_refused(string protocol, int status, string code, string message)
    {
        await using var world = await GatewayWorld.StartAsync();

        var answer = await world.SendAsync(await TamperedAsync(world, protocol, ";host;", ";"));

        (answer.Status, answer.Code, answer.Message).ShouldBe((status, code, message));
    }

    [Fact]
    public async Task A_body_changed_on_the_way_is_refused()
    {
        await using var world = await GatewayWorld.StartAsync();
        var request = await world.SignedAsync("json");
        var content = new ByteArrayContent("{\"maxResults\":1}"u8.ToArray());
        content.Headers.ContentType = request.Content!.Headers.ContentType;
        request.Content = content;

        (await world.SendAsync(request)).Code.ShouldBe("InvalidSignatureException");
    }

    [Fact]
    public async Task A_header_changed_on_the_way_is_refused()
    {
        await using var world = await GatewayWorld.StartAsync();
        var request = await world.SignedAsync("json");
        request.Headers.Remove("X-Amz-Target");
        request.Headers.Add("X-Amz-Target", "AmazonEC2ContainerServiceV20141113.DeleteCluster");

        (await world.SendAsync(request)).Code.ShouldBe("InvalidSignatureException");
    }

    [Fact]
    public async Task A_signed_content_length_is_accepted()
    {
        // The SDKs for Go and Java sign it, and the server keeps this header as a number.
        await using var world = await GatewayWorld.StartAsync();
        var request = world.Request("json");
        var headers = new Dictionary<string, string>
        {
            ["content-length"] = "2",
            ["content-type"] = "application/x-amz-json-1.1",
            ["x-amz-target"] = "AmazonEC2ContainerServiceV20141113.ListClusters",
        };
        foreach (
            var (name, value) in new RequestSigner(world.Time).Sign(
                "POST",
                world.Address,
                headers,
                "{}"u8,
                GatewayWorld.Root,
                "eu-west-1",
                "ecs"
            )
        )
            request.Headers.TryAddWithoutValidation(name, value);

        (await world.SendAsync(request)).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("Action=GetCallerIdentity&Version=2011-06-15", "sts", "GetCallerIdentityResponse")]
    [InlineData("Action=DescribeRegions&Version=2016-11-15", "ec2", "DescribeRegionsResponse")]
    public async Task A_presigned_request_is_answered(string query, string service, string root)
    {
        await using var world = await GatewayWorld.StartAsync();

        var answer = await world.SendAsync(
            new HttpRequestMessage(HttpMethod.Get, world.Presign(query, service, TimeSpan.FromMinutes(15)))
        );

        (answer.Status, answer.Body.Contains($"<{root} ", StringComparison.Ordinal)).ShouldBe((200, true));
    }

    [Fact]
    public async Task A_presigned_request_of_a_session_carries_its_token()
    {
        await using var world = await GatewayWorld.StartAsync();
        var address = world.Presign(
            "Action=GetCallerIdentity&Version=2011-06-15",
            "sts",
            TimeSpan.FromMinutes(1),
            GatewayWorld.Session
        );

        (await world.SendAsync(new HttpRequestMessage(HttpMethod.Get, address)))
            .Xml("Account")
            .ShouldBe("210987654321");
    }

    [Theory]
    [InlineData("Action=GetCallerIdentity&Version=2011-06-15", "sts", 60, 901, 403, "SignatureDoesNotMatch")]
    [InlineData("Action=GetCallerIdentity&Version=2011-06-15", "sts", 604_800, 901, 403, "SignatureDoesNotMatch")]
    [InlineData("Action=DescribeRegions&Version=2016-11-15", "ec2", 60, 61, 400, "RequestExpired")]
    public async Task A_presigned_request_after_its_time_is_refused(
        string query,
        string service,
        int expires,
        int after,
        int status,
        string code
    )
    {
        await using var world = await GatewayWorld.StartAsync();
        var address = world.Presign(query, service, TimeSpan.FromSeconds(expires));
        world.Time.Now += TimeSpan.FromSeconds(after);

        var answer = await world.SendAsync(new HttpRequestMessage(HttpMethod.Get, address));

        (answer.Status, answer.Code).ShouldBe((status, code));
    }

    [Theory]
    [InlineData("Action=GetCallerIdentity&Version=2011-06-15", "sts", 60, 900)] // a token of EKS
    [InlineData("Action=GetCallerIdentity&Version=2011-06-15", "sts", 900, 840)]
    [InlineData("Action=DescribeRegions&Version=2016-11-15", "ec2", 900, 900)]
    [InlineData("Action=DescribeRegions&Version=2016-11-15", "ec2", 604_800, 604_800)]
    public async Task A_presigned_request_may_live_longer_than_the_clocks_tolerance(
        string query,
        string service,
        int expires,
        int after
    )
    {
        await using var world = await GatewayWorld.StartAsync();
        var address = world.Presign(query, service, TimeSpan.FromSeconds(expires));
        world.Time.Now += TimeSpan.FromSeconds(after);

        (await world.SendAsync(new HttpRequestMessage(HttpMethod.Get, address))).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("0", "X-Amz-Expires must be greater than 0")]
    [InlineData("-1", "X-Amz-Expires must be non-negative")]
    [InlineData(
        "604801",
        "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than "
            + "604800 seconds"
    )]
    [InlineData("ten", "X-Amz-Expires should be a number")]
    [InlineData("1.5", "X-Amz-Expires should be a number")]
    [InlineData("99999999999999999999", "X-Amz-Expires should be a number")]
    public async Task A_presigned_request_for_another_time_than_may_be_is_refused(string expires, string message)
    {
        await using var world = await GatewayWorld.StartAsync();
        var address = world
            .Presign("Action=GetCallerIdentity&Version=2011-06-15", "sts", TimeSpan.FromMinutes(15))
            .AbsoluteUri;

        var answer = await world.SendAsync(
            new HttpRequestMessage(
                HttpMethod.Get,
                address.Replace("Expires=900", $"Expires={expires}", StringComparison.Ordinal)
            )
        );

        (answer.Status, answer.Code, answer.Message).ShouldBe((400, "IncompleteSignature", message));
    }

    [Theory]
    [InlineData("X-Amz-Signature=0")]
    [InlineData("X-Amz-Date=20260301T115959Z")]
    [InlineData("X-Amz-Expires=1")]
    [InlineData("%58-Amz-Credential=a")]
    public async Task A_presigned_request_that_says_something_twice_is_refused(string parameter)
    {
        await using var world = await GatewayWorld.StartAsync();
        var address = world
            .Presign("Action=GetCallerIdentity&Version=2011-06-15", "sts", TimeSpan.FromMinutes(15))
            .AbsoluteUri;

        (await world.SendAsync(new HttpRequestMessage(HttpMethod.Get, $"{address}&{parameter}"))).Code.ShouldBe(
            "IncompleteSignature"
        );
    }

    [Theory]
    [InlineData("X-Amz-Signature")]
    [InlineData("X-Amz-Credential")]
    [InlineData("X-Amz-SignedHeaders")]
    [InlineData("X-Amz-Date")]
    public async Task A_presigned_request_that_lacks_a_parameter_is_refused(string parameter)
    {
        await using var world = await GatewayWorld.StartAsync();
        var address = world
            .Presign("Action=GetCallerIdentity&Version=2011-06-15", "sts", TimeSpan.FromMinutes(15))
            .AbsoluteUri;

        var answer = await world.SendAsync(
            new HttpRequestMessage(HttpMethod.Get, address.Replace(parameter, "X-Other", StringComparison.Ordinal))
        );

        (answer.Status, answer.Code, answer.Message).ShouldBe(
            (
                400,
                "IncompleteSignature",
                $"AWS query-string parameters must include '{parameter}'. Re-examine the query-string parameters."
            )
        );
    }

    [Fact]
    public async Task A_presigned_request_that_was_changed_is_refused()
    {
        await using var world = await GatewayWorld.StartAsync();
        var address = world.Presign("Action=GetCallerIdentity&Version=2011-06-15", "sts", TimeSpan.FromMinutes(15));

        (await world.SendAsync(new HttpRequestMessage(HttpMethod.Get, address + "&Other=1"))).Code.ShouldBe(
            "SignatureDoesNotMatch"
        );
    }

    [Fact]
    public async Task A_request_signed_in_its_header_and_its_query_is_refused()
    {
        await using var world = await GatewayWorld.StartAsync();
        var address = world.Presign("Action=GetCallerIdentity&Version=2011-06-15", "sts", TimeSpan.FromMinutes(15));

        var answer = await world.SendAsync(
            await world.SignAsync(new HttpRequestMessage(HttpMethod.Get, address), "sts")
        );

        (answer.Code, answer.Message).ShouldBe(
            (
                "SignatureDoesNotMatch",
                "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header."
            )
        );
    }

    [Fact]
    public async Task A_refusal_leaves_the_connection_usable()
    {
        await using var world = await GatewayWorld.StartAsync();
        await world.SendAsync(world.Request("json"));

        (await world.SendAsync(await world.SignedAsync("json"))).Status.ShouldBe(200);
    }

    private static async Task Refused(
        string protocol,
        AwsCredentials credentials,
        int status,
        string code,
        string message
    )
    {
        await using var world = await GatewayWorld.StartAsync();

        var answer = await world.SendAsync(await world.SignedAsync(protocol, credentials));

        (answer.Status, answer.Code, answer.Message).ShouldBe((status, code, message));
    }

    private static async Task<HttpRequestMessage> TamperedAsync(
        GatewayWorld world,
        string protocol,
        string right,
        string wrong
    )
    {
        var request = await world.SignedAsync(protocol);
        var authorization = request.Headers.GetValues("Authorization").Single();
        request.Headers.Remove("Authorization");
        request
            .Headers.TryAddWithoutValidation(
                "Authorization",
                authorization.Replace(right, wrong, StringComparison.Ordinal)
            )
            .ShouldBeTrue();
        return request;
    }
}
