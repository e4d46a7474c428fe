using System.Net.Sockets;
using System.Text;
using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.State;

namespace Estiba.Gateway.Tests;

public sealed class OperationTests
{
    [Fact]
    public async Task A_json_operation_is_answered_in_json()
    {
        await using var world = await GatewayWorld.StartAsync();

        var answer = await world.SendAsync(await world.SignedAsync("json"));

        (answer.Status, answer.ContentType, answer.Body).ShouldBe(
            (
                200,
                "application/x-amz-json-1.1",
                """{"clusterArns":["arn:aws:ecs:eu-west-1:123456789012:cluster/default"]}"""
            )
        );
    }

    [Fact]
    public async Task A_query_operation_is_answered_in_xml_with_its_metadata()
    {
        await using var world = await GatewayWorld.StartAsync();

        var answer = await world.SendAsync(await world.SignedAsync("query"));

        answer.Body.ShouldBe(
            """<?xml version="1.0" encoding="utf-8"?><GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>"""
                + "<UserId>AKIAIOSFODNN7EXAMPLE</UserId><Account>123456789012</Account>"
                + "<Arn>arn:aws:iam::123456789012:root</Arn></GetCallerIdentityResult>"
                + $"<ResponseMetadata><RequestId>{answer.RequestId}"
                + "</RequestId></ResponseMetadata></GetCallerIdentityResponse>"
        );
    }

    [Theory]
    [InlineData("query", "a\0b", "a\uFFFDb")]
    [InlineData("ec2", "\u001b[1m", "\uFFFD[1m")]
    [InlineData("ec2", "\U0001F600", "\U0001F600")]
    public async Task An_error_with_a_character_that_xml_cannot_have_is_told_without_it(
        string protocol,
        string message,
        string told
    )
    {
        await using var world = await GatewayWorld.StartAsync();
        world.Services.Before = (_, _) => throw new AwsException("Code", message);

        var answer = await world.SendAsync(await world.SignedAsync(protocol));

        (answer.Status, answer.Code, answer.Message).ShouldBe((400, "Code", told));
    }

    [Fact]
    public async Task An_ec2_operation_is_answered_in_its_own_xml()
    {
        await using var world = await GatewayWorld.StartAsync();

        var answer = await world.SendAsync(await world.SignedAsync("ec2"));

        answer.Body.ShouldBe(
            """<?xml version="1.0" encoding="utf-8"?><DescribeRegionsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15">"""
                + $"<requestId>{answer.RequestId}</requestId><regionInfo><item><regionName>eu-west-1</regionName>"
                + "</item></regionInfo></DescribeRegionsResponse>"
        );
    }

    [Fact]
    public async Task An_ec2_operation_without_an_answer_of_its_own_returns_true()
    {
        await using var world = await GatewayWorld.StartAsync();

        var answer = await world.SendAsync(
            await world.SignAsync(
                world.Form("Action=RebootInstances&Version=2016-11-15&InstanceId.1=i-1234567890abcdef0"),
                "ec2"
            )
        );

        answer.Body.ShouldBe(
            """<?xml version="1.0" encoding="utf-8"?><RebootInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15">"""
                + $"<requestId>{answer.RequestId}</requestId><return>true</return></RebootInstancesResponse>"
        );
    }

    [Fact]
    public async Task A_json_operation_without_an_answer_of_its_own_has_an_empty_body()
    {
        await using var world = await GatewayWorld.StartAsync();

        var answer = await world.SendAsync(
            await world.SignAsync(world.Json("Logs_20140328.CreateLogGroup", """{"logGroupName":"g"}"""), "logs")
        );

        (answer.Status, answer.Body).ShouldBe((200, ""));
    }

    [Theory]
    [InlineData("json")]
    [InlineData("query")]
    [InlineData("ec2")]
    public async Task Every_request_has_an_id_of_its_own(string protocol)
    {
        await using var world = await GatewayWorld.StartAsync();

        var first = (await world.SendAsync(await world.SignedAsync(protocol))).RequestId;
        var second = (await world.SendAsync(await world.SignedAsync(protocol))).RequestId;

        (Guid.TryParse(first, out _), first == second).ShouldBe((true, false));
    }

    [Theory]
    [InlineData("eu-west-1", "aws")]
    [InlineData("ap-southeast-4", "aws")]
    [InlineData("us-gov-west-1", "aws-us-gov")]
    public async Task The_region_is_the_one_that_was_signed_for(string region, string partition)
    {
        await using var world = await GatewayWorld.StartAsync();

        (await world.SendAsync(await world.SignedAsync("json", region: region))).Body.ShouldContain(
            $"arn:{partition}:ecs:{region}:"
        );
    }

