using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Estiba.Hosting.Http;

namespace Estiba.Gateway.Tests;

/// <summary>Every protocol as botocore speaks it, which is what the AWS command line is made of.</summary>
public sealed class ProtocolTests
{
    [Fact]
    public async Task Amazon_s3_has_paths_headers_and_bodies_that_are_streams()
    {
        await using var world = await GatewayWorld.StartWithAsync(new StandInProtocols().Dispatchers);

        var result = await PythonAsync(
            world,
            """
            s3 = client('s3')
            put = s3.put_object(Bucket='bucket', Key='a b/c+d', Body=b'x' * 200000, ContentType='text/x', Metadata={'colour': 'blue'})
            get = s3.get_object(Bucket='bucket', Key='a b/c+d')
            out['etag'] = put['ETag']
            out['get'] = [len(get['Body'].read()), get['ContentType'], get['Metadata'], get['LastModified'].isoformat()]
            out['keys'] = [o['Key'] for o in s3.list_objects_v2(Bucket='bucket')['Contents']]
            out['missing'] = code(lambda: s3.get_object(Bucket='bucket', Key='none'))
            out['unwritten'] = code(lambda: s3.copy_object(Bucket='bucket', Key='k', CopySource='b/c'))
            """
        );

        result["etag"].GetString().ShouldBe("\"200000\"");
        result["get"].GetRawText().ShouldBe("""[200000, "text/x", {"colour": "blue"}, "2026-01-02T03:04:05+00:00"]""");
        result["keys"].GetRawText().ShouldBe("""["a b/c+d"]""");
        result["missing"].GetString().ShouldBe("NoSuchKey 404");
        result["unwritten"].GetString().ShouldBe("NotImplemented 501 Estiba does not implement s3:CopyObject yet.");
    }

    [Fact]
    public async Task A_presigned_address_is_enough_for_a_browser_though_a_door_has_the_buckets_name()
    {
        await using var world = await GatewayWorld.StartWithAsync(
            new StandInProtocols().Dispatchers,
            HttpPath.Open("/v2", http => throw new InvalidOperationException("Nobody should come here."))
        );

        var result = await PythonAsync(
            world,
            """
            import urllib.request
            s3 = client('s3', signature_version='s3v4')
            s3.put_object(Bucket='v2', Key='k', Body=b'hello')
            url = s3.generate_presigned_url('get_object', Params={'Bucket': 'v2', 'Key': 'k'})
            out['body'] = urllib.request.urlopen(url).read().decode()
            """
        );

        result["body"].GetString().ShouldBe("hello");
    }

    [Theory]
    [InlineData("", "\"8198\"")]
    [InlineData("x", null)]
    public async Task A_body_in_chunks_is_taken_out_of_them_and_compared_with_its_trailer(string more, string? tag)
    {
        await using var world = await GatewayWorld.StartWithAsync(new StandInProtocols().Dispatchers);
        var hello = new string('h', 8192);
        var crc = new byte[4];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(
            crc,
            System.IO.Hashing.Crc32.HashToUInt32(Encoding.ASCII.GetBytes(hello + "world!"))
        );
        var body =
            $"2000\r\n{hello}\r\n{6 + more.Length:x}\r\nworld!{more}\r\n0\r\n"
            + $"x-amz-checksum-crc32:{Convert.ToBase64String(crc)}\r\n\r\n";
        using var request = new HttpRequestMessage(HttpMethod.Put, new Uri(world.Address, "/bucket/key"))
        {
            Content = new StringContent(body),
        };
        request.Headers.Add("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER");
        request.Headers.Add("x-amz-trailer", "x-amz-checksum-crc32");
        request.Headers.Add("x-amz-decoded-content-length", $"{8198 + more.Length}");

        using var answer = await world.Http.SendAsync(
            await world.SignAsync(request, "s3"),
            TestContext.Current.CancellationToken
        );

        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        if (tag is null)
            text.ShouldContain("<Code>BadDigest</Code>");
        else
            answer.Headers.ETag!.Tag.ShouldBe(tag, text);
    }

    [Fact]
    public async Task A_body_other_than_its_signed_hash_is_refused_when_it_has_come()
    {
        await using var world = await GatewayWorld.StartWithAsync(new StandInProtocols().Dispatchers);
        using var request = new HttpRequestMessage(HttpMethod.Put, new Uri(world.Address, "/bucket/key"))
        {
            Content = new StringContent("hello"),
        };
        request.Headers.Add("x-amz-content-sha256", new string('0', 64));
        await world.SignAsync(request, "s3");

        var answer = await world.SendAsync(request);

        (answer.Status, answer.Code).ShouldBe((400, "XAmzContentSHA256Mismatch"));
    }

