using System.Text;
using Estiba.Contracts;
using Estiba.Contracts.Logs;
using Estiba.Contracts.S3;

namespace Estiba.Gateway.Tests;

/// <summary>Answers that are streams of events, as the generated clients read them.</summary>
public sealed class GeneratedClientTests
{
    private static readonly CallContext Caller = new()
    {
        AccountId = "",
        Region = "",
        PrincipalArn = "",
        AccessKeyId = "",
        RequestId = "",
    };

    private const string Group = "arn:aws:logs:eu-west-1:123456789012:log-group:g";

    [Fact]
    public async Task Live_tail_gives_each_event_when_it_comes_and_throws_what_ends_it()
    {
        await using var world = await GatewayWorld.StartWithAsync([]);
        var logs = new LogsClient(OptionsOf(world));

        var answer = await logs.StartLiveTailAsync(
            new StartLiveTailRequest { LogGroupIdentifiers = [Group] },
            Caller,
            TestContext.Current.CancellationToken
        );
        await using var events = answer.ResponseStream!.GetAsyncEnumerator(TestContext.Current.CancellationToken);

        (await events.MoveNextAsync()).ShouldBeTrue();
        events.Current.SessionStart!.LogGroupIdentifiers.ShouldBe([Group]);
        (await events.MoveNextAsync()).ShouldBeTrue();
        events.Current.SessionUpdate!.SessionResults!.Single().Message.ShouldBe("grüße");
        var end = await Should.ThrowAsync<AwsException>(async () => await events.MoveNextAsync());
        (end.Code, end.Message).ShouldBe(("SessionTimeoutException", "The session is over."));
    }

    [Fact]
    public async Task Events_end_with_the_key_of_whoever_asked_for_them()
    {
        await using var world = await GatewayWorld.StartWithAsync([]);
        world.Services.BetweenEvents = () => world.Revoked = GatewayWorld.Root.AccessKeyId;

        var answer = await new LogsClient(OptionsOf(world)).StartLiveTailAsync(
            new StartLiveTailRequest { LogGroupIdentifiers = [Group] },
            Caller,
            TestContext.Current.CancellationToken
        );

        var events = new List<StartLiveTailResponseStream>();
        await foreach (var item in answer.ResponseStream!)
            events.Add(item);
        events.ShouldHaveSingleItem().SessionStart.ShouldNotBeNull();
    }

    [Fact]
    public async Task What_is_refused_before_the_first_event_is_an_error_as_any_other()
    {
        await using var world = await GatewayWorld.StartWithAsync([]);

        var error = await Should.ThrowAsync<AwsException>(() =>
            new LogsClient(OptionsOf(world)).StartLiveTailAsync(
                new StartLiveTailRequest { LogGroupIdentifiers = [] },
                Caller,
                TestContext.Current.CancellationToken
            )
        );

        error.Code.ShouldBe("InvalidParameterException");
    }

    [Fact]
    public async Task Whoever_stops_reading_events_has_ended_them()
    {
        await using var world = await GatewayWorld.StartWithAsync([]);
        var answer = await new LogsClient(OptionsOf(world)).StartLiveTailAsync(
            new StartLiveTailRequest { LogGroupIdentifiers = [Group] },
            Caller,
            TestContext.Current.CancellationToken
        );

        await foreach (var first in answer.ResponseStream!)
        {
            first.SessionStart.ShouldNotBeNull();
            break;
        }

        var more = 0;
        await foreach (var _ in answer.ResponseStream!)
            more++;
        more.ShouldBe(0);
    }

    [Fact]
    public async Task Select_of_s3_has_events_with_bytes_and_with_structures_in_XML()
    {
        await using var world = await GatewayWorld.StartWithAsync(new StandInProtocols().Dispatchers);

        var answer = await new S3Client(OptionsOf(world)).SelectObjectContentAsync(
            new SelectObjectContentRequest
            {
                Bucket = "bucket",
                Key = "key",
                Expression = "select 1",
                ExpressionType = "SQL",
                InputSerialization = new InputSerialization(),
                OutputSerialization = new OutputSerialization(),
            },
            Caller,
            TestContext.Current.CancellationToken
        );
        var events = new List<SelectObjectContentEventStream>();
        await foreach (var item in answer.Payload!)
            events.Add(item);

        Encoding.UTF8.GetString(events[0].Records!.Payload!.Value.Span).ShouldBe("select 1");
        events[1].Stats!.Details!.BytesScanned.ShouldBe(8);
        events[2].End.ShouldNotBeNull();
    }

    [Theory]
    [InlineData("https://logs.eu-west-1.amazonaws.com", "https://stream-logs.eu-west-1.amazonaws.com/")]
    [InlineData("https://logs.cn-north-1.amazonaws.com.cn", "https://stream-logs.cn-north-1.amazonaws.com.cn/")]
    [InlineData("http://localhost:4566", "http://localhost:4566/")]
    [InlineData("http://192.0.2.1:4566", "http://192.0.2.1:4566/")]
    public async Task Only_hosts_of_AWS_have_another_name_for_an_operation(string endpoint, string asked)
    {
        var recorder = new AddressRecorder();
        using var http = new HttpClient(recorder);
        var logs = new LogsClient(
            new AwsClientOptions
            {
                Endpoint = new Uri(endpoint),
                Region = "eu-west-1",
                Credentials = () => GatewayWorld.Root,
                Http = http,
            }
        );

        var request = new StartLiveTailRequest { LogGroupIdentifiers = [Group] };
        await Should.ThrowAsync<HttpRequestException>(() => logs.StartLiveTailAsync(request, Caller));

        recorder.Asked.ShouldBe(new Uri(asked));
    }

    /// <summary>Remembers where a request was sent to, and sends none.</summary>
    private sealed class AddressRecorder : HttpMessageHandler
    {
        internal Uri? Asked { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            Asked = request.RequestUri;
            throw new HttpRequestException("Nothing is sent.");
        }
    }

    private static AwsClientOptions OptionsOf(GatewayWorld world) =>
        new()
        {
            Endpoint = world.Address,
            Region = "eu-west-1",
            Credentials = () => GatewayWorld.Root,
            Http = world.Http,
        };
}
