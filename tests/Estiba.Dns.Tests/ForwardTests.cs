using System.Net;
using System.Net.Sockets;
using Estiba.Dns.Wire;
using Makaretu.Dns;

namespace Estiba.Dns.Tests;

/// <summary>Names of others are asked elsewhere, and what is said there is handed on.</summary>
public sealed class ForwardTests
{
    [Fact]
    public async Task A_query_and_its_answer_are_handed_on_as_they_are()
    {
        await using var upstream = new StandInUpstream();
        await using var server = new TestServer(upstream: upstream.EndPoint);
        upstream.Answers = query =>
            [
                [.. AnswerTo(query), 0xAB, 0xCD],
            ];
        var query = TestServer.Question("ExAmple.org", DnsType.TXT, size: 900).ToByteArray();
        using var client = server.Client();

        await client.SendAsync(query);
        var answer = await TestServer.ReceiveAsync(client);

        answer[^2..].ShouldBe([0xAB, 0xCD]);
        answer[..2].ShouldBe(query[..2]);
        (await upstream.AskedAsync())[2..].ShouldBe(query[2..]);
    }

    [Fact]
    public async Task What_comes_over_a_connection_is_asked_over_one()
    {
        await using var upstream = new StandInUpstream { Answers = query => [AnswerTo(query)] };
        await using var server = new TestServer(upstream: upstream.EndPoint);
        await using var stream = await server.ConnectAsync();

        await TcpMessages.WriteAsync(
            stream,
            TestServer.Question("example.org", id: 8).ToByteArray(),
            CancellationToken.None
        );

        var answer = TestServer.Read((await TcpMessages.ReadAsync(stream, CancellationToken.None))!);
        (answer.Id, answer.QR).ShouldBe(((ushort)8, true));
    }

    [Fact]
    public async Task An_answer_that_does_not_fit_is_told_to_be_truncated()
    {
        await using var upstream = new StandInUpstream
        {
            Answers = query =>
                [
                    [.. AnswerTo(query), .. new byte[5000]],
                ],
        };
        await using var server = new TestServer(upstream: upstream.EndPoint);

        var answer = await server.AskAsync("example.org", size: 65000);

        (answer.TC, answer.Answers.Count).ShouldBe((true, 0));
        answer.Questions[0].Name.ToString().ShouldBe("example.org");
    }

    [Fact]
    public async Task Answers_to_other_questions_and_with_other_ids_are_not_believed()
    {
        await using var upstream = new StandInUpstream();
        await using var server = new TestServer(upstream: upstream.EndPoint);
        upstream.Answers = query =>
        {
            var wrongId = AnswerTo(query);
            wrongId[0] ^= 1;
            var wrongName = AnswerTo(query);
            wrongName[13] = (byte)'z';
            return [wrongId, wrongName, query, [1, 2, 3], AnswerTo(query, MessageStatus.NameError)];
        };

        (await server.AskAsync("example.org")).Status.ShouldBe(MessageStatus.NameError);
    }

    [Fact]
    public async Task Where_nobody_listens_the_next_server_is_asked()
    {
        await using var upstream = new StandInUpstream { Answers = query => [AnswerTo(query)] };
        using var closed = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        closed.Bind(new IPEndPoint(Loopback.Any(), 0));
        var nobody = (IPEndPoint)closed.LocalEndPoint!;
        closed.Close();
        await using var server = new TestServer(upstream: [nobody, upstream.EndPoint]);

        (await server.AskAsync("example.org")).Status.ShouldBe(MessageStatus.NoError);
    }

    [Fact]
    public async Task A_silent_server_is_waited_for_once_and_then_asked_after_the_others_for_a_while()
    {
        await using var silent = new StandInUpstream();
        await using var upstream = new StandInUpstream { Answers = query => [AnswerTo(query)] };
        await using var server = new TestServer(upstream: [silent.EndPoint, upstream.EndPoint]);
        var first = server.AskAsync("one.example");
        await silent.AskedAsync();

        server.Time.Advance(TimeSpan.FromSeconds(2));
        (await first).Status.ShouldBe(MessageStatus.NoError);
        (await server.AskAsync("two.example")).Status.ShouldBe(MessageStatus.NoError);
        silent.Waiting.ShouldBe(0);

        server.Time.Advance(TimeSpan.FromSeconds(10));
        silent.Answers = query => [AnswerTo(query, MessageStatus.NameError)];
        (await server.AskAsync("three.example")).Status.ShouldBe(MessageStatus.NameError);
    }

    [Theory]
    [InlineData(-3600)]
    [InlineData(3600)]
    public async Task A_clock_that_is_set_changes_nothing_about_how_long(int seconds)
    {
        await using var silent = new StandInUpstream();
        await using var upstream = new StandInUpstream { Answers = query => [AnswerTo(query)] };
        await using var server = new TestServer(upstream: [silent.EndPoint, upstream.EndPoint]);
        var first = server.AskAsync("one.example");
        await silent.AskedAsync();
        server.Time.Advance(TimeSpan.FromSeconds(2));
        await first;
        silent.Answers = query => [AnswerTo(query, MessageStatus.NameError)];

        server.Time.Set(TimeSpan.FromSeconds(seconds));
        server.Time.Advance(TimeSpan.FromSeconds(9));
        (await server.AskAsync("two.example")).Status.ShouldBe(MessageStatus.NoError);
        server.Time.Advance(TimeSpan.FromSeconds(1));
        (await server.AskAsync("three.example")).Status.ShouldBe(MessageStatus.NameError);
    }

    [Fact]
    public async Task Where_no_server_answers_the_client_hears_of_it()
    {
        await using var silent = new StandInUpstream();
        await using var server = new TestServer(upstream: silent.EndPoint);
        var asked = server.AskAsync("example.org", size: 1232);
        await silent.AskedAsync();

        server.Time.Advance(TimeSpan.FromSeconds(2));

        var answer = await asked;
        answer.Status.ShouldBe(MessageStatus.ServerFailure);
        answer.Questions[0].Name.ToString().ShouldBe("example.org");
        answer.AdditionalRecords.ShouldHaveSingleItem().ShouldBeOfType<OPTRecord>();
    }

    [Fact]
    public async Task A_server_that_fails_is_followed_by_the_next_and_believed_where_all_do()
    {
        await using var failing = new StandInUpstream
        {
            Answers = query => [AnswerTo(query, MessageStatus.ServerFailure)],
        };
        await using var upstream = new StandInUpstream { Answers = query => [AnswerTo(query)] };
        await using var server = new TestServer(upstream: [failing.EndPoint, upstream.EndPoint]);

        (await server.AskAsync("example.org")).Status.ShouldBe(MessageStatus.NoError);
        upstream.Answers = query => [AnswerTo(query, MessageStatus.Refused)];
        (await server.AskAsync("example.org")).Status.ShouldBe(MessageStatus.ServerFailure);
    }

    private static byte[] AnswerTo(byte[] query, MessageStatus status = MessageStatus.NoError)
    {
        byte[] answer = [.. query];
        answer[2] |= 0x80;
        answer[3] = (byte)status;
        return answer;
    }
}