    [Fact]
    public async Task Amazon_eventbridge_scheduler_speaks_rest_with_json()
    {
        await using var world = await GatewayWorld.StartWithAsync(new StandInProtocols().Dispatchers);

        var result = await PythonAsync(
            world,
            """
            import datetime
            s = client('scheduler')
            out['arn'] = s.create_schedule(Name='nightly', ScheduleExpression='rate(1 day)', FlexibleTimeWindow={'Mode': 'OFF'},
                Target={'Arn': 'arn:aws:sqs:eu-west-1:1:q', 'RoleArn': 'arn:aws:iam::123456789012:role/r'},
                StartDate=datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc))['ScheduleArn']
            got = s.get_schedule(Name='nightly', GroupName='g')
            out['got'] = [got['Name'], got['GroupName'], got['StartDate'].astimezone(datetime.timezone.utc).isoformat()]
            out['missing'] = code(lambda: s.get_schedule(Name='none'))
            out['invalid'] = code(lambda: s.get_schedule(Name='a b'))
            """
        );

        result["arn"].GetString().ShouldBe("arn:aws:scheduler:eu-west-1:123456789012:schedule/nightly");
        result["got"].GetRawText().ShouldBe("""["nightly", "g", "2026-01-02T03:04:05+00:00"]""");
        result["missing"].GetString()!.ShouldStartWith("ResourceNotFoundException 404");
        result["invalid"].GetString()!.ShouldStartWith("ValidationException 400");
    }

    [Theory]
    [InlineData("smithy-rpc-v2-cbor", "service/GraniteServiceVersion20100801/operation/PutMetricData")]
    [InlineData("json", "")]
    [InlineData("query", "")]
    public async Task Amazon_cloudwatch_speaks_three_protocols_with_compressed_requests(string protocol, string path)
    {
        await using var world = await GatewayWorld.StartWithAsync(new StandInProtocols().Dispatchers);

        var result = await PythonAsync(
            world,
            $$"""
            import botocore.model
            botocore.model.PRIORITY_ORDERED_SUPPORTED_PROTOCOLS = ('{{protocol}}',)
            cw = client('cloudwatch', request_min_compression_size_bytes=1)
            def sent(request, **more):
                encoding = request.headers.get('Content-Encoding', '')
                out.setdefault('sent', [encoding.decode() if isinstance(encoding, bytes) else encoding, request.url.split('/', 3)[3]])
            cw.meta.events.register('before-send.cloudwatch', sent)
            cw.put_metric_data(Namespace='n', MetricData=[{'MetricName': 'm', 'Value': 1.5, 'Dimensions': [{'Name': 'd', 'Value': 'v'}]}])
            out['metrics'] = cw.list_metrics()['Metrics']
            out['unwritten'] = code(lambda: cw.describe_alarms())
            """
        );

        result["sent"].GetRawText().ShouldBe($"""["gzip", "{path}"]""");
        result["metrics"]
            .GetRawText()
            .ShouldBe("""[{"Namespace": "n", "MetricName": "m", "Dimensions": [{"Name": "d", "Value": "v"}]}]""");
        result["unwritten"]
            .GetString()
            .ShouldBe("UnsupportedOperation 400 Estiba does not implement cloudwatch:DescribeAlarms yet.");
    }

    [Fact]
    public async Task A_service_with_several_protocols_answers_in_that_of_the_request()
    {
        await using var world = await GatewayWorld.StartWithAsync(new StandInProtocols().Dispatchers);
        var json = world.Json("GraniteServiceVersion20100801.ListMetrics", "{}");
        json.Content!.Headers.ContentType = new("application/x-amz-json-1.0");

        var inJson = await world.SendAsync(await world.SignAsync(json, "monitoring"));
        var inXml = await world.SendAsync(
            await world.SignAsync(world.Form("Action=ListMetrics&Version=2010-08-01"), "monitoring")
        );

        (inJson.Body, inJson.ContentType).ShouldBe(("""{"Metrics":[]}""", "application/x-amz-json-1.0"));
        inXml.Body.ShouldContain("<ListMetricsResult><Metrics /></ListMetricsResult>");
    }

