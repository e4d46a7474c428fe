using Estiba.Console.Live;
using Estiba.Console.Sessions;
using Estiba.Contracts;
using Estiba.Contracts.Signing;
using Microsoft.Extensions.Time.Testing;

namespace Estiba.Console.Tests.Live;

public sealed class FeedsTests : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider _time = new();
    private readonly SessionList _sessions;
    private readonly Feeds _feeds;
    private int _asked;

    public FeedsTests()
    {
        _sessions = new SessionList(_time);
        _feeds = new Feeds(_time, _sessions);
    }

    public ValueTask DisposeAsync() => _feeds.DisposeAsync();

    [Fact]
    public async Task Whoever_looks_at_the_same_with_the_same_key_shares_one_question()
    {
        var (session, same) = (SignedIn("AKIA1"), SignedIn("AKIA1"));

        var first = await AnswerAsync(session, "clusters");
        var second = await AnswerAsync(same, "clusters");

        first.Value.ShouldBe("clusters");
        second.Value.ShouldBe("clusters");
        _asked.ShouldBe(1);
    }

    [Fact]
    public async Task Another_key_asks_for_itself()
    {
        await AnswerAsync(SignedIn("AKIA1"), "clusters");
        await AnswerAsync(SignedIn("AKIA2"), "clusters");

        _asked.ShouldBe(2);
    }

    [Theory]
    [InlineData("AccessDeniedException", AnswerKind.Refused)]
    [InlineData("ClusterNotFoundException", AnswerKind.Missing)]
    [InlineData("NoSuchEntity", AnswerKind.Missing)]
    [InlineData("InvalidParameterException", AnswerKind.Faulty)]
    public async Task What_an_error_means_is_told_apart(string code, AnswerKind kind) =>
        (await AnswerAsync(SignedIn("AKIA1"), "clusters", new AwsException(code, "why"))).Kind.ShouldBe(kind);

    [Fact]
    public async Task Nobody_who_answers_is_told_as_that() =>
        (await AnswerAsync(SignedIn("AKIA1"), "clusters", new HttpRequestException("refused"))).Kind.ShouldBe(
            AnswerKind.Unavailable
        );

    [Fact]
    public async Task A_key_that_is_gone_ends_the_session()
    {
        var session = SignedIn("AKIA1");

        var answer = await AnswerAsync(
            session,
            "clusters",
            new AwsException("UnrecognizedClientException", "The security token included in the request is invalid.")
        );

        answer.Kind.ShouldBe(AnswerKind.SignedOut);
        _sessions.Find(session.Id).ShouldBeNull();
    }

    [Fact]
    public async Task A_session_that_has_ended_is_told_nothing_more()
    {
        var session = SignedIn("AKIA1");
        _sessions.End(session.Id);

        (await AnswerAsync(session, "clusters")).ShouldBe(new Answer(AnswerKind.SignedOut, null));
    }

    private Session SignedIn(string key)
    {
        var session = new Session(
            Guid.NewGuid().ToString(),
            new AwsCredentials(key, "secret"),
            "arn:aws:iam::123456789012:root",
            _time.GetUtcNow().AddHours(1),
            new Clients(_ => throw new InvalidOperationException("Nothing is to be sent."))
        );
        _sessions.Add(session);
        return session;
    }

    private async Task<Answer> AnswerAsync(Session session, string question, Exception? fault = null)
    {
        var told = new TaskCompletionSource<Answer>(TaskCreationOptions.RunContinuationsAsynchronously);
        // Watched until the test ends, as a page would.
        _feeds.Watch(
            session,
            question,
            Interval,
            (_, _) =>
            {
                Interlocked.Increment(ref _asked);
                return fault is null ? Task.FromResult<object>(question) : Task.FromException<object>(fault);
            },
            answer => told.TrySetResult(answer)
        );
        return await told.Task.WaitAsync(Limit, TestContext.Current.CancellationToken);
    }
}
