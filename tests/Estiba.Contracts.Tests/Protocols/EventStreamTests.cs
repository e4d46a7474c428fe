using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using Estiba.Contracts.EventStreams;
using Estiba.Contracts.Logs;
using Estiba.Contracts.Protocols;

namespace Estiba.Contracts.Tests.Protocols;

/// <summary>The frames of <c>application/vnd.amazon.eventstream</c>.</summary>
public sealed class EventStreamTests
{
    [Fact]
    public async Task An_answer_with_events_begins_with_itself_and_frames_each_event()
    {
        var (first, frames) = await AnswerAsync(
            new StartLiveTailResponseStream { SessionStart = new LiveTailSessionStart { RequestId = "r" } },
            new StartLiveTailResponseStream { SessionUpdate = new LiveTailSessionUpdate { SessionResults = [] } }
        );

        Parse(first)
            .ShouldBe(
                (":event-type=initial-response :content-type=application/x-amz-json-1.1 :message-type=event", "{}")
            );
        Parse(frames[0])
            .ShouldBe(
                (":event-type=sessionStart :content-type=application/json :message-type=event", """{"requestId":"r"}""")
            );
        Parse(frames[1]).Payload.ShouldBe("""{"sessionResults":[]}""");
    }

    [Fact]
    public async Task An_error_among_the_events_ends_them()
    {
        var (_, frames) = await AnswerAsync(
            new StartLiveTailResponseStream { SessionStart = new LiveTailSessionStart() },
            null
        );

        var (headers, payload) = Parse(frames[1]);
        headers.ShouldBe(
            ":exception-type=SessionTimeoutException :content-type=application/json :message-type=exception"
        );
        payload.ShouldBe("""{"message":"The session is over."}""");
    }

    [Fact]
    public async Task A_client_reads_the_events_that_a_service_writes()
    {
        var events = await ReadAsync(
            new StartLiveTailResponseStream { SessionStart = new LiveTailSessionStart { RequestId = "r" } },
            new StartLiveTailResponseStream
            {
                SessionUpdate = new LiveTailSessionUpdate
                {
                    SessionResults = [new LiveTailSessionLogEvent { Message = "grüße" }],
                },
            }
        );

        events[0].SessionStart!.RequestId.ShouldBe("r");
        events[1].SessionUpdate!.SessionResults!.Single().Message.ShouldBe("grüße");
    }

    [Fact]
    public async Task A_client_hears_the_error_that_ends_a_stream()
    {
        var error = await Should.ThrowAsync<AwsException>(() => ReadAsync([null]));

        (error.Code, error.Message).ShouldBe(("SessionTimeoutException", "The session is over."));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(13)]
    [InlineData(-6)]
    [InlineData(-1)]
    public async Task A_damaged_event_is_noticed(int place)
    {
        var (_, frames) = await AnswerAsync(new StartLiveTailResponseStream { SessionStart = new() });
        frames[0][place < 0 ? frames[0].Length + place : place] ^= 1;

        await Should.ThrowAsync<HttpRequestException>(() => ReadAsync(frames[0]));
    }

    [Theory]
    [InlineData(5)]
    [InlineData(20)]
    public async Task An_event_that_is_cut_is_noticed(int length)
    {
        var (_, frames) = await AnswerAsync(new StartLiveTailResponseStream { SessionStart = new() });

        await Should.ThrowAsync<HttpRequestException>(() => ReadAsync(frames[0][..length]));
    }

    [Fact]
    public async Task An_event_of_later_is_passed_over_and_an_error_without_a_name_is_one()
    {
        var later = Frame(new(":message-type", "event"), new(":event-type", "sessionMoved"));
        var error = Frame(
            new(":message-type", "error"),
            new(":error-code", "InternalError"),
            new(":error-message", "It broke.")
        );

        (await ReadAsync(later)).ShouldBeEmpty();
        var thrown = await Should.ThrowAsync<AwsException>(() => ReadAsync([.. later, .. error]));
        (thrown.Code, thrown.Message).ShouldBe(("InternalError", "It broke."));
    }

    private static byte[] Frame(params KeyValuePair<string, string>[] headers)
    {
        using var frame = new PooledBuffer();
        EventFrame.Write(frame, headers, []);
        return frame.Written.ToArray();
    }

    private static async Task<List<StartLiveTailResponseStream>> ReadAsync(params StartLiveTailResponseStream?[] events)
    {
        var (_, frames) = await AnswerAsync(events);
        return await ReadAsync(frames.SelectMany(frame => frame).ToArray());
    }

    private static async Task<List<StartLiveTailResponseStream>> ReadAsync(byte[] wire)
    {
        var answer = Protocol.Json11.ReadAnswer<StartLiveTailResponse>(
            LogsModel.Service,
            LogsModel.StartLiveTail,
            new ClientAnswer(200, _ => null, [], "{}"u8.ToArray(), new MemoryStream(wire))
        );
        var events = new List<StartLiveTailResponseStream>();
        await foreach (var item in answer.ResponseStream!)
            events.Add(item);
        return events;
    }

    private static async Task<(byte[] First, List<byte[]> Frames)> AnswerAsync(
        params StartLiveTailResponseStream?[] events
    )
    {
        using var answer = new StandInAnswer();
        Protocol.Json11.WriteAnswer(
            answer.Answer,
            LogsModel.Service,
            LogsModel.StartLiveTail,
            new StartLiveTailResponse { ResponseStream = EventsOf(events) },
            "id"
        );
        answer.Answer.ContentType.ShouldBe("application/vnd.amazon.eventstream");
        var frames = new List<byte[]>();
        await foreach (var frame in answer.Answer.Frames!)
            frames.Add(frame.ToArray());
        return (answer.Bytes.ToArray(), frames);
    }

    private static async IAsyncEnumerable<StartLiveTailResponseStream> EventsOf(StartLiveTailResponseStream?[] events)
    {
        foreach (var item in events)
        {
            await Task.Yield();
            yield return item ?? throw new AwsException("SessionTimeoutException", "The session is over.");
        }
    }

    // "Event stream encoding", Amazon Transcribe's developer guide: lengths, CRC, headers, payload, CRC.
    private static (string Headers, string Payload) Parse(byte[] frame)
    {
        var span = frame.AsSpan();
        BinaryPrimitives.ReadInt32BigEndian(span).ShouldBe(frame.Length);
        var headersLength = BinaryPrimitives.ReadInt32BigEndian(span[4..]);
        BinaryPrimitives.ReadUInt32BigEndian(span[8..]).ShouldBe(Crc32.HashToUInt32(span[..8]));
        BinaryPrimitives.ReadUInt32BigEndian(span[^4..]).ShouldBe(Crc32.HashToUInt32(span[..^4]));
        var headers = new List<string>();
        for (var rest = span.Slice(12, headersLength); rest.Length > 0; )
        {
            var name = Encoding.UTF8.GetString(rest.Slice(1, rest[0]));
            rest = rest[(1 + rest[0])..];
            rest[0].ShouldBe((byte)7);
            var length = BinaryPrimitives.ReadUInt16BigEndian(rest[1..]);
            headers.Add($"{name}={Encoding.UTF8.GetString(rest.Slice(3, length))}");
            rest = rest[(3 + length)..];
        }

        return (string.Join(' ', headers), Encoding.UTF8.GetString(span[(12 + headersLength)..^4]));
    }
}