    [Fact]
    public async Task Amazon_sqs_speaks_json_and_tells_the_codes_of_its_query_protocol()
    {
        await using var world = await GatewayWorld.StartWithAsync(new StandInProtocols().Dispatchers);

        var result = await PythonAsync(
            world,
            """
            sqs = client('sqs')
            out['sent'] = sqs.send_message(QueueUrl='q', MessageBody='hello')['MessageId']
            out['missing'] = code(lambda: sqs.receive_message(QueueUrl='q'))
            """
        );

        result["sent"].GetString().ShouldBe("hello");
        result["missing"].GetString()!.ShouldStartWith("AWS.SimpleQueueService.NonExistentQueue");
    }

    [Theory]
    [InlineData("/", "&QueueUrl=http%3A%2F%2Flocalhost%2F123456789012%2Fq")]
    [InlineData("/123456789012/q", "")]
    public async Task Amazon_sqs_still_speaks_the_query_protocol_at_the_urls_of_queues_too(string path, string url)
    {
        await using var world = await GatewayWorld.StartWithAsync(new StandInProtocols().Dispatchers);
        async Task<(int Status, string Body)> CallAsync(string action)
        {
            var request = world.Form($"{action}&Version=2012-11-05{url}");
            request.RequestUri = new Uri(world.Address, path);
            var answer = await world.SendAsync(await world.SignAsync(request, "sqs"));
            return (answer.Status, answer.Body);
        }

        var sent = await CallAsync(
            "Action=SendMessage&MessageBody=hello&MessageAttribute.1.Name=kind"
                + "&MessageAttribute.1.Value.DataType=String&MessageAttribute.1.Value.StringValue=order"
        );
        var missing = await CallAsync("Action=ReceiveMessage");

        sent.Status.ShouldBe(200);
        sent.Body.ShouldContain(
            "<SendMessageResponse xmlns=\"http://queue.amazonaws.com/doc/2012-11-05/\"><SendMessageResult>"
                + "<MD5OfMessageAttributes>kind=order</MD5OfMessageAttributes><MessageId>hello</MessageId>"
        );
        missing.Status.ShouldBe(400);
        missing.Body.ShouldContain("<Code>AWS.SimpleQueueService.NonExistentQueue</Code>");
    }

    [Fact]
    public async Task Amazon_sqs_speaks_json_at_the_urls_of_queues()
    {
        await using var world = await GatewayWorld.StartWithAsync(new StandInProtocols().Dispatchers);
        var request = world.Json("AmazonSQS.SendMessage", """{"QueueUrl":"q","MessageBody":"hello"}""");
        request.RequestUri = new Uri(world.Address, "/123456789012/q");

        var answer = await world.SendAsync(await world.SignAsync(request, "sqs"));

        answer.Body.ShouldContain("\"MessageId\":\"hello\"");
    }

    [Fact]
    public async Task Live_tail_is_a_stream_of_events()
    {
        await using var world = await GatewayWorld.StartWithAsync([]);

        var result = await PythonAsync(
            world,
            """
            logs = client('logs', inject_host_prefix=False)
            events = logs.start_live_tail(logGroupIdentifiers=['arn:aws:logs:eu-west-1:123456789012:log-group:g'])['responseStream']
            seen = []
            def tail():
                for event in events:
                    seen.append(event)
            out['end'] = code(tail)
            out['groups'] = seen[0]['sessionStart']['logGroupIdentifiers']
            out['message'] = seen[1]['sessionUpdate']['sessionResults'][0]['message']
            """
        );

        result["groups"].GetRawText().ShouldBe("""["arn:aws:logs:eu-west-1:123456789012:log-group:g"]""");
        result["message"].GetString().ShouldBe("grüße");
        result["end"].GetString()!.ShouldStartWith("SessionTimeoutException");
    }