    [Fact]
    public async Task The_account_is_the_one_of_the_credentials()
    {
        await using var world = await GatewayWorld.StartAsync();

        (await world.SendAsync(await world.SignedAsync("json", GatewayWorld.Session))).Body.ShouldContain(
            ":210987654321:"
        );
    }

    [Theory]
    [InlineData("application/x-amz-json-1.0")]
    [InlineData("application/x-amz-json-1.1; charset=utf-8")]
    [InlineData("application/json")]
    [InlineData("text/plain")]
    public async Task A_target_is_enough_to_be_json(string contentType)
    {
        await using var world = await GatewayWorld.StartAsync();
        var request = world.Request("json");
        request.Content!.Headers.Remove("Content-Type");
        request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);

        (await world.SendAsync(await world.SignAsync(request, "ecs"))).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("AmazonEC2ContainerServiceV20141113.Nothing")]
    [InlineData("DynamoDB_20120810.ListTables")]
    [InlineData("nonsense")]
    public async Task An_unknown_target_is_an_unknown_operation(string target)
    {
        await using var world = await GatewayWorld.StartAsync();

        var answer = await world.SendAsync(await world.SignAsync(world.Json(target, "{}"), "ecs"));

        (answer.Status, answer.Code).ShouldBe((400, "UnknownOperationException"));
    }

    [Fact]
    public async Task Json_without_a_target_is_an_unknown_operation()
    {
        await using var world = await GatewayWorld.StartAsync();
        var request = world.Request("json");
        request.Headers.Remove("X-Amz-Target");

        (await world.SendAsync(await world.SignAsync(request, "ecs"))).Code.ShouldBe("UnknownOperationException");
    }

    [Theory]
    [InlineData(
        "Action=Nothing&Version=2011-06-15",
        "sts",
        "InvalidAction",
        "Could not find operation Nothing for version 2011-06-15"
    )]
    [InlineData(
        "Action=Nothing&Version=2016-11-15",
        "ec2",
        "InvalidAction",
        "The action Nothing is not valid for this web service."
    )]
    [InlineData(
        "Action=ListRules&Version=2015-10-07",
        "events",
        "InvalidAction",
        "Could not find operation ListRules for version 2015-10-07"
    )]
    [InlineData(
        "Version=2011-06-15",
        "sts",
        "MissingAction",
        "The request is missing an action or a required parameter."
    )]
    [InlineData("", "sts", "MissingAction", "The request is missing an action or a required parameter.")]
    [InlineData("", "ec2", "MissingAction", "The request must contain the parameter Action")]
    [InlineData(
        "Action=GetCallerIdentity",
        "sts",
        "InvalidAction",
        "Could not find operation GetCallerIdentity for version NO_VERSION_SPECIFIED"
    )]
    [InlineData(
        "Action=GetCallerIdentity&Version=2010-05-08",
        "sts",
        "InvalidAction",
        "Could not find operation GetCallerIdentity for version 2010-05-08"
    )]
    [InlineData(
        "Action=GetCallerIdentity&Version=2001-01-01",
        "sts",
        "InvalidAction",
        "Could not find operation GetCallerIdentity for version 2001-01-01"
    )]
    [InlineData(
        "Action=DescribeRegions&Version=2099-01-01",
        "ec2",
        "NoSuchVersion",
        "The requested version (2099-01-01) of service AmazonEC2 does not exist"
    )]
    [InlineData(
        "Action=DescribeRegions&Version=newest",
        "ec2",
        "NoSuchVersion",
        "The requested version (newest) of service AmazonEC2 does not exist"
    )]
    public async Task An_unknown_action_is_invalid(string form, string service, string code, string message)
    {
        await using var world = await GatewayWorld.StartAsync();

        var answer = await world.SendAsync(await world.SignAsync(world.Form(form), service));

        (answer.Status, answer.Code, answer.Message).ShouldBe((400, code, message));
    }

    [Fact]
    public async Task A_form_of_another_version_goes_to_the_service_that_it_is_signed_for()
    {
        await using var world = await GatewayWorld.StartAsync();

        var answer = await world.SendAsync(
            await world.SignAsync(world.Form("Action=DescribeRegions&Version=2014-10-01"), "ec2")
        );

        answer.Status.ShouldBe(200);
    }

    [Fact]
    public async Task An_operation_that_nobody_wrote_says_so()
    {
        await using var world = await GatewayWorld.StartAsync();

        var answer = await world.SendAsync(
            await world.SignAsync(
                world.Form("Action=GetAccessKeyInfo&Version=2011-06-15&AccessKeyId=AKIAIOSFODNN7EXAMPLE"),
                "sts"
            )
        );

        answer.Message!.ShouldContain("sts:GetAccessKeyInfo");
    }

    [Theory]
    [InlineData("""{"clusterName":[]}""")]
    [InlineData("""{"settings":[{"name":"x"}]}""")]
    [InlineData("no json")]
    public async Task An_operation_that_nobody_wrote_says_so_whatever_else_is_wrong(string body)
    {
        await using var world = await GatewayWorld.StartAsync();

        var answer = await world.SendAsync(
            await world.SignAsync(world.Json("AmazonEC2ContainerServiceV20141113.CreateCluster", body), "ecs")
        );

        (answer.Status, answer.Code).ShouldBe((400, "UnsupportedOperation"));
        (
            await world.SendAsync(
                await world.SignAsync(world.Form("Action=GetAccessKeyInfo&Version=2011-06-15"), "sts")
            )
        ).Code.ShouldBe("UnsupportedOperation");
    }

    [Fact]
    public async Task Broken_json_is_a_serialization_error()
    {
        await using var world = await GatewayWorld.StartAsync();

        var answer = await world.SendAsync(
            await world.SignAsync(world.Json("AmazonEC2ContainerServiceV20141113.ListClusters", "{\"a"), "ecs")
        );

        (answer.Status, answer.Code).ShouldBe((400, "SerializationException"));
    }

    [Theory]
    [InlineData(
        "json",
        """{"__type":"ClusterNotFoundException","message":"Cluster not found."}""",
        "application/x-amz-json-1.1"
    )]
    [InlineData(
        "query",
        """<?xml version="1.0" encoding="utf-8"?><ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>"""
            + "<Code>ClusterNotFoundException</Code><Message>Cluster not "
            + "found.</Message></Error><RequestId>{id}</RequestId></ErrorResponse>",
        "text/xml"
    )]
    [InlineData(
        "ec2",
        """<?xml version="1.0" encoding="utf-8"?><Response><Errors><Error><Code>ClusterNotFoundException</Code><Message>Cluster not found.</Message>"""
            + "</Error></Errors><RequestID>{id}</RequestID></Response>",
        "text/xml; charset=UTF-8"
    )]
    public async Task A_services_error_has_the_protocols_form(string protocol, string body, string contentType)
    {
        await using var world = await GatewayWorld.StartAsync();
        world.Services.Before = (_, _) => throw new AwsException("ClusterNotFoundException", "Cluster not found.");

        var answer = await world.SendAsync(await world.SignedAsync(protocol));

        (answer.Status, answer.Body, answer.ContentType).ShouldBe(
            (400, body.Replace("{id}", answer.RequestId, StringComparison.Ordinal), contentType)
        );
    }

    [Theory]
    [InlineData("json", """{"__type":"ConflictException","message":"Used before.","resourceIds":["a","b"]}""")]
    [InlineData(
        "query",
        "<Message>Used before.</Message><resourceIds><member>a</member><member>b</member></resourceIds></Error>"
    )]
    [InlineData(
        "ec2",
        "<Message>Used before.</Message><resourceIds><member>a</member><member>b</member></resourceIds></Error>"
    )]
    public async Task What_an_error_says_beyond_its_message_is_sent_beside_it(string protocol, string part)
    {
        await using var world = await GatewayWorld.StartAsync();
        world.Services.Before = (_, _) =>
            throw EcsErrors.ConflictException(
                "Used before.",
                new ConflictExceptionDetails { ResourceIds = ["a", "b"] }
            );

        var answer = await world.SendAsync(await world.SignedAsync(protocol));

        answer.Body.ShouldContain(part);
    }

    [Theory]
    [InlineData("json", "ServerException")]
    [InlineData("query", "InternalFailure")]
    [InlineData("ec2", "InternalError")]
    public async Task An_unexpected_exception_is_answered_without_details(string protocol, string code)
    {
        await using var world = await GatewayWorld.StartAsync();
        world.Services.Before = (_, _) => throw new InvalidOperationException("secret detail");

        var answer = await world.SendAsync(await world.SignedAsync(protocol));

        (answer.Status, answer.Code, answer.Body.Contains("secret", StringComparison.Ordinal)).ShouldBe(
            (500, code, false)
        );
    }

    [Fact]
    public async Task An_unexpected_exception_is_logged_under_the_requests_id()
    {
        await using var world = await GatewayWorld.StartAsync();
        world.Services.Before = (_, _) => throw new InvalidOperationException("secret detail");

        var answer = await world.SendAsync(await world.SignedAsync("json"));

        world.Logs.Lines.ShouldContain(line =>
            line.Contains(answer.RequestId!, StringComparison.Ordinal)
            && line.Contains("secret detail", StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData("json", "ServiceUnavailableException")]
    [InlineData("query", "ServiceUnavailable")]
    [InlineData("ec2", "Unavailable")]
    public async Task A_journal_that_fails_makes_the_platform_unavailable(string protocol, string code)
    {
        await using var world = await GatewayWorld.StartAsync();
        world.Services.Before = (_, _) => throw new JournalException("The disk is full. Make room.");

        var answer = await world.SendAsync(await world.SignedAsync(protocol));

        (answer.Status, answer.Code, answer.Message).ShouldBe((503, code, "The disk is full. Make room."));
    }

    [Fact]
    public async Task A_large_body_within_the_limit_is_read_whole()
    {
        await using var world = await GatewayWorld.StartAsync();
        var message = new string('x', 3_000_000);

        var answer = await world.SendAsync(
            await world.SignAsync(
                world.Json(
                    "Logs_20140328.PutLogEvents",
                    $$"""{"logGroupName":"g","logStreamName":"s","logEvents":[{"timestamp":1,"message":"{{message}}"}]}"""
                ),
                "logs"
            )
        );

        answer.Body.ShouldBe("""{"nextSequenceToken":"3000000"}""");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_beyond_the_limit_is_refused(bool saysItsLength)
    {
        await using var world = await GatewayWorld.StartAsync(options =>
            options with
            {
                Limits = new GatewayLimits { MaxRequestBytes = 1000 },
            }
        );
        var request = await world.SignAsync(
            world.Json("Logs_20140328.PutLogEvents", $$"""{"x":"{{new string('x', 2000)}}"}"""),
            "logs"
        );
        request.Headers.TransferEncodingChunked = !saysItsLength;

        var answer = await world.SendAsync(request);

        (answer.Status, answer.Code).ShouldBe((413, "RequestEntityTooLarge"));
    }

    [Fact]
    public async Task A_layer_part_may_be_larger_than_other_bodies()
    {
        await using var world = await GatewayWorld.StartAsync(options =>
            options with
            {
                Limits = new GatewayLimits { MaxRequestBytes = 1000 },
            }
        );

        var answer = await world.SendAsync(
            await world.SignAsync(
                world.Json(
                    "AmazonEC2ContainerRegistry_V20150921.UploadLayerPart",
                    $$"""{"repositoryName":"aa","uploadId":"aa0e8e3e-0000-4000-8000-000000000000","partFirstByte":0,"partLastByte":2999,"layerPartBlob":"{{Convert.ToBase64String(new byte[3000])}}"}"""
                ),
                "ecr"
            )
        );

        answer.Body.ShouldBe("""{"lastByteReceived":2999}""");
    }

    [Fact]
    public async Task A_form_with_too_many_parameters_is_refused()
    {
        await using var world = await GatewayWorld.StartAsync();
        var form = string.Join('&', Enumerable.Range(0, 10_001).Select(number => $"a{number}=1"));

        (await world.SendAsync(await world.SignAsync(world.Form(form), "sts"))).Code.ShouldBe("MalformedQueryString");
    }

    [Theory]
    [InlineData("Action=GetCallerIdentity&Version=2011-06-15&a=%00", "sts")]
    [InlineData("Action=Describe%01Regions&Version=2016-11-15", "ec2")]
    [InlineData("Action=DescribeRegions&Version=2016-11-15&a=%EF%BF%BF", "ec2")]
    [InlineData("Action=GetCallerIdentity&Version=2011-06-15&a=%FF", "sts")]
    [InlineData("Action=GetCallerIdentity&Version=2011-06-15&a=%ED%A0%80", "sts")]
    [InlineData("Action=GetCallerIdentity&Version=2011-06-15&a=%zz", "sts")]
    [InlineData("Action=GetCallerIdentity&Version=2011-06-15&a=%4", "sts")]
    [InlineData("Action=GetCallerIdentity&Version=2011-06-15&Version=2011-06-15", "sts")]
    [InlineData("Action=DescribeRegions&Version=2016-11-15&RegionName.4000000000=eu-west-1", "ec2")]
    [InlineData("Action=DescribeRegions&Version=2016-11-15&RegionName.99999999999999999999=eu-west-1", "ec2")]
    public async Task A_character_that_no_answer_could_repeat_is_refused(string form, string service)
    {
        await using var world = await GatewayWorld.StartAsync();

        var answer = await world.SendAsync(await world.SignAsync(world.Form(form), service));

        (answer.Status, answer.Code).ShouldBe((400, "MalformedQueryString"));
    }

    [Fact]
    public async Task A_client_that_leaves_cancels_its_operation()
    {
        await using var world = await GatewayWorld.StartAsync();
        var started = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource();
        world.Services.Before = async (_, cancellation) =>
        {
            started.SetResult();
            await using var registration = cancellation.Register(cancelled.SetResult);
            await cancelled.Task;
        };

        var request = await world.SignedAsync("json");
        using var leaving = new CancellationTokenSource();
        var sending = world.Http.SendAsync(request, leaving.Token);
        await started.Task;
        await leaving.CancelAsync();

        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(120), TestContext.Current.CancellationToken);
        await Should.ThrowAsync<OperationCanceledException>(sending);
    }

    [Fact]
    public async Task An_anonymous_operation_needs_no_signature()
    {
        await using var world = await GatewayWorld.StartAsync();

        var answer = await world.SendAsync(
            world.Form(
                "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&"
                    + "RoleArn=arn:aws:iam::123456789012:role/x&RoleSessionName=xx&WebIdentityToken=token"
            )
        );

        answer.Message!.ShouldContain("does not implement sts:AssumeRoleWithWebIdentity");
    }

    [Fact]
    public async Task A_target_in_absolute_form_is_answered()
    {
        await using var world = await GatewayWorld.StartAsync();
        var request = await world.SignedAsync("json");
        var headers = string.Concat(
            request.Headers.Select(header => $"{header.Key}: {string.Join(", ", header.Value)}\r\n")
        );
        using var client = new TcpClient();
        await client.ConnectAsync(world.Address.Host, world.Address.Port, TestContext.Current.CancellationToken);
        await client
            .GetStream()
            .WriteAsync(
                Encoding.ASCII.GetBytes(
                    $"POST {world.Address} HTTP/1.1\r\nHost: {world.Address.Authority}\r\n{headers}Content-Type: "
                        + "application/x-amz-json-1.1\r\nContent-Length: 2\r\n\r\n{}"
                ),
                TestContext.Current.CancellationToken
            );

        using var reader = new StreamReader(client.GetStream());
        (await reader.ReadLineAsync(TestContext.Current.CancellationToken)).ShouldBe("HTTP/1.1 200 OK");
    }

    [Theory]
    [InlineData(
        "Authorization",
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20250101/eu-west-1/lambda/aws4_request, SignedHeaders=host, "
            + "Signature=0",
        "the service 'lambda'"
    )]
    [InlineData("Authorization", "Basic YTpi", "a service")]
    public async Task A_signed_request_without_an_operation_is_of_an_unknown_service(
        string header,
        string value,
        string service
    )
    {
        await using var world = await GatewayWorld.StartAsync();
        var request = new HttpRequestMessage(HttpMethod.Get, world.Address);
        request.Headers.TryAddWithoutValidation(header, value);
        request.Headers.TryAddWithoutValidation("X-Amz-Date", "20250101T000000Z");

        var answer = await world.SendAsync(request);

        (answer.Status, answer.Code).ShouldBe((404, "UnknownService"));
        answer.Message!.ShouldContain($"of {service}.");
    }

    [Fact]
    public async Task A_presigned_request_without_an_operation_is_of_an_unknown_service()
    {
        await using var world = await GatewayWorld.StartAsync();

        var answer = await world.SendAsync(
            new HttpRequestMessage(
                HttpMethod.Get,
                world.Presign("x-id=ListFunctions", "lambda", TimeSpan.FromMinutes(1))
            )
        );

        (answer.Status, answer.Code).ShouldBe((404, "UnknownService"));
    }

    [Fact]
    public async Task Whoever_signs_nothing_is_welcome()
    {
        await using var world = await GatewayWorld.StartAsync();

        (await world.SendAsync(new HttpRequestMessage(HttpMethod.Get, world.Address))).Status.ShouldBe(200);
    }
}