    [Fact]
    public async Task What_nobody_has_written_says_so_in_its_own_protocol()
    {
        await using var world = await GatewayWorld.StartWithAsync([]);

        var result = await PythonAsync(
            world,
            """
            for name, operation, args in [
                ('eks', 'list_clusters', {}), ('eks', 'tag_resource', {'resourceArn': 'arn:aws:eks:eu-west-1:1:cluster/c', 'tags': {}}),
                ('scheduler', 'list_schedules', {}), ('s3', 'list_buckets', {}), ('s3', 'delete_bucket', {'Bucket': 'bucket'}),
                ('cloudwatch', 'list_metrics', {}), ('sqs', 'list_queues', {}), ('sns', 'list_topics', {}),
                ('elbv2', 'describe_load_balancers', {}), ('autoscaling', 'describe_auto_scaling_groups', {}),
                ('application-autoscaling', 'describe_scalable_targets', {'ServiceNamespace': 'ecs'}),
                ('servicediscovery', 'discover_instances', {'NamespaceName': 'n', 'ServiceName': 's'}),
                ('cloudformation', 'list_stacks', {}), ('ssm', 'describe_parameters', {}),
                ('secretsmanager', 'list_secrets', {}), ('events', 'list_rules', {}), ('ec2', 'describe_hosts', {})]:
                c = client(name, inject_host_prefix=False)
                answer = code(lambda: getattr(c, operation)(**args))
                told = 'NotImplemented 501' if name == 's3' else 'UnsupportedOperation 400'
                if not answer.startswith(told + ' Estiba does not implement '):
                    out[name + ' ' + operation] = answer
            """
        );

        result.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_host_with_a_prefix_or_a_bucket_in_front_is_answered_below_localhost()
    {
        await using var world = await GatewayWorld.StartWithAsync(new StandInProtocols().Dispatchers);
        var port = world.EndPoints[0].Port;

        async Task<Answer> SendAsync(HttpRequestMessage request, string host, string service)
        {
            request.Headers.Host = $"{host}:{port}";
            return await world.SendAsync(await world.SignAsync(request, service));
        }

        var tail = await SendAsync(
            world.Json("AmazonEC2ContainerServiceV20141113.ListClusters", "{}"),
            "data-ecs.localhost",
            "ecs"
        );
        var bucket = await SendAsync(
            new HttpRequestMessage(HttpMethod.Get, new Uri(world.Address, "/?list-type=2")),
            "photos.localhost",
            "s3"
        );

        tail.Status.ShouldBe(200);
        bucket.Body.ShouldContain("<Name>photos</Name>");
    }

    [Theory]
    [InlineData("s3.localhost", "GET", "/bucket/key", 403, "AccessDenied")]
    [InlineData("127.0.0.1", "GET", "/schedules/nightly", 403, null)]
    [InlineData("127.0.0.1", "GET", "/nothing/of/anybody", 404, null)]
    public async Task An_unsigned_request_is_known_by_its_host_or_its_path(
        string host,
        string method,
        string path,
        int status,
        string? code
    )
    {
        await using var world = await GatewayWorld.StartWithAsync(new StandInProtocols().Dispatchers);
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(world.Address, path));
        request.Headers.Host = $"{host}:{world.EndPoints[0].Port}";

        var answer = await world.SendAsync(request);

        answer.Status.ShouldBe(status);
        if (code is not null)
            answer.Code.ShouldBe(code);
    }

    [Theory]
    [InlineData("PUT", "/bucket/key", "s3", "x-amz-checksum-crc32", "AAAAAQ==", "", 400, "BadDigest")]
    [InlineData("PUT", "/bucket/key", "s3", "Content-MD5", "AAAA", "", 400, "InvalidDigest")]
    [InlineData("PUT", "/", "s3", "Accept", "*/*", "", 405, "MethodNotAllowed")]
    [InlineData("POST", "/schedules/a", "scheduler", "Accept", "*/*", "{", 400, "SerializationException")]
    [InlineData("POST", "/schedules/a", "scheduler", "Accept", "*/*", "[]", 400, "SerializationException")]
    [InlineData("DELETE", "/none", "scheduler", "Accept", "*/*", "", 404, "UnknownOperationException")]
    [InlineData(
        "POST",
        "/schedules/a",
        "scheduler",
        "Content-Encoding",
        "gzip",
        "no gzip",
        400,
        "SerializationException"
    )]
    [InlineData(
        "POST",
        "/service/GraniteServiceVersion20100801/operation/PutMetricData",
        "monitoring",
        "smithy-protocol",
        "rpc-v2-cbor",
        "{",
        400,
        "SerializationException"
    )]
    [InlineData(
        "POST",
        "/service/GraniteServiceVersion20100801/operation/No",
        "monitoring",
        "smithy-protocol",
        "rpc-v2-cbor",
        "",
        404,
        "UnknownOperationException"
    )]
    [InlineData(
        "GET",
        "/service/GraniteServiceVersion20100801/operation/ListMetrics",
        "monitoring",
        "smithy-protocol",
        "rpc-v2-cbor",
        "",
        405,
        "UnknownOperationException"
    )]
    [InlineData(
        "POST",
        "/service/Nobody/operation/ListMetrics",
        "monitoring",
        "smithy-protocol",
        "rpc-v2-cbor",
        "",
        404,
        "UnknownOperationException"
    )]
    public async Task A_request_that_is_wrong_is_answered_in_its_protocols_words(
        string method,
        string path,
        string service,
        string header,
        string value,
        string body,
        int status,
        string code
    )
    {
        await using var world = await GatewayWorld.StartWithAsync(new StandInProtocols().Dispatchers);
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(world.Address, path));
        if (method != "GET")
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        if (!request.Headers.TryAddWithoutValidation(header, value))
            request.Content!.Headers.TryAddWithoutValidation(header, value);

        using var answer = await world.Http.SendAsync(
            await world.SignAsync(request, service),
            TestContext.Current.CancellationToken
        );

        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var told = answer.Headers.TryGetValues("x-amzn-ErrorType", out var types) ? types.Single() : text;
        ((int)answer.StatusCode).ShouldBe(status, text);
        told.ShouldContain(code);
    }

    [Fact]
    public async Task A_body_that_unpacks_to_more_than_a_request_may_have_is_refused()
    {
        await using var world = await GatewayWorld.StartAsync(options =>
            options with
            {
                Limits = options.Limits with { MaxRequestBytes = 1024 * 1024 },
            }
        );
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            await gzip.WriteAsync(new byte[64 * 1024 * 1024], TestContext.Current.CancellationToken);
        var request = world.Json("AmazonEC2ContainerServiceV20141113.ListClusters", "");
        request.Content = new ByteArrayContent(packed.ToArray());
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/x-amz-json-1.1");
        request.Content.Headers.TryAddWithoutValidation("Content-Encoding", "gzip");

        var answer = await world.SendAsync(await world.SignAsync(request, "ecs"));

        (answer.Status, answer.Code).ShouldBe((413, "RequestEntityTooLarge"));
    }

    [Fact]
    public async Task A_compressed_request_is_read_as_any_other()
    {
        await using var world = await GatewayWorld.StartAsync();
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            await gzip.WriteAsync(
                "Action=GetCallerIdentity&Version=2011-06-15"u8.ToArray(),
                TestContext.Current.CancellationToken
            );
        var request = world.Form("");
        request.Content = new ByteArrayContent(packed.ToArray());
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/x-www-form-urlencoded");
        request.Content.Headers.TryAddWithoutValidation("Content-Encoding", "gzip");

        var answer = await world.SendAsync(await world.SignAsync(request, "sts"));

        answer.Xml("Account").ShouldBe(GatewayWorld.Account);
    }

    private static async Task<Dictionary<string, JsonElement>> PythonAsync(GatewayWorld world, string script)
    {
        var preamble = $$"""
            import json, botocore.session
            from botocore.config import Config
            session = botocore.session.get_session()
            out = {}
            def client(name, **config):
                return session.create_client(name, region_name='eu-west-1', endpoint_url='{{world.Address}}',
                    aws_access_key_id='{{GatewayWorld.Root.AccessKeyId}}', aws_secret_access_key='{{GatewayWorld.Root.SecretAccessKey}}',
                    config=Config(retries={'total_max_attempts': 1}, **config))
            def code(call):
                try:
                    call()
                    return 'none'
                except Exception as e:
                    if not hasattr(e, 'response'):
                        return repr(e)
                    error, meta = e.response['Error'], e.response.get('ResponseMetadata', {})
                    message = error.get('Message', '')
                    told = ' ' + message.split(" 'estiba")[0] if error['Code'] in ('UnsupportedOperation', 'NotImplemented') else ''
                    return f"{error['Code']} {meta.get('HTTPStatusCode', '')}{told}"

            """;
        var start = new ProcessStartInfo("python3")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList = { "-" },
        };
        start.Environment["AWS_CONFIG_FILE"] = start.Environment["AWS_SHARED_CREDENTIALS_FILE"] = "/dev/null";
        start.Environment["NO_PROXY"] = "*";
        start.Environment["PYTHONIOENCODING"] = "utf-8";
        using var python = Process.Start(start)!;
        await python.StandardInput.WriteAsync(preamble + script + "\nprint(json.dumps(out))\n");
        python.StandardInput.Close();
        var output = python.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = python.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await python.WaitForExitAsync(TestContext.Current.CancellationToken);
        python.ExitCode.ShouldBe(0, await errors);
        return JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(await output)!;
    }
}
